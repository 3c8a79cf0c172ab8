import path from "node:path";
import { checkNumber, checkOptions, type OptionRules } from "../core/check";
import { startProgress } from "../core/progress";
import { randomSource } from "../core/random";
import { currentSignal, throwIfAborted } from "../core/signal";
import { makeResult, type SearchResult } from "./result";
import { gridOf, type Parameters, type Space } from "./space";
import { Study, type StudyOptions, type ToldTrial } from "./study";
import { type Trial, TrialPruned } from "./trial";

/** Options of {@link optimize}. */
export interface OptimizeOptions<S extends Space> extends StudyOptions<S> {
  /** The score of parameters; NaN makes the trial one that failed. */
  objective: (parameters: Parameters<S>, trial: Trial<S>) => number | Promise<number>;
  /** Trials in all, those of earlier calls among them. Default 100; of a grid all its points. */
  trials?: number;
  /**
   * What happens when the objective throws: the search stops, and the trial runs again when it is continued; or the trial
   * is noted as failed and the next begins. Default "stop".
   */
  onError?: "stop" | "continue";
  /** Seconds after which no further trial begins. Default: no end. */
  seconds?: number;
  /** Whether progress is shown. Default true. */
  progress?: boolean;
  /** Stops the search; the trial at hand runs again when it is continued. Default the notebook cell's. */
  signal?: AbortSignal;
}

const rules: OptionRules<OptimizeOptions<Space>> = {
  space: "any",
  objective: "any",
  trials: { whole: true, low: 1 },
  direction: ["minimize", "maximize"],
  sampler: ["tpe", "cmaes", "random", "grid"],
  samplerOptions: "any",
  pruner: ["none", "median", "halving", "hyperband"],
  prunerOptions: "any",
  seed: { whole: true },
  first: "any",
  parallel: { whole: true, low: 1, high: 1000 },
  config: "any",
  directory: "any",
  name: "any",
  onError: ["stop", "continue"],
  seconds: { low: 0 },
  progress: [true, false],
  signal: "any",
};

/** Points to try first as Optuna calls their values. */
function writePoint<S extends Space>(space: S, point: Partial<Parameters<S>>): Record<string, unknown> {
  const action = "search";
  return Object.fromEntries(
    Object.entries(point).map(([name, value]) => {
      const domain = space[name];
      if (!domain) {
        throw new RangeError(`Cannot ${action}: first must name parameters of the space, got ${name}`);
      }
      if (!domain.has(value)) {
        throw new RangeError(
          `Cannot ${action}: first must have values that ${name} may be, got ${String(value)}`,
        );
      }
      return [name, domain.write(value)];
    }),
  );
}

/** A value of Optuna's parameters as the space means them. */
export function readParameters<S extends Space>(
  space: S,
  told: Readonly<Record<string, unknown>>,
): Parameters<S> {
  const entries = Object.entries(space).map(([name, domain]) => [name, domain.read(told[name])]);
  return Object.fromEntries(entries) as Parameters<S>;
}

/**
 * Looks for the parameters with the best score, by Optuna: each trial's parameters are chosen by the scores of those
 * before. With a `directory` the search has a folder there, named by what it is (space, sampler, seed, `config`): one
 * whose process died continues when it is called again with the same, the trial that was under way runs again with its
 * parameters, and the result is that of an uninterrupted search, if the objective gives the same score each time. With
 * more `trials` it goes on. Trials that run at once know nothing of each other's scores, so that it does not matter which
 * is faster. Optuna is installed at first use.
 *
 * @param options see {@link OptimizeOptions}
 * @returns all trials and the best one
 * @throws {RangeError} if options are out of reach, or no trial has a score
 * @throws {DOMException} if the signal aborts
 * Source: Akiba et al. 2019 (arXiv:1907.10902); Bergstra et al. 2011, Algorithms for Hyper-Parameter Optimization.
 * @example
 * const found = await search.optimize({
 *   space: { x: search.float(-5, 5), kind: search.choice(["square", "root"]) },
 *   objective: ({ x, kind }) => (kind === "square" ? x ** 2 : Math.sqrt(Math.abs(x))),
 *   trials: 12,
 *   seed: 1,
 * });
 * found.best.parameters.kind;
 */
