/**
 * Compares the ideas of the third place's author in equal processor time, each as one change of what he submitted, with
 * nobody on both sides of a fold:
 *
 *   node --import tsx tests/compare/motionIdeas.ts DATA [--seconds 64] [--folds 2] [--seeds 2] [--filters 64] [--half]
 *     [--directory runs/compare/motion-ideas] [ROW…]
 *
 * DATA is a folder in the competition's layout with `train_subjects.csv` (`id,subject`). `--seconds` are of all folds and
 * seeds of a row together; `--half` takes every second step, which loses nothing where the recording had 25 Hz. The learning
 * rate falls to zero within the time, and the last weights are kept. What is finished in the directory is read, not run again.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import {
  augment,
  data,
  engine,
  ensemble,
  features,
  metrics,
  models,
  motion,
  train,
  validate,
} from "../../src";
import { hasRow, runComparison, showRows, startClock, writeRow } from "./recipeRows";

type Series = ReturnType<typeof motion.basicFeatures>;
type Options = NonNullable<Parameters<typeof motion.recipes.third>[1]>;
type Shape = Parameters<NonNullable<Options["model"]>>[0];

interface Row {
  idea: string;
  logLoss: number;
  accuracy: number;
  macroF1: number;
  /** Log loss of each seed alone, over all folds. */
  seeds: number[];
  /** From the features to the predictions of all folds, in all threads together. */
  processorSeconds: number;
  /** Epochs trained in each fit. */
  epochs?: number[];
}

const submitted = "as submitted";
const acc = ["acc_x", "acc_y", "acc_z"];
const gyro = ["gy_x", "gy_y", "gy_z"];

/** Every second step. */
function halve(source: Series): Series {
  const [windows, steps, channels] = source.shape;
  const shape = [windows, steps >> 1, channels] as const;
  const values = new Float32Array(windows * shape[1] * channels);
  for (let row = 0; row < windows * shape[1]; row++) {
    values.set(source.data.subarray(2 * row * channels, (2 * row + 1) * channels), row * channels);
  }
  return { ...source, data: values, shape };
}

function withMore(more: (recorded: Series) => Series): (recorded: Series) => Series {
  return (recorded) => features.concatChannels([motion.basicFeatures(recorded), more(recorded)]);
}

/** The ideas: what each changes of the recipe `third`. */
function ideasOf(
  filters: number,
  oversample: Exclude<Options["oversample"], false>,
): Record<string, Options> {
  const conv = (options: Omit<models.MotionConv1dOptions, keyof Shape>) => (shape: Shape) =>
    models.motionConv1d({ filters, ...options, ...shape });
  const fresh = conv({ roll: "window" });
  const recorded = [
    [acc, gyro].map(
      (names) => names.map((name) => [...acc, ...gyro].indexOf(name)) as [number, number, number],
    ),
  ];
  return {
    [submitted]: {},
    "six channels alone": { features: (source) => source },
    "with position": { features: withMore((source) => features.doubleIntegral(source, { channels: acc })) },
    "with lags and deltas": {
      features: withMore((source) =>
        features.concatChannels([
          features.lag(source, { steps: 5 }),
          features.lag(source, { steps: 10 }),
          features.difference(source, { steps: 5 }),
        ]),
      ),
    },
    "with moving means": { features: withMore((source) => features.movingMean(source, { length: 13 })) },
    "Kalman-smoothed": { features: (source) => motion.basicFeatures(features.kalmanSmooth(source)) },
    "no roll": { model: conv({ roll: "none" }) },
    "fresh roll, a batch": { model: conv({ roll: "batch" }) },
    "fresh roll, a window": { model: fresh },
    "no oversampling": { oversample: false },
    "oversampling twice": { oversample: { ...oversample, copies: 2 } },
    "stacked LSTM": { model: (shape) => models.stackedRnn(shape) },
    "RNN and Conv1D mixed": {
      model: (shape) => models.convRnn({ ...shape, filters: [filters / 2, filters] }),
    },
    "RNN beside Conv1D": { model: (shape) => models.twoPathRnnConv({ ...shape, filters }) },
    "fresh roll and turns": {
      features: (source) => source,
      model: fresh,
      fit: { augment: augment.graph.rotateSeries({ groups: recorded, angle: 20 }) },
    },
  };
}

