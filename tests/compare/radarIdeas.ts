/**
 * Compares the ideas of the first place's author in equal processor time, on samples that show no rain of those trained on:
 *
 *   node --import tsx tests/compare/radarIdeas.ts DATA [--seconds 120] [--folds 1] [--seeds 2] [--filters 8] [--coarse]
 *     [--directory runs/compare/radar-ideas] [ROW…]
 *
 * DATA is a folder in the competition's layout. `--seconds` are of all folds and seeds of a row together; `--folds` says how
 * many of two folds are trained; `--coarse` averages 2 x 2 pixels (the competition's are 4 km wide) and keeps the middle
 * 56 x 56. All are trained alike: Nadam, batch 4, one cycle of the learning rate up to 2e-3 within the time, the last weights
 * kept. What is finished in the directory is read, not run again.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { data, engine, features, metrics, models, radar, train, validate } from "../../src";
import { hasRow, runComparison, showRows, startClock, writeRow } from "./recipeRows";

type Options = NonNullable<Parameters<typeof radar.recipes.first>[1]>;
type Shape = Parameters<NonNullable<Options["model"]>>[0];
type Pixels = radar.RecipeData["train"];

interface Row {
  idea: string;
  /** Of the mean over the seeds' networks: in mm/h. */
  mae: number;
  csi: number;
  "MAE / CSI": number;
  /** MAE / CSI of one network, the mean over seeds and folds. */
  single?: number;
  seeds?: number[];
  /** All threads together. */
  processorSeconds: number;
  epochs?: number[];
}

/** Means of 2 x 2 pixels, the middle 56 x 56 of them. */
function coarsen(source: Pixels): Pixels {
  const [samples, rows, columns, times] = source.shape;
  const size = 56;
  const [top, left] = [rows, columns].map((extent) => (extent / 2 - size) >> 1);
  const values = new Uint8Array(samples * size * size * times);
  for (let sample = 0, at = 0; sample < samples; sample++) {
    const image = data.sampleOf(source, sample);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        for (let time = 0; time < times; time++) {
          const pixel = (r: number, c: number): number =>
            image[((2 * (top + row) + r) * columns + 2 * (left + column) + c) * times + time];
          values[at++] = Math.round((pixel(0, 0) + pixel(0, 1) + pixel(1, 0) + pixel(1, 1)) / 4);
        }
      }
    }
  }
  return data.frames(values, { shape: [samples, size, size, times], unit: "pixel" });
}

/** Some samples, as frames of their own. */
function chosen(source: Pixels, indices: Int32Array): Pixels {
  const [, ...size] = source.shape;
  const each = size[0] * size[1] * size[2];
  const values = new Uint8Array(indices.length * each);
  indices.forEach((sample, place) => {
    values.set(data.sampleOf(source, sample), place * each);
  });
  return data.frames(values, { shape: [indices.length, ...size], unit: "pixel" });
}

/** The ideas: the network of each, and what it changes in the training. */
function ideasOf(filters: number): Record<string, Options> {
  const small = { filters, depth: 3 };
  const twoPath = (options: Omit<models.RadarTwoPathOptions, "inputShape" | "filters"> = {}): Options => ({
    model: (shape) =>
      models.radarTwoPath({ variant: "intended", lstmFilters: filters, ...options, ...own(shape) }),
  });
  const own = ({ inputShape, seed }: Shape) => ({ inputShape, seed, filters });
  const unet = (options: Omit<models.UnetOptions, "inputShape">): Options => ({
    model: (shape) => models.unet({ depth: 3, ...options, ...own(shape) }),
  });
  const sequence = (recurrent: models.SequenceUnetOptions["recurrent"]): Options => ({
    model: (shape) => models.sequenceUnet({ depth: 3, recurrent, ...own(shape) }),
  });
  return {
    "one ConvLSTM2D": {
      model: (shape) => models.convLstmStack({ ...own(shape), filters: [2 * filters] }),
    },
    "ConvLSTM2D stack": {
      model: (shape) => models.convLstmStack({ ...own(shape), filters: [filters, filters] }),
    },
    "small U-Net": unet({}),
    RainNet: {
      model: (shape) => models.rainNet({ ...own(shape), outputActivation: "sigmoid" }),
      fit: { loss: "logCosh" },
    },
    "two paths as submitted": twoPath({ variant: "submitted" }),
    "two paths as intended": twoPath(),
    "… output 1 x 1": twoPath({ outputKernel: 1 }),
    "… mish for ELU": twoPath({ activation: "mish" }),
    "… log-cosh for MAE": { ...twoPath(), fit: { loss: "logCosh" } },
    "grouped convolutions": unet({ groupByTime: true }),
    "frame by frame (TimeDistributed)": sequence("none"),
    "ConvLSTM2D throughout": sequence("throughout"),
    "ConvLSTM2D, then U-Net": sequence("input"),
    "ConvLSTM2D in the middle": sequence("middle"),
    "down, ConvLSTM2D, up": {
      model: (shape) => models.downConvLstmUp({ ...own(shape), ...small, depth: 2 }),
    },
    CBAM: unet({ attention: true }),
    "attention gates": unet({ gates: true }),
    "CBAM and gates": unet({ attention: true, gates: true }),
    "U-Net that predicts the change": unet({
      residual: true,
      momentum: 0.9,
      outputKernel: 3,
      activation: "elu",
    }),
  };
}

