import { checkNumber } from "../../core/check";
import { Figure } from "../figure/figure";
import { formatNumber } from "../figure/text";
import type { Trace } from "../figure/types";
import { type FrameSource, frameShape } from "./frameSource";
import { heatMap } from "./heatMap";

/** Of one figure. */
const mostArrows = 20_000;

/** Options of {@link motionField}. */
export interface MotionFieldOptions {
  /** Motion along columns, to the right, in pixels a frame, `[rows, columns]`. */
  u: ArrayLike<number>;
  /** Motion along rows, downwards, in pixels a frame, `[rows, columns]`. */
  v: ArrayLike<number>;
  /** Pixels between two arrows; about 16 arrows along the longer side by default. */
  every?: number;
  /** Arrow length in pixels for a motion of one; by default the longest arrow is as long as arrows lie apart. */
  stretch?: number;
  /** `"Motion field"` by default. */
  title?: string;
}

/**
 * Shows a motion field as arrows over an image.
 *
 * @param image `[rows, columns]`
 * @throws {RangeError} if the fields have another size than the image, or every or stretch are out of reach
 * @example
 * motionField({ data: latest, shape: [120, 120] }, features.farneback([earlier, latest], { shape: [120, 120] }));
 */
export function motionField(image: FrameSource, options: MotionFieldOptions): Figure {
  const { u, v, title = "Motion field" } = options;
  const [, rows, columns] = frameShape(image);
  if (u.length !== rows * columns || v.length !== rows * columns) {
    throw new RangeError(
      `Cannot plot motion: u and v must have ${rows} x ${columns} values as the image has, got ${u.length} and ${v.length}`,
    );
  }
  const longer = Math.max(rows, columns);
  const every = options.every ?? Math.max(1, Math.round(longer / 16));
  const action = "plot motion";
  // some ten thousand arrows are drawn in a moment, a million never
  const least = Math.max(1, Math.ceil(Math.sqrt((rows * columns) / mostArrows)));
  checkNumber(every, { action, name: "every", low: least, high: longer, whole: true });
  if (options.stretch !== undefined) checkNumber(options.stretch, { action, name: "stretch" });
  const places: number[] = [];
  for (let row = Math.floor(every / 2); row < rows; row += every) {
    for (let column = Math.floor(every / 2); column < columns; column += every)
      places.push(row * columns + column);
  }
  const speed = (at: number): number => Math.hypot(u[at], v[at]);
  const longest = places.reduce(
    (most, at) => (Number.isFinite(speed(at)) ? Math.max(most, speed(at)) : most),
    0,
  );
  const stretch = options.stretch ?? (longest > 0 ? every / longest : 1);
  let fastest = 0;
  for (let at = 0; at < u.length; at++)
    if (Number.isFinite(speed(at))) fastest = Math.max(fastest, speed(at));
  const map = heatMap(image, { title: `${title}: fastest ${formatNumber(fastest)} pixels a frame` });
  return new Figure({
    data: [...map.data, ...arrows(places, { u, v, columns, stretch })],
    layout: map.layout,
  });
}

/** All arrows as one broken line, and a wider light line under it so that they show on dark rain. */
function arrows(
  places: readonly number[],
  field: { u: ArrayLike<number>; v: ArrayLike<number>; columns: number; stretch: number },
): Trace[] {
  const x: (number | null)[] = [];
  const y: (number | null)[] = [];
  for (const at of places) {
    const dx = field.u[at] * field.stretch;
    const dy = field.v[at] * field.stretch;
    if (!Number.isFinite(dx) || !Number.isFinite(dy)) continue;
    const column = at % field.columns;
    const row = Math.floor(at / field.columns);
    const tip = { x: column + dx, y: row + dy };
    // barbs of a third of the arrow, 25 degrees off its line
    const barb = (side: number) => ({
      x: tip.x - 0.35 * (dx * 0.906 - side * dy * 0.423),
      y: tip.y - 0.35 * (dy * 0.906 + side * dx * 0.423),
    });
    const [left, right] = [barb(1), barb(-1)];
    x.push(column, tip.x, left.x, null, tip.x, right.x, null);
    y.push(row, tip.y, left.y, null, tip.y, right.y, null);
  }
  const round = (value: number | null) => (value === null ? null : Math.round(value * 100) / 100);
  const line = {
    type: "scatter",
    mode: "lines",
    x: x.map(round),
    y: y.map(round),
    hoverinfo: "skip",
    showlegend: false,
  };
  return [
    { ...line, line: { color: "#ffffff", width: 3 } },
    { ...line, line: { color: "#d55e00", width: 1.4 } },
  ];
}
