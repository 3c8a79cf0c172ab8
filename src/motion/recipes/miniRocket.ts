import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type ArrayData,
  currentSignal,
  randomSource,
  type Series,
  showAs,
  startProgress,
  summaryBundle,
  takeWindows,
  throwIfAborted,
} from "../../core";
import { readSafetensors, writeSafetensors } from "../../data";
import { standardScaler } from "../../features";
import {
  type FeatureRows,
  fitMiniRocket,
  type MiniRocket,
  type MiniRocketOptions,
  type RidgeOptions,
  ridgeClassifier,
} from "../../models";
import {
  type CrossValidation,
  checkFolds,
  combineRuns,
  describeFold,
  type Fold,
  type FoldRun,
  refuseOther,
  scorePredictions,
} from "../../validate";
import type { MotionData } from "../load";
import { foldsOf, type RecipeRunOptions, scoresOf, scoreWords } from "./recipe";

/** Options of `motion.recipes.miniRocket`. */
export interface MiniRocketRecipeOptions extends RecipeRunOptions {
  /** Of the transform; default 9,996 features. */
  rocket?: Omit<MiniRocketOptions, "indices" | "seed">;
  /** Of the classifier; default ten penalties. */
  ridge?: Omit<RidgeOptions, "classes">;
}

/** Windows transformed between two looks at the signal. */
const piece = 32;

/** What one fold works on. */
interface FoldTask {
  readonly competition: MotionData;
  readonly windows: Series;
  readonly test: Series;
  readonly part: Fold;
  readonly fold: number;
  readonly seed: number;
  readonly label: string;
  /** What the data are, where a file will say it. */
  readonly data: Readonly<Record<string, string>>;
  readonly options: MiniRocketRecipeOptions;
}

/** Features of the windows, some at a time. */
async function transformInPieces(
  rocket: MiniRocket,
  parts: readonly Series[],
  how: { label: string; progress: boolean; signal: AbortSignal | undefined },
): Promise<FeatureRows[]> {
  const total = parts.reduce((sum, part) => sum + part.shape[0], 0);
  const progress = how.progress ? startProgress(how.label, { total, unit: "windows" }) : undefined;
  let done = 0;
  try {
    const tables: FeatureRows[] = [];
    for (const part of parts) {
      const rows = part.shape[0];
      let data = new Float32Array(0);
      let width = 0;
      for (let start = 0; start < rows; start += piece) {
        await new Promise((resolve) => setImmediate(resolve));
        throwIfAborted(how.signal);
        const count = Math.min(piece, rows - start);
        const some = takeWindows(
          part,
          Array.from({ length: count }, (_, i) => start + i),
        );
        const table = rocket.transform(some, { signal: how.signal });
        width = table.shape[1];
        if (start === 0) data = new Float32Array(rows * width);
        data.set(table.data, start * width);
        done += count;
        progress?.update(done);
      }
      tables.push({ data, shape: [rows, width] });
    }
    return tables;
  } finally {
    progress?.end();
  }
}

/** What must be the same for a fold's file to be read again. */
function settingsOf({ windows, test, part, seed, options }: FoldTask): string {
  const hash = createHash("sha256").update(part.train).update(part.validation).digest("hex");
  const { rocket = {}, ridge = {} } = options;
  return JSON.stringify({ windows: windows.shape, test: test.shape, seed, rocket, ridge, fold: hash });
}

/** What the data are, so that others of the same size, or scaled otherwise, are told apart. */
function dataOf(
  { labels }: MotionData,
  how: { windows: Series; test: Series; options: MiniRocketRecipeOptions },
): Record<string, string> {
  const { windows, test, options } = how;
  const { scaler = standardScaler() } = options;
  const train = { x: windows, y: { data: labels, shape: [labels.length] } };
  return { ...describeFold({ train, test }), scaler: JSON.stringify(scaler.fit(windows).state) };
}

function fileOf({ options, fold, seed }: FoldTask): string | undefined {
  return options.directory && join(options.directory, `seed-${seed}`, `fold-${fold}.safetensors`);
}

function readFold(task: FoldTask): FoldRun | undefined {
  const file = fileOf(task);
  if (file === undefined || !existsSync(file)) return undefined;
  const { tensors, metadata } = readSafetensors(file);
  if (metadata.settings !== settingsOf(task)) {
    throw new RangeError(
      `Cannot continue the run in ${task.options.directory}: ${file} must be of ${settingsOf(task)}, got ${metadata.settings}; take another folder for another run`,
    );
  }
  // Files of an earlier version do not say what the data were.
  if (metadata.data !== undefined) {
    const begun = JSON.parse(metadata.data) as Record<string, string>;
    refuseOther(begun, { manifest: task.data, directory: task.options.directory as string });
  }
  return runOf(task, {
    validation: tensors.validation as ArrayData,
    test: tensors.test as ArrayData,
    seconds: Number(metadata.seconds),
  });
}

