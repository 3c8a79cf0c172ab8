/** One fit of trees, round by round. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { NamedArray } from "../../core/array";
import type { EstimatorFold, Fitted } from "../../core/estimator";
import { startProgress } from "../../core/progress";
import { currentSignal, throwIfAborted } from "../../core/signal";
import { writeSafetensors } from "../../data/safetensors";
import { ask, type PythonArray, type PythonObject } from "../python";
import { FittedTrees, type Library, requireLibrary, type TreeFacts } from "./fittedTrees";
import type { TreeMetric, TreeOptions } from "./options";
import {
  categoricalPlaces,
  checkCategories,
  columnsOf,
  rowsOf,
  type Truth,
  truthOfRows,
  weightsOf,
} from "./treeData";

/** Seconds of rounds between two looks at the signal: at first, and at most; each look takes some milliseconds. */
const steps = { first: 0.1, most: 0.4, growth: 1.3 };

/** What a library is asked to train. */
export interface TreeTask {
  readonly library: Library;
  readonly options: TreeOptions;
  readonly rounds: number;
  readonly patience: number | false;
  readonly threads: number | undefined;
  /** The option that says how many rows a leaf needs. */
  readonly leastRows: string;
  /** The library's own parameters, of a number of classes (`undefined`: none) and a seed. */
  params(classes: number | undefined, seed: number): Record<string, unknown>;
}

/** A round's scores of the validation part: the value, and whether high is better. */
type RoundLog = Readonly<Record<string, readonly [value: number, higher: boolean]>>;

/** Watches one score and knows the best round. */
class Watch {
  best = -1;
  #value = Number.NaN;

  constructor(
    private readonly name: string | undefined,
    private readonly patience: number | false,
  ) {}

  /** Whether training ends with this round. */
  ends(round: number, log: RoundLog): boolean {
    const name = this.name ?? Object.keys(log)[0];
    if (name === undefined || this.patience === false) return false;
    const entry = log[name];
    if (!entry) {
      throw new RangeError(
        `Cannot watch "${name}": it must be one of ${Object.keys(log).join(", ") || "no scores, as there is no validation"}`,
      );
    }
    const [value, higher] = entry;
    if (this.best < 0 || (higher ? value > this.#value : value < this.#value)) {
      this.best = round;
      this.#value = value;
    }
    return round - this.best >= this.patience;
  }
}

function classesOf(truth: Truth, task: TreeTask, action: string): number | undefined {
  if (!truth.isClass) return undefined;
  const most = truth.values.reduce((greatest, label) => Math.max(greatest, label), 1) + 1;
  const { classes = most } = task.options;
  if (most > classes) {
    throw new RangeError(`Cannot ${action}: class numbers must be below ${classes} classes, got ${most - 1}`);
  }
  return classes;
}

/** Refuses a GPU that is not there: XGBoost would train on without a word. */
function checkDevice({ library, options }: TreeTask): void {
  if (options.device !== "gpu" || existsSync("/dev/nvidiactl") || existsSync("/dev/dxg")) return;
  throw new Error(`Cannot train ${library.title} on the GPU: an NVIDIA GPU must be there, got none`);
}

/** Scores of one's own of a prediction. */
function ownScores(
  metrics: Readonly<Record<string, TreeMetric>>,
  truth: ArrayLike<number>,
  prediction: NamedArray,
): Record<string, [number, boolean]> {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, { score, mode }]) => [
      name,
      [score(truth, prediction), mode === "max"],
    ]),
  );
}

/**
 * Trains trees on a fold.
 *
 * @throws {RangeError} if data or settings do not fit
 * @throws {Error} if a GPU is asked for and there is none
 */
export async function fitTrees(fold: EstimatorFold, task: TreeTask): Promise<Fitted> {
  const { library, options } = task;
  const action = `train ${library.title}`;
  const { context, train, validation, directory, signal = currentSignal() } = fold;
  checkDevice(task);
  const x = rowsOf(train.x, action);
  const truth = truthOfRows(train, action);
  const classes = classesOf(truth, task, action);
  const columns = columnsOf(train.x, x.shape[1]);
  const categorical = categoricalPlaces(options.categorical ?? [], columns, action);
  if (x.shape[0] === 0 || x.shape[1] === 0) {
    throw new RangeError(`Cannot ${action}: need rows and columns, got [${x.shape}]`);
  }
  const check = { places: categorical, columns, action };
  checkCategories(x, check);
  const held = validation && { x: rowsOf(validation.x, action), truth: truthOfRows(validation, action) };
  if (held) checkCategories(held.x, check);
  const part = (rows: typeof x, y: Truth, weight: Float32Array | undefined) => ({
    x: { data: rows.data, shape: [...rows.shape] },
    y: y.values,
    ...(weight && { weight }),
  });
  const rounds = fold.epochs ?? task.rounds;
  const initial = options.initial?.tensors.model?.data;
  const told = {
    params: { ...task.params(classes, context.foldSeed), ...options.params },
    rounds,
    planned: task.rounds,
    keeps_best: task.patience !== false && !options.monitor && !options.metrics,
    categorical,
    classes: classes ?? null,
    train: part(x, truth, weightsOf(train, { truth, classes, classWeights: options.classWeights, action })),
    ...(held &&
      held.x.shape[0] > 0 && {
        held: part(
          held.x,
          held.truth,
          weightsOf(validation as typeof train, {
            truth: held.truth,
            classes,
            classWeights: undefined,
            action,
          }),
        ),
      }),
    ...(initial ? { initial } : {}),
  };
  throwIfAborted(signal);
  await requireLibrary(library);
  // An interrupt is looked for between the rounds, so that the best of them can be kept.
  const never = new AbortController().signal;
  const trainer = (await ask("podium_runtime.trees.begin", {
    args: [library.name, told],
    signal: never,
  })) as PythonObject;
  const asks = <T>(name: string, ...args: unknown[]) =>
    ask(name, { object: trainer, args, signal: never }) as Promise<T>;
  const facts: TreeFacts = { columns, categorical, classes, threads: task.threads };
  const progress = fold.progress ? startProgress(fold.label, { total: rounds, unit: "rounds" }) : undefined;
  const training = new Training(task, { truth: held?.truth.values, asks });
  try {
    const start = performance.now();
    const spent = async (): Promise<number> =>
      fold.clock === "processor" ? asks<number>("spent") : (performance.now() - start) / 1000;
    const before = fold.clock === "processor" ? await spent() : 0;
    while (!training.isOver) {
      await training.advance();
      progress?.update(training.rounds, training.words());
      if (signal?.aborted) break;
      if (fold.seconds !== undefined && (await spent()) - before >= fold.seconds)
        training.stop("time is over");
    }
    if (training.rounds > 0) await training.finish();
    const fitted = training.rounds > 0 ? await training.fitted(facts) : undefined;
    if (signal?.aborted) {
      if (directory !== undefined && fitted) {
        writeSafetensors(path.join(directory, "last.safetensors"), fitted.state());
      }
      throwIfAborted(signal);
    }
    progress?.end(training.words());
    return fitted as FittedTrees;
  } catch (error) {
    progress?.end("stopped");
    throw error;
  } finally {
    await asks("end").catch(() => {});
  }
}

