import { type HasFrame, withFrame } from "../core/dataFrame";
import { showAs, tableBundle } from "../core/display";
import type { Parameters, Space } from "./space";
import { importancesOf, type Study, type StudyOptions, type ToldTrial, type TrialState } from "./study";

/** What became of a trial. */
export interface SearchTrial<S extends Space = Space> {
  /** From 0. */
  readonly number: number;
  readonly parameters: Parameters<S>;
  /** Its score; of one that was given up the last on the way; `undefined` of one that failed. */
  readonly value: number | undefined;
  readonly state: TrialState;
  /** Scores on the way, by step. */
  readonly steps: readonly (readonly [step: number, score: number])[];
  readonly seconds: number;
  /** Why it failed. */
  readonly reason: string | undefined;
}

/** What a search found; shown as a table in a notebook, the best first. */
export interface SearchResult<S extends Space = Space> extends HasFrame {
  readonly best: SearchTrial<S> & { readonly value: number };
  /** All of them, by number. */
  readonly trials: readonly SearchTrial<S>[];
  readonly space: S;
  readonly direction: "minimize" | "maximize";
  /** The search's folder; `undefined` where nothing is kept. */
  readonly directory: string | undefined;
  /**
   * How much of the scores' variance each parameter explains, by fANOVA; they add up to 1.
   *
   * @throws {RangeError} if fewer than two trials have a score
   */
  importances(): Promise<ReadonlyMap<keyof S & string, number>>;
}

const most = { rows: 20 };

function shownValue(value: unknown): string | number {
  if (typeof value === "number") return Number.isInteger(value) ? value : value.toPrecision(5);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The result of the trials that a study has. */
export function makeResult<S extends Space>(
  told: readonly ToldTrial[],
  from: { options: Pick<StudyOptions<S>, "space" | "direction">; study: Study<S> },
): SearchResult<S> {
  const { space, direction = "minimize" } = from.options;
  const trials = told.flatMap((trial) => (trial.state === "begun" ? [] : [readTrial(trial, space)]));
  const scored = trials.filter(({ state, value }) => state === "complete" && value !== undefined);
  const sign = direction === "maximize" ? -1 : 1;
  const order = (a: SearchTrial<S>, b: SearchTrial<S>) =>
    sign * ((a.value as number) - (b.value as number)) || a.number - b.number;
  const ranked = [...scored].sort(order);
  if (ranked.length === 0) {
    const reasons = [...new Set(trials.map(({ state, reason }) => reason ?? state))].join(", ");
    throw new RangeError(
      `Cannot search: one trial must have a score, got ${trials.length} trials without (${reasons || "none was begun"})`,
    );
  }
  const studyTold = from.study.told;
  const names = Object.keys(space);
  const result = {
    best: ranked[0] as SearchResult<S>["best"],
    ...{ trials, space, direction },
    directory: from.study.directory,
    async importances() {
      const rows = scored.flatMap(({ number, value }) =>
        Number.isFinite(value) ? [[told[number].parameters, value as number] as const] : [],
      );
      if (rows.length < 2) {
        throw new RangeError(`Cannot tell importances: two trials must have a score, got ${rows.length}`);
      }
      return importancesOf(studyTold, rows);
    },
  };
  const shown = () => {
    const rows = [...ranked, ...trials.filter((trial) => !ranked.includes(trial))].slice(0, most.rows);
    const cells = rows.map(({ number, value, state, parameters, seconds }) => [
      number,
      value === undefined ? "" : value.toPrecision(6),
      state,
      ...names.map((name) => shownValue(parameters[name])),
      `${seconds.toFixed(1)} s`,
    ]);
    return tableBundle(["trial", "score", "state", ...names, "time"], cells);
  };
  const columns = () =>
    new Map<string, ArrayLike<unknown>>([
      ["trial", trials.map(({ number }) => number)],
      ["score", trials.map(({ value }) => value)],
      ["state", trials.map(({ state }) => state)],
      ...names.map(
        (name) =>
          [
            name,
            trials.map(({ parameters }) => {
              const value = parameters[name];
              return typeof value === "object" ? JSON.stringify(value) : value;
            }),
          ] as [string, unknown[]],
      ),
      ["seconds", trials.map(({ seconds }) => seconds)],
    ]);
  return withFrame(showAs(result, shown), columns) as SearchResult<S>;
}

function readTrial<S extends Space>(told: ToldTrial, space: S): SearchTrial<S> {
  const { number, parameters, value, state, steps, seconds, note } = told;
  const entries = Object.entries(space).map(([name, domain]) => [name, domain.read(parameters[name])]);
  return {
    number,
    parameters: Object.fromEntries(entries) as Parameters<S>,
    value: value ?? (state === "pruned" ? steps.at(-1)?.[1] : undefined),
    state: state as TrialState,
    steps,
    seconds: seconds ?? 0,
    reason: note.reason,
  };
}