function runOf(
  { competition, part, fold, seed }: FoldTask,
  found: { validation: ArrayData; test: ArrayData; seconds: number },
): FoldRun {
  const given = { indices: part.validation, prediction: found.validation };
  return {
    fold,
    seed,
    epochs: 1,
    keptEpoch: 0,
    logs: {},
    history: {},
    scores: scorePredictions(scoresOf(competition), given),
    stopReason: undefined,
    weights: undefined,
    ...found,
  };
}

async function runFold(task: FoldTask): Promise<FoldRun> {
  const finished = readFold(task);
  if (finished) return finished;
  const { competition, windows, test, part, fold, seed, label, options } = task;
  const { labels, labelNames } = competition;
  const { scaler = standardScaler(), progress = true, signal = currentSignal() } = options;
  const start = performance.now();
  const fitted = scaler.fit(windows, { indices: part.train });
  const [train, validation] = [part.train, part.validation].map((indices) =>
    fitted.transform(takeWindows(windows, indices)),
  );
  const foldSeed = randomSource(seed)
    .fork(`fold ${fold}`)
    .integer(0, 2 ** 31);
  const rocket = fitMiniRocket(train, { ...options.rocket, seed: foldSeed });
  const how = { label, progress, signal };
  const tables = await transformInPieces(rocket, [train, validation, fitted.transform(test)], how);
  const known = part.train.map((index) => labels[index]);
  const ridge = { signal, ...options.ridge, classes: labelNames.length };
  const model = ridgeClassifier(tables[0], known, ridge);
  throwIfAborted(signal);
  const run = runOf(task, {
    validation: model.predict(tables[1]),
    test: model.predict(tables[2]),
    seconds: (performance.now() - start) / 1000,
  });
  const file = fileOf(task);
  if (file !== undefined) {
    const tensors = { validation: run.validation as ArrayData, test: run.test as ArrayData };
    writeSafetensors(file, {
      tensors,
      metadata: {
        settings: settingsOf(task),
        data: JSON.stringify(task.data),
        seconds: String(run.seconds),
      },
    });
  }
  return run;
}

/**
 * The strongest cheap baseline: MiniRocket features of the six scaled channels and a ridge classifier with calibrated
 * probabilities, without gradient descent. Scaler, transform and classifier see each fold's train part only; ten
 * stratified folds.
 *
 * @param options what to change; see {@link MiniRocketRecipeOptions}
 * @returns out-of-fold probabilities `[windows, classes]`, those of the test windows, and the scores logLoss and accuracy
 * @throws {RangeError} if options disagree with the data, or the directory holds another run
 * Source: Dempster, Schmidt, Webb 2021 (arXiv:2012.08791).
 * @example
 * const baseline = await motion.recipes.miniRocket(competition, { folds: 5, groups: competition.subjects });
 */
export async function miniRocket(
  competition: MotionData,
  options: MiniRocketRecipeOptions = {},
): Promise<CrossValidation> {
  const { features = (windows: Series) => windows, seeds = [2021], groups } = options;
  const folds = foldsOf(competition, options);
  const samples = competition.labels.length;
  checkFolds(folds, { samples, groups });
  const [windows, test] = [features(competition.train), features(competition.test)];
  const data = options.directory === undefined ? {} : dataOf(competition, { windows, test, options });
  const runs: FoldRun[] = [];
  for (const seed of seeds) {
    for (const [fold, part] of folds.entries()) {
      const label = `MiniRocket, fold ${fold + 1} of ${folds.length}${seeds.length > 1 ? `, seed ${seed}` : ""}`;
      runs.push(await runFold({ competition, windows, test, part, fold, seed, label, data, options }));
    }
  }
  const result = combineRuns({ runs, refits: [], samples, folds, scores: scoresOf(competition) });
  return showAs(result, () => describe(result));
}

function describe({ runs, scores }: CrossValidation) {
  return summaryBundle("MiniRocket and ridge", [
    ...runs.map((run): [string, string] => [
      `fold ${(run.fold as number) + 1}, seed ${run.seed}`,
      `${scoreWords(run.scores)}, ${run.seconds.toFixed(1)} s`,
    ]),
    ["out of fold", scoreWords(scores)],
  ]);
}