/** The rounds of a training. */
class Training {
  readonly history: Record<string, number[]> = {};
  rounds = 0;
  isOver = false;
  stopReason: string | undefined;
  readonly #watch: Watch;
  readonly #metrics: Readonly<Record<string, TreeMetric>>;
  /** Whether scores of one's own are taken after the training, all at once. */
  readonly #isLater: boolean;
  readonly #logs: RoundLog[] = [];
  #step = steps.first;

  constructor(
    private readonly task: TreeTask,
    private readonly parts: {
      truth: Float32Array | undefined;
      asks: <T>(name: string, ...args: unknown[]) => Promise<T>;
    },
  ) {
    const { options, library, patience } = task;
    this.#metrics = parts.truth ? (options.metrics ?? {}) : {};
    this.#isLater = library.name === "CatBoost" && Object.keys(this.#metrics).length > 0;
    this.#watch = new Watch(options.monitor, parts.truth ? patience : false);
  }

  async advance(): Promise<void> {
    const own = Object.keys(this.#metrics).length > 0 && !this.#isLater;
    const { logs, done } = await this.parts.asks<{ logs: RoundLog[]; done: boolean }>(
      "advance",
      this.#step,
      own,
    );
    this.#step = Math.min(steps.most, this.#step * steps.growth);
    for (const log of logs) {
      let whole = log;
      if (own) {
        const { data, shape } = await this.parts.asks<PythonArray>("held_predictions");
        const prediction = { data: data as Float32Array, shape };
        whole = { ...log, ...ownScores(this.#metrics, this.parts.truth as Float32Array, prediction) };
      }
      this.#logs.push(whole);
      this.rounds++;
      if (!this.#isLater && this.#ends(this.rounds - 1, whole)) return;
    }
    if (done) this.isOver = true;
  }

  #ends(round: number, log: RoundLog): boolean {
    if (!this.#watch.ends(round, log)) return false;
    this.rounds = round + 1;
    this.stop(`no better score for ${this.task.patience} rounds`);
    return true;
  }

  stop(reason: string): void {
    this.isOver = true;
    this.stopReason = reason;
  }

  /** Takes the scores that wait for the end. */
  async finish(): Promise<void> {
    if (this.#isLater) {
      await this.parts.asks("end");
      const stages = await this.parts.asks<PythonArray[]>("staged");
      for (const [round, { data, shape }] of stages.slice(0, this.rounds).entries()) {
        const prediction = { data: data as Float32Array, shape };
        const own = ownScores(this.#metrics, this.parts.truth as Float32Array, prediction);
        this.#logs[round] = { ...this.#logs[round], ...own };
        if (this.#ends(round, this.#logs[round])) break;
      }
    }
    for (const log of this.#logs.slice(0, this.rounds)) {
      for (const [name, [value]] of Object.entries(log)) {
        this.history[`val_${name}`] ??= [];
        this.history[`val_${name}`].push(value);
      }
    }
  }

  words(): string {
    const last = this.#logs[this.rounds - 1] ?? {};
    return Object.entries(last)
      .slice(0, 2)
      .map(([name, [value]]) => `${name} ${value.toFixed(4)}`)
      .join(", ");
  }

  async fitted(facts: TreeFacts): Promise<FittedTrees> {
    const kept = this.#watch.best >= 0 ? this.#watch.best : this.rounds - 1;
    const { data } = await this.parts.asks<PythonArray>("model", kept + 1);
    if (!(await this.parts.asks<boolean>("splits"))) {
      console.warn(
        `${this.task.library.title}: no column was split by, so all rows are predicted alike; of few rows, ask for fewer in a leaf (${this.task.leastRows})`,
      );
    }
    const { history, rounds, stopReason } = this;
    const report = { epochs: rounds, keptEpoch: kept, history, stopReason };
    // A copy of its own: shared memory is wanted for others.
    return new FittedTrees(this.task.library, Uint8Array.from(data as Uint8Array), facts, report);
  }
}
