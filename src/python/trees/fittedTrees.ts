import type { Dataset, NamedArray } from "../../core/array";
import { showAs, tableBundle } from "../../core/display";
import type { FitReport, Fitted, FittedState } from "../../core/estimator";
import { ask, call, type PythonArray, type PythonObject, requirePackages } from "../python";
import { PythonEnded } from "../pythonError";
import { rowsOf } from "./treeData";

/** A library of trees: its name in the Python module, its package and the module that tells whether it is there. */
export interface Library {
  readonly name: "LightGbm" | "XgBoost" | "CatBoost";
  readonly title: string;
  readonly module: string;
  readonly package: string;
}

/** Makes sure that a library is there; a line says so where it is installed. */
export function requireLibrary(library: Library): Promise<void> {
  return requirePackages(library.title, { numpy: "numpy", [library.module]: library.package });
}

/** What a fitted model is told by, beside its bytes. */
export interface TreeFacts {
  readonly columns: readonly string[];
  readonly categorical: readonly number[];
  /** `undefined`: the truth is no class. */
  readonly classes: number | undefined;
  /** Threads that predict; default all. */
  readonly threads?: number;
}

/** Each column's part of what the splits gained. */
export interface TreeImportance {
  readonly columns: readonly string[];
  readonly means: Float64Array;
}

/** What each column of each row adds to a prediction. */
export interface TreeShap {
  readonly columns: readonly string[];
  readonly data: Float32Array;
  /** `[rows, outputs, columns + 1]`; the last is the expected prediction. In units before the sigmoid or softmax. */
  readonly shape: readonly number[];
}

/** Fitted trees: their bytes here, and the model in Python once it is used. */
export class FittedTrees implements Fitted {
  #object: Promise<PythonObject> | undefined;

  constructor(
    private readonly library: Library,
    private readonly bytes: Uint8Array,
    private readonly facts: TreeFacts,
    readonly report: FitReport,
  ) {}

  async #model(): Promise<PythonObject> {
    await requireLibrary(this.library);
    this.#object ??= call<PythonObject>("podium_runtime.trees.load", this.library.name, this.bytes, {
      classes: this.facts.classes,
      categorical: this.facts.categorical,
      threads: this.facts.threads,
    });
    return this.#object;
  }

  /** Asks the model; one whose Python process has ended is read again. */
  async #ask<T>(method: string, args: readonly unknown[], signal?: AbortSignal): Promise<T> {
    try {
      return (await ask(method, { object: await this.#model(), args, signal })) as T;
    } catch (error) {
      if (!(error instanceof ReferenceError || error instanceof PythonEnded)) throw error;
      this.#object = undefined;
      return (await ask(method, { object: await this.#model(), args, signal })) as T;
    }
  }

  #rows(x: Dataset, action: string) {
    const rows = rowsOf(x, action);
    const width = this.facts.columns.length;
    if (rows.shape[1] !== width) {
      throw new RangeError(`Cannot ${action}: rows must have ${width} columns, got ${rows.shape[1]}`);
    }
    return { data: rows.data, shape: [...rows.shape] };
  }

  async predict(x: Dataset, { signal }: { signal?: AbortSignal } = {}): Promise<NamedArray> {
    const { data, shape } = await this.#ask<PythonArray>(
      "predict",
      [this.#rows(x, `predict with ${this.library.title}`)],
      signal,
    );
    return { data: data as Float32Array, shape };
  }

  async importance(): Promise<TreeImportance> {
    const { columns } = this.facts;
    const { data } = await this.#ask<PythonArray>("importance", [columns.length]);
    const means = data as Float64Array;
    const order = columns.map((_, c) => c).sort((a, b) => means[b] - means[a]);
    return showAs({ columns: [...columns], means }, () =>
      tableBundle(
        ["column", "importance"],
        order.map((c) => [columns[c], means[c]]),
      ),
    );
  }

  async shap(x: Dataset): Promise<TreeShap> {
    const rows = this.#rows(x, `explain ${this.library.title}`);
    const { data, shape } = await this.#ask<PythonArray>("shap", [rows]);
    return { columns: [...this.facts.columns], data: data as Float32Array, shape };
  }

  state(): FittedState {
    return {
      tensors: { model: { data: this.bytes, shape: [this.bytes.length] } },
      metadata: { trees: JSON.stringify({ library: this.library.name, ...this.facts, report: this.report }) },
    };
  }

  dispose(): void {
    this.#object = undefined;
  }

  /** The fitted trees of a state. @throws {TypeError} if it is of another library */
  static of(library: Library, { tensors, metadata }: FittedState): FittedTrees {
    const told = JSON.parse(metadata?.trees ?? "{}") as TreeFacts & { library?: string; report: FitReport };
    const bytes = tensors.model?.data;
    if (told.library !== library.name || !(bytes instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot restore ${library.title}: the state must be of it, got ${told.library ?? "another's"}`,
      );
    }
    const { columns, categorical, classes, threads, report } = told;
    return new FittedTrees(library, bytes, { columns, categorical, classes, threads }, report);
  }
}

function fittedTrees(fitted: Fitted, action: string): FittedTrees {
  if (fitted instanceof FittedTrees) return fitted;
  throw new TypeError(
    `Cannot ${action}: it must be fitted trees, such as result.runs[0].load(), got ${fitted?.constructor?.name ?? typeof fitted}`,
  );
}

/**
 * Which columns the trees split by, and what it gained: the gain of LightGBM and XGBoost, CatBoost's change of predictions.
 * `plot.featureImportance` draws it.
 *
 * @param fitted such as `result.runs[0].load()`
 * @throws {TypeError} if it is no trees
 * @example
 * const x = features.windowStatistics(raw);
 * const estimator = trees.lightGbm({ num_iterations: 5, min_data_in_leaf: 2 });
 * const { runs } = await validate.crossValidate({ folds, data: { x, y: labels }, estimator });
 * plot.featureImportance(await trees.importance(runs[0].load()));
 */
export async function importance(fitted: Fitted): Promise<TreeImportance> {
  return fittedTrees(fitted, "measure importance").importance();
}

/**
 * What each column of each row adds to a prediction (TreeSHAP), before the sigmoid or softmax; with the expected prediction
 * they add up to it. `plot.shapValues` draws it.
 *
 * Source: Lundberg et al. 2020, as each library computes it.
 *
 * @param fitted such as `result.runs[0].load()`
 * @param x rows `[rows, columns]`
 * @returns float32 `[rows, outputs, columns + 1]`; one output of two classes and of numbers
 * @throws {TypeError} if it is no trees
 * @throws {RangeError} if the columns are more or fewer than those of the fit
 * @example
 * const x = features.windowStatistics(raw);
 * const estimator = trees.lightGbm({ num_iterations: 5, min_data_in_leaf: 2 });
 * const { runs } = await validate.crossValidate({ folds, data: { x, y: labels }, estimator });
 * plot.shapValues(await trees.shap(runs[0].load(), x), { x });
 */
export async function shap(fitted: Fitted, x: Dataset): Promise<TreeShap> {
  return fittedTrees(fitted, "explain predictions").shap(x);
}