async function compare(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: "string", default: "120" },
      folds: { type: "string", default: "1" },
      seeds: { type: "string", default: "2" },
      filters: { type: "string", default: "8" },
      coarse: { type: "boolean", default: false },
      directory: { type: "string", default: "runs/compare/radar-ideas" },
    },
  });
  const [source, ...asked] = positionals;
  if (!source) throw new TypeError("Cannot compare ideas: name the folder of the data");
  const directory = path.resolve(values.directory);
  const seeds = Array.from({ length: Number(values.seeds) }, (_, place) => 1818 + place);

  await engine.ready();
  const loaded = await radar.load(source);
  const groups = await validate.overlapGroups(loaded.train);
  const folds = validate.groupKFold(groups, { folds: 2 }).slice(0, Number(values.folds));
  const competition = values.coarse
    ? { train: coarsen(loaded.train), test: coarsen(loaded.test) }
    : { train: loaded.train, test: loaded.test };
  const validated = Int32Array.from(folds.flatMap(({ validation }) => [...validation])).sort();
  const { inputs, target } = features.splitTarget(chosen(competition.train, validated));
  const wanted = (name: string): boolean =>
    !hasRow(directory, name) && (asked.length === 0 || asked.includes(name));

  function keep(
    idea: string,
    forecast: Pixels | ReturnType<typeof features.persist>,
    rest: Partial<Row>,
  ): void {
    const { mae, csi, score } = metrics.verify(target, { forecast, thresholds: [], scales: [] });
    writeRow(directory, idea, { idea, mae, csi, "MAE / CSI": score, ...rest });
  }

  let spent = startClock();
  if (wanted("persistence")) keep("persistence", features.persist(inputs), { processorSeconds: spent() });
  spent = startClock();
  if (wanted("optical flow")) {
    keep("optical flow", await features.extrapolate(inputs), { processorSeconds: spent() });
  }

  const ideas = ideasOf(Number(values.filters));
  const cycle = train.oneCycle(2e-3, { steps: 1000 });
  for (const [idea, changes] of Object.entries(ideas)) {
    if (!wanted(idea)) continue;
    spent = startClock();
    const run = await radar.recipes.first(competition, {
      ...changes,
      folds,
      seeds,
      directory,
      name: idea,
      keep: "last",
      batchSize: 4,
      seconds: Number(values.seconds),
      clock: "processor",
      fit: { callbacks: [], schedule: (done: number) => cycle(1000 * done), ...changes.fit },
    });
    const scores = run.runs.map((one) => one.scores["MAE / CSI"]);
    keep(idea, run.forecast, {
      single: scores.reduce((sum, score) => sum + score, 0) / scores.length,
      seeds: scores,
      processorSeconds: spent(),
      epochs: run.runs.map(({ epochs }) => epochs),
    });
  }
  showRows(directory, ["persistence", "optical flow", ...Object.keys(ideas)], (row: Row) => row);
}

runComparison(compare);