export async function optimize<const S extends Space>(options: OptimizeOptions<S>): Promise<SearchResult<S>> {
  checkOptions(options as unknown as OptimizeOptions<Space>, rules, {
    action: "search",
    required: ["space", "objective"],
  });
  const { space, first = [], sampler, parallel = 1, seconds, progress: isShown = true } = options;
  if (Object.keys(space).length === 0)
    throw new RangeError("Cannot search: the space must have a parameter, got none");
  const grid = sampler === "grid" ? gridOf(space) : undefined;
  const points = pointsOf(space, first, grid);
  const wanted = options.trials ?? (grid ? points.length : 100);
  const total = grid ? Math.min(wanted, points.length) : wanted;
  const signal = options.signal ?? currentSignal();
  throwIfAborted(signal);
  const study = new Study(options);
  let known: ToldTrial[] = await study.open();
  const progress = isShown ? startProgress("Search", { total, unit: "trials" }) : undefined;
  const start = performance.now();
  try {
    for (let batch = 0; batch < total; batch += parallel) {
      throwIfAborted(signal);
      if (seconds !== undefined && (performance.now() - start) / 1000 >= seconds) break;
      // By number: where the process died, others of these may be done.
      const open = Array.from({ length: Math.min(parallel, total - batch) }, (_, i) => batch + i).filter(
        (number) => !known[number] || known[number].state === "begun",
      );
      if (open.length === 0) continue;
      const begun: [number, Record<string, unknown>][] = [];
      for (const number of open) begun.push([number, await study.begin(number, points[number])]);
      const runs = begun.map(([number, told]) =>
        runTrial(number, told, { options, study, signal, before: batch }),
      );
      const failures = (await Promise.allSettled(runs)).filter(({ status }) => status === "rejected");
      if (failures.length > 0) throw (failures[0] as PromiseRejectedResult).reason;
      known = await study.trials();
      progress?.update(known.length, bestWords(known, options));
    }
    return makeResult(known, { options, study });
  } finally {
    progress?.end(bestWords(known, options));
    study.close();
  }
}

/** The points that are fixed before the search: those to try first, and the others of a grid. */
function pointsOf<S extends Space>(
  space: S,
  first: readonly Partial<Parameters<S>>[],
  grid: Record<string, unknown>[] | undefined,
): Record<string, unknown>[] {
  const led = first.map((point) => writePoint(space, point));
  if (!grid) return led;
  const names = Object.keys(space);
  const keyOf = (point: Record<string, unknown>): string => JSON.stringify(names.map((name) => point[name]));
  const partial = led.find((point) => names.some((name) => !(name in point)));
  if (partial) {
    const lacking = names.filter((name) => !(name in partial));
    throw new RangeError(
      `Cannot search a grid: first must name every parameter, got a point without ${lacking.join(", ")}`,
    );
  }
  const known = new Set(led.map(keyOf));
  return [
    ...led,
    ...grid
      .map((point) => writePoint(space, point as Parameters<S>))
      .filter((point) => !known.has(keyOf(point))),
  ];
}

function bestWords(
  known: readonly ToldTrial[],
  { direction }: Pick<StudyOptions<Space>, "direction">,
): string {
  const values = known.flatMap(({ value, state }) => (state === "complete" && value !== null ? [value] : []));
  if (values.length === 0) return "";
  const best = direction === "maximize" ? Math.max(...values) : Math.min(...values);
  return `best ${best.toPrecision(5)}`;
}

/** Runs the objective on one trial and tells what became of it. */
async function runTrial<S extends Space>(
  number: number,
  told: Readonly<Record<string, unknown>>,
  run: { options: OptimizeOptions<S>; study: Study<S>; signal: AbortSignal | undefined; before: number },
): Promise<void> {
  const { options, study, signal, before } = run;
  const parameters = readParameters(options.space, told);
  const trial: Trial<S> = {
    number,
    parameters,
    seed: randomSource(options.seed ?? 0)
      .fork(`objective ${number}`)
      .integer(0, 2 ** 31),
    directory: study.directory && path.join(study.directory, `trial-${number}`),
    signal,
    async report(score, step) {
      checkNumber(step, { action: "report a score", name: "step", whole: true, low: 0 });
      // A score that is none is the worst one.
      const worst = options.direction === "maximize" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      if (await study.report(number, Number.isNaN(score) ? worst : score, { step, before })) {
        throw new TrialPruned(`Trial ${number} is given up: others were better at step ${step}`);
      }
    },
  };
  let value: number;
  try {
    value = await options.objective(parameters, trial);
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof TrialPruned) return study.tell(number, null, "pruned");
    if (options.onError !== "continue") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return study.tell(number, null, "failed", { reason });
  }
  throwIfAborted(signal);
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot search: the objective must give a number, got ${value === null ? "null" : typeof value}`,
    );
  }
  if (Number.isNaN(value)) return study.tell(number, null, "failed", { reason: "the score is NaN" });
  return study.tell(number, value, "complete");
}
