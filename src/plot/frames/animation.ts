import { checkNumber } from "../../core/check";
import { Figure } from "../figure/figure";
import { rainScale } from "../figure/theme";
import { timeTitles } from "./frameRow";
import {
  blockOf,
  commonUnit,
  extent,
  type FrameSource,
  frameShape,
  imageRows,
  shrink,
  unitTitles,
} from "./frameSource";
import { type Panel, panels, panelsTitle } from "./panels";

/** More films than these go on in the next row. */
const filmsInRow = 4;

/** Options of {@link animation}. */
export interface AnimationOptions {
  /** What came after the inputs, `[samples, rows, columns, leads]`; none by default. */
  truth?: FrameSource;
  /** What was forecast, `[samples, rows, columns, leads]`, or several by name; none by default. */
  prediction?: FrameSource | Readonly<Record<string, FrameSource>>;
  /** Which sample; 0 by default. */
  sample?: number;
  /** Minutes between frames; 10 by default. */
  minutes?: number;
  /** Milliseconds a frame is shown; 600 by default. */
  delay?: number;
  /** `"Sample <number>"` by default. */
  title?: string;
}

/**
 * Plays one sample: the past, then truth and predictions side by side in step, with a play button and a slider. A saved
 * `.gif` plays by itself.
 *
 * @param inputs `[samples, rows, columns, times]`
 * @throws {RangeError} if truth and predictions disagree with the inputs in rows, columns or unit, or with one another in
 *   leads, or an option is out of reach
 * @example
 * await animation(inputs, { truth: target, prediction: forecast, sample: 3 }).save("runs/latest/radar/sample-3.gif");
 */
export function animation(inputs: FrameSource, options: AnimationOptions = {}): Figure {
  const { truth, sample = 0, minutes = 10, delay = 600, title = `Sample ${sample}` } = options;
  checkNumber(minutes, { action: "animate", name: "minutes", low: 0, above: true });
  checkNumber(delay, { action: "animate", name: "delay", low: 20, high: 600_000 });
  const [, rows, columns, times] = frameShape(inputs);
  const futures = [...(truth ? [{ name: "truth", source: truth }] : []), ...named(options.prediction)];
  for (const { name, source } of futures) {
    const shape = frameShape(source);
    if (shape[1] !== rows || shape[2] !== columns || shape[3] !== frameShape(futures[0].source)[3]) {
      throw new RangeError(
        `Cannot animate: ${name} must have the inputs' rows and columns (${rows} x ${columns}) and as many leads as the others, got [${shape}]`,
      );
    }
  }
  const leads = futures.length > 0 ? frameShape(futures[0].source)[3] : 0;
  const films = (futures.length > 0 ? futures : [{ name: "", source: inputs }]).map(({ source }) => [
    ...Array.from({ length: times }, (_, time) => imageRows(inputs, { sample, time })),
    ...Array.from({ length: leads }, (_, time) => imageRows(source, { sample, time })),
  ]);
  // inputs alone may hold the target too, as frameRow reads them
  const steps = timeTitles(times + leads, { minutes, ...(leads > 0 && { future: leads }) });
  const unit = commonUnit([inputs, ...futures.map(({ source }) => source)]);
  const block = blockOf(films.flat());
  const [low, high] = extent(films.flat());
  const list = films.map(
    ([image], film): Panel => ({
      image,
      row: Math.floor(film / filmsInRow),
      column: film % filmsInRow,
      title: futures[film]?.name || undefined,
    }),
  );
  const { data, layout } = panels(list, {
    title: `${title}: ${steps[0]}`,
    widest: 300,
    block,
    colorAxes: [
      {
        scale: rainScale,
        low: unit === "dbz" ? low : Math.min(0, low),
        high,
        title: unitTitles[unit],
      },
    ],
  });
  const play = (frames: unknown, duration: number) => [
    frames,
    { mode: "immediate", fromcurrent: true, transition: { duration: 0 }, frame: { duration, redraw: true } },
  ];
  const margin = layout.margin as Record<string, number>;
  // room below the images for the button and the slider
  const below = 74;
  return new Figure({
    data,
    layout: {
      ...layout,
      meta: { ...(layout.meta as object), delay }, // what a saved film plays at
      height: layout.height! + below,
      width: Math.max(420, layout.width!),
      margin: { ...margin, b: margin.b + below, r: margin.r + Math.max(0, 420 - layout.width!) },
      updatemenus: [
        {
          type: "buttons",
          direction: "left",
          showactive: false,
          x: 0,
          y: 0,
          xanchor: "left",
          yanchor: "top",
          pad: { t: 14, r: 8 },
          buttons: [
            { label: "▶", method: "animate", args: play(null, delay) },
            { label: "❚❚", method: "animate", args: play([null], 0) },
          ],
        },
      ],
      sliders: [
        {
          x: 0,
          len: 1,
          y: 0,
          pad: { t: 12, l: 86 },
          currentvalue: { visible: false },
          steps: steps.map((step) => ({ label: step, method: "animate", args: play([step], 0) })),
        },
      ],
    },
    frames: steps.map((step, i) => ({
      name: step,
      data: films.map((film) => ({ z: shrink(film[i], block) })),
      traces: films.map((_, film) => film),
      layout: { title: { text: panelsTitle(`${title}: ${step}`, block) } },
    })),
  });
}

function named(prediction: AnimationOptions["prediction"]): { name: string; source: FrameSource }[] {
  if (!prediction) return [];
  if ("shape" in prediction) return [{ name: "prediction", source: prediction as FrameSource }];
  return Object.entries(prediction).map(([name, source]) => ({ name, source }));
}
