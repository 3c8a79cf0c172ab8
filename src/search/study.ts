import { existsSync } from "node:fs";
import path from "node:path";
import { describeValue, shortHash } from "../core/describe";
import { lockFolder } from "../core/folderLock";
import { randomSource } from "../core/random";
import { writeCheckedJson } from "../data/checkedJson";
import { ask, requirePackages } from "../python/python";
import type { Parameters, Space } from "./space";

/** What a study is told; with the space and the seed its results depend on nothing else. */
export interface StudyOptions<S extends Space> {
  /** The parameters, and what each may be. */
  space: S;
  /** Whether a smaller or a greater score is better. Default "minimize". */
  direction?: "minimize" | "maximize";
  /**
   * What chooses the parameters: trees of Parzen estimators, covariance matrix adaptation, chance, or every point of a
   * grid. Default "tpe".
   */
  sampler?: "tpe" | "cmaes" | "random" | "grid";
  /** Of the sampler, by Optuna's names, such as `{ n_startup_trials: 20 }`. Default Optuna's. */
  samplerOptions?: Readonly<Record<string, unknown>>;
  /** What gives up trials by their scores on the way. Default "median". */
  pruner?: "none" | "median" | "halving" | "hyperband";
  /** Of the pruner, by Optuna's names, such as `{ n_warmup_steps: 5 }`. Default Optuna's. */
  prunerOptions?: Readonly<Record<string, unknown>>;
  /** Default 0. */
  seed?: number;
  /** Points that are tried first, such as the settings in use. Default: none. */
  first?: readonly Partial<Parameters<S>>[];
  /** Trials that are asked for, and run, at once: the next are asked for when all of them are done. Default 1. */
  parallel?: number;
  /** Whatever else the objective's result depends on, as JSON: another has a folder of its own. Default: nothing. */
  config?: unknown;
  /** Where the search is kept, in a folder of its own, so that the same again continues. Default: nothing is kept. */
  directory?: string;
  /** What it is called. Default "search". */
  name?: string;
}

/** What became of a trial. */
export type TrialState = "complete" | "pruned" | "failed";

/** A trial as Python tells of it. */
export interface ToldTrial {
  readonly number: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly value: number | null;
  readonly state: TrialState | "begun";
  /** Scores on the way, by step. */
  readonly steps: readonly (readonly [step: number, score: number])[];
  readonly seconds: number | null;
  readonly note: Readonly<Record<string, string>>;
}

const runtime = (name: string): string => `podium_runtime.search.${name}`;
let count = 0;

/** A study of Optuna's in the Python process, and its folder. */
export class Study<S extends Space> {
  /** What Python calls it. */
  readonly #id = `study ${++count}`;
  readonly #options: StudyOptions<S>;
  readonly #seed: number;
  #release = () => {};
  /** The study's folder; `undefined` where nothing is kept. */
  directory: string | undefined;

  constructor(options: StudyOptions<S>) {
    this.#options = options;
    this.#seed = options.seed ?? 0;
  }

  /** What Optuna is told of it. */
  get told() {
    const { space, direction = "minimize", sampler = "tpe", pruner = "median" } = this.#options;
    const { samplerOptions = {}, prunerOptions = {} } = this.#options;
    return {
      id: this.#id,
      path: this.directory === undefined ? null : path.join(this.directory, "journal.log"),
      space: Object.fromEntries(Object.entries(space).map(([name, { told }]) => [name, told])),
      ...{ direction, sampler, samplerOptions, pruner, prunerOptions },
    };
  }

  /** Opens it, and gives the trials that it has. */
  async open(): Promise<ToldTrial[]> {
    await requirePackages("search", {
      optuna: "optuna",
      ...(this.#options.sampler === "cmaes" && { cmaes: "cmaes" }),
    });
    const { directory, name = "search", config, first = [], parallel = 1 } = this.#options;
    if (directory !== undefined) {
      const { id: _, path: __, ...told } = this.told;
      const given = first.map((point) => describeValue(point));
      const identity = {
        ...told,
        seed: this.#seed,
        parallel,
        first: given,
        config: describeValue(config) ?? "none",
      };
      const plain = name.replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 60);
      const own = `${plain}-${shortHash(JSON.stringify([name, identity])).slice(0, 8)}`;
      this.directory = path.join(directory, own);
      this.#release = await lockFolder(this.directory, "search");
      const file = path.join(this.directory, "search.json");
      if (!existsSync(file)) writeCheckedJson(file, JSON.parse(JSON.stringify({ name, ...identity })));
    }
    try {
      return await this.#ask<ToldTrial[]>("open_study", this.told);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The parameters of a trial, as Optuna calls them. */
  begin(
    number: number,
    fixed: Readonly<Record<string, unknown>> | undefined,
  ): Promise<Record<string, unknown>> {
    const seed = randomSource(this.#seed)
      .fork(`trial ${number}`)
      .integer(0, 2 ** 31);
    return this.#ask("ask", this.#id, number, seed, fixed ?? null);
  }

  /** Notes a score on the way; whether the trial is to be given up, by the scores of those below `before`. */
  report(number: number, score: number, options: { step: number; before: number }): Promise<boolean> {
    return this.#ask("report", this.#id, number, score, options.step, options.before);
  }

  tell(
    number: number,
    value: number | null,
    state: TrialState,
    note: Record<string, string> = {},
  ): Promise<void> {
    return this.#ask("tell", this.#id, number, value, state, note);
  }

  trials(): Promise<ToldTrial[]> {
    return this.#ask("trials", this.#id);
  }

  close(): void {
    this.#release();
    void ask(runtime("close_study"), { args: [this.#id] }).catch(() => {});
  }

  async #ask<T>(name: string, ...args: unknown[]): Promise<T> {
    return (await ask(runtime(name), { args })) as T;
  }
}

/** How much of the scores' variance each parameter explains. */
export async function importancesOf(
  told: Study<Space>["told"],
  rows: readonly (readonly [parameters: object, value: number])[],
): Promise<Map<string, number>> {
  await requirePackages("importances", { sklearn: "scikit-learn" });
  const found = (await ask(runtime("importances"), { args: [told, rows, 0] })) as Record<string, number>;
  return new Map(Object.entries(found));
}
