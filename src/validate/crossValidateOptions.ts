/** What a cross-validation is told, and what its parts tell each other. */
import type { TestAugmentation } from "../augment/testTimeFlips";
import type { ArrayData, Dataset, FitData } from "../core/array";
import type { Estimator, FitReport, Fitted, FoldContext, Logs, PreparedFold } from "../core/estimator";
import type { FoldDescription } from "./foldData";
import type { Fold, Labels } from "./folds/folds";

/** Training on confident predictions of the test samples. */
export interface PseudoLabelOptions {
  /** The least probability of a test sample's class that makes it a training sample. Default 0.9. */
  threshold?: number;
  /** How often a fold is trained anew with pseudo-labels. Default 1. */
  rounds?: number;
  /** Whether class shares are learned instead of the most probable class; needs a truth of shares. Default false. */
  soft?: boolean;
}

/** A score of predictions: `indices` are the samples that `prediction` `[indices.length, …]` is of. */
export type Score = (given: { indices: Int32Array; prediction: ArrayData }) => number;

/** Options of `crossValidate`. */
export interface CrossValidateOptions {
  /** The splits, such as those of `groupKFold`. */
  folds: readonly Fold[];
  /** What learns from each fold: `train.network`, `models.miniRocket`, `models.ridge`. */
  estimator: Estimator;
  /** All samples. Default: `prepare` makes each fold's data. */
  data?: FitData;
  /** Samples to predict with every fold's model, where `prepare` gives none. Default: none. */
  test?: Dataset;
  /**
   * Makes a fold's data inside the fold, the same each time; of a finished run the first fold's are made, to be
   * recognised, before its folder is chosen. Default: the fold's samples of `data` as they are.
   */
  prepare?: (context: FoldContext) => PreparedFold | Promise<PreparedFold>;
  /** One group per sample; a group on both sides of a fold is refused. Default: not checked. */
  groups?: Labels;
  /** One round over all folds per seed; predictions are averaged. Default [0]. */
  seeds?: readonly number[];
  /**
   * Where runs are kept, each in a folder of its own, named by what it is: the same again continues, anything else
   * starts beside it. Default: nothing is kept.
   */
  directory?: string;
  /**
   * Where the folds are fitted: `cluster.ray()` or `cluster.slurm()`, with the options of a `cluster.experiment` and a
   * directory; the result is that of this machine. Default: here, one after another.
   */
  on?: FoldPlace;
  /** What the run is called, as its folder and the leaderboard show it. Default the estimator's name. */
  name?: string;
  /** Seconds of training in all, shared equally among all fits; each ends with its epoch. Default: no end. */
  seconds?: number;
  /** What the seconds are of: a clock on the wall, or the processors' time of this process. Default "wall". */
  clock?: "wall" | "processor";
  /**
   * Bytes that the folds' predictions may take in memory together. Where they would take more and there is a directory,
   * they stay in the folds' files and are read on demand. Default 256 MiB.
   */
  predictionMemory?: number;
  /** Scores by name, of each fold and of all out-of-fold predictions. Default: none but those of the logs. */
  scores?: Readonly<Record<string, Score>>;
  /** Test-time augmentation. Default: none. */
  testAugment?: TestAugmentation;
  /** Pseudo-labels; a fold learns those of its own model only, which never saw the fold's validation. Default: none. */
  pseudoLabels?: PseudoLabelOptions;
  /** Whether a model is also trained on all samples, for `epochs` (default the folds' mean of kept epochs). Default false. */
  refit?: boolean | { epochs?: number };
  /** Whether progress is shown. Default true. */
  progress?: boolean;
  /** Stops at the next batch, the best weights so far kept in the fold's folder. Default the notebook cell's. */
  signal?: AbortSignal;
}

/** Everything that a run's result depends on: what it is told, and its data. */
export interface RunIdentity {
  readonly config: Readonly<Record<string, unknown>>;
  readonly data: FoldDescription;
}

/** One fit of a cross-validation. */
export interface FoldTask {
  readonly seed: number;
  /** Number of the fold from 0; `undefined` for a model of all samples. */
  readonly fold: number | undefined;
  /** Epochs of a model of all samples. */
  readonly epochs?: number;
}

/** The fits of a run that are still to be done. */
export interface FoldWork {
  readonly options: CrossValidateOptions;
  readonly name: string;
  /** What the run is; whoever fits a fold has to come to the same. */
  readonly identity: RunIdentity;
  /** The run's folder; a fit's is `partOf` it below. */
  readonly folder: string;
  readonly tasks: readonly FoldTask[];
  readonly signal: AbortSignal | undefined;
}

/** Where folds are fitted: `cluster.ray()`, `cluster.slurm()`. */
export interface FoldPlace {
  /**
   * Refuses options that it cannot send, before data are made.
   *
   * @throws {TypeError} saying what to do instead
   */
  check(options: CrossValidateOptions): void;
  /**
   * Fits folds; when it returns, each has its finished folder.
   *
   * @throws {Error} naming the folds that failed, when all others are finished
   */
  run(work: FoldWork): Promise<void>;
}

/** What became of one fold in one round. */
export interface FoldRun extends FitReport {
  /** `undefined` for the model of all samples. */
  readonly fold: number | undefined;
  readonly seed: number;
  /** The kept epoch's logs. */
  readonly logs: Logs;
  readonly scores: Readonly<Record<string, number>>;
  /** Training time, without that before a stop that it continued from. */
  readonly seconds: number;
  /** The fold's folder; `undefined` where nothing is kept. */
  readonly directory: string | undefined;
  /** The fitted estimator, to predict other samples; free it by its `dispose`. */
  load(): Fitted;
  /**
   * Of `validationIndices`, `[samples, …]`; `undefined` for the model of all samples. Where there are many, `data` reads
   * them all from the fold's file; `takeSamples` reads some.
   */
  readonly validation: ArrayData | undefined;
  /** Of the test samples. */
  readonly test: ArrayData | undefined;
}

/** Scores by name of the predictions of some samples. */
export function scorePredictions(
  scores: Readonly<Record<string, Score>>,
  given: Parameters<Score>[0],
): Record<string, number> {
  return Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, score(given)]));
}