async function compare(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: "string", default: "64" },
      folds: { type: "string", default: "2" },
      seeds: { type: "string", default: "2" },
      filters: { type: "string", default: "64" },
      half: { type: "boolean", default: false },
      directory: { type: "string", default: "runs/compare/motion-ideas" },
    },
  });
  const [source, ...asked] = positionals;
  if (!source) throw new TypeError("Cannot compare ideas: name the folder of the data");
  const directory = path.resolve(values.directory);
  const seconds = Number(values.seconds);
  const seeds = Array.from({ length: Number(values.seeds) }, (_, place) => 2021 + place);

  await engine.ready();
  const loaded = await motion.load(source);
  const competition = values.half
    ? { ...loaded, train: halve(loaded.train), test: halve(loaded.test) }
    : loaded;
  const { labels, subjects } = competition;
  if (!subjects) throw new Error(`Cannot group by person: ${source} has no train_subjects.csv`);
  const folds = validate.groupKFold(subjects, { folds: Number(values.folds) });
  const wanted = (name: string): boolean =>
    !hasRow(directory, name) && (asked.length === 0 || asked.includes(name));

  function keep(idea: string, run: validate.CrossValidation, spent: () => number): void {
    const row: Row = {
      idea,
      logLoss: run.scores.logLoss,
      accuracy: run.scores.accuracy,
      macroF1: metrics.macroF1(labels, metrics.predictedLabels(run.predictions)),
      seeds: seeds.map((seed) => {
        const of = run.runs.filter((one) => one.seed === seed);
        const sizes = of.map(({ fold }) => folds[fold ?? 0].validation.length);
        return (
          of.reduce((sum, { scores }, place) => sum + scores.logLoss * sizes[place], 0) /
          sizes.reduce((sum, size) => sum + size, 0)
        );
      }),
      processorSeconds: spent(),
      epochs: run.runs.map(({ epochs }) => epochs),
    };
    writeRow(directory, idea, row);
  }

  const nonExercise = competition.labelNames.indexOf("Non-Exercise");
  const steps = competition.train.shape[1];
  const oversample = {
    ...(nonExercise >= 0 && { skip: nonExercise }),
    roll: [Math.round(steps / 12), Math.round((11 * steps) / 12)] as const,
    noise: 0.03,
  };
  const ideas = ideasOf(Number(values.filters), oversample);
  const runs = new Map<string, validate.CrossValidation>();
  const shared = { folds, groups: subjects, seeds, directory };
  const falling = train.cosine(1e-3, { steps: 1000 });
  for (const [idea, changes] of Object.entries(ideas)) {
    if (!wanted(idea)) continue;
    const spent = startClock();
    const run = await motion.recipes.third(competition, {
      model: (shape) => models.motionConv1d({ ...shape, filters: Number(values.filters) }),
      oversample,
      ...changes,
      ...shared,
      name: idea,
      keep: "last",
      seconds,
      clock: "processor",
      fit: { callbacks: [], schedule: (done: number) => falling(1000 * done), ...changes.fit },
    });
    runs.set(idea, run);
    keep(idea, run, spent);
  }

  if (wanted("statistics and ridge")) {
    const spent = startClock();
    const { data: table, shape } = features.windowStatistics(motion.basicFeatures(competition.train));
    const windows = data.series(table, {
      steps: 1,
      channels: Array.from({ length: shape[1] }, (_, i) => `${i}`),
    });
    const run = await validate.crossValidate({
      ...shared,
      estimator: models.ridge({ classes: competition.labelNames.length }),
      prepare: validate.prepareSeries(windows, { labels }),
      scores: motion.scores(competition),
      name: "statistics and ridge",
    });
    runs.set("statistics and ridge", run);
    keep("statistics and ridge", run, spent);
  }
  if (wanted("MiniRocket")) {
    const spent = startClock();
    const run = await motion.recipes.miniRocket(competition, { ...shared, name: "MiniRocket" });
    runs.set("MiniRocket", run);
    keep("MiniRocket", run, spent);
  }

  const parts = ["fresh roll, a window", "statistics and ridge", "MiniRocket"];
  const found = parts.map((name) => runs.get(name)?.predictions).filter((one) => one !== undefined);
  const combiners: Record<string, ensemble.NestedGainOptions["combine"]> = {
    "mean of these three": () => ({ predict: (members) => ensemble.mean(members) }),
    "weighted mean": (members, truth) => ensemble.blend(members, { truth }),
    stacking: (members, truth) => ensemble.stack(members, { truth }),
  };
  for (const [idea, combine] of Object.entries(combiners)) {
    if (found.length < parts.length) break;
    const gain = ensemble.nestedGain(found, { truth: labels, folds, combine });
    writeRow(directory, idea, { idea, logLoss: gain.combined, single: gain.single });
  }
  showRows(
    directory,
    [...Object.keys(ideas), ...parts.slice(1), ...Object.keys(combiners)],
    (row: Row) => row,
  );
}

runComparison(compare);
