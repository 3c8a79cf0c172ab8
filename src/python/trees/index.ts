/** LightGBM, XGBoost and CatBoost as estimators. */
import { checkOptions, type OptionRules } from "../../core/check";
import { describeValue } from "../../core/describe";
import type { Estimator } from "../../core/estimator";
import { FittedTrees, type Library } from "./fittedTrees";
import {
  type CatBoostOptions,
  catBoostRules,
  type LightGbmOptions,
  lightGbmRules,
  type TreeOptions,
  type XgBoostOptions,
  xgBoostRules,
} from "./options";
import { fitTrees, type TreeTask } from "./treeFit";

export { importance, shap, type TreeImportance, type TreeShap } from "./fittedTrees";
export type { CatBoostOptions, LightGbmOptions, TreeMetric, TreeOptions, XgBoostOptions } from "./options";

const defaultRounds = 1000;
const defaultPatience = 50;

/** The library's own options among those given: without ours. */
function ownParams<O extends TreeOptions>(
  options: O,
  without: readonly (keyof O)[],
): Record<string, unknown> {
  const { classes, categorical, classWeights, metrics, monitor, device, initial, params, ...own } = options;
  return Object.fromEntries(
    Object.entries(own).filter(([name, value]) => value !== undefined && !without.includes(name as keyof O)),
  );
}

function treeEstimator<O extends TreeOptions>(
  name: string,
  options: O,
  task: Omit<TreeTask, "options"> & { rules: OptionRules<O>; patienceName: string },
): Estimator {
  const { library, rules, patience, patienceName } = task;
  const action = `train ${library.title}`;
  checkOptions(options, rules, { action });
  if (patience !== false && !(Number.isInteger(patience) && patience >= 1)) {
    throw new RangeError(
      `Cannot ${action}: ${patienceName} must be a whole number from 1 or false, got ${patience}`,
    );
  }
  return {
    name,
    config: () => describeValue(options) as Record<string, unknown>,
    fit: (fold) => fitTrees(fold, { ...task, options }),
    restore: (state) => FittedTrees.of(library, state),
  };
}

/**
 * LightGBM as what `validate.crossValidate` takes: histogram trees that grow leaf by leaf. Early stopping by the fold's
 * validation part; the best round predicts. `x` is rows of numbers, NaN missing, such as `prepareTable` makes; `y` class
 * numbers or other numbers. The same seed gives the same trees.
 *
 * The package (4.7.0) is installed at the first use, which a line says. An interrupt ends the fit between two rounds; the
 * best rounds so far are then in the fold's folder (`last.safetensors`), and the fold begins anew the next time.
 *
 * @param options see {@link LightGbmOptions}
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if one is out of reach; in use, if data or columns do not fit
 * @throws {Error} in use, if the package cannot be installed, or a GPU is asked for and there is none
 * Source: Ke et al. 2017.
 * @example
 * const estimator = lightGbm({ classes: 3, learning_rate: 0.05, num_leaves: 15, classWeights: "balanced" });
 */
export function lightGbm(options: LightGbmOptions = {}): Estimator {
  const library: Library = { name: "LightGbm", title: "LightGBM", module: "lightgbm", package: "lightgbm" };
  const { num_iterations = defaultRounds, early_stopping_round = defaultPatience, device } = options;
  const own = ownParams(options, ["num_iterations", "early_stopping_round"]);
  return treeEstimator("lightGbm", options, {
    library,
    rules: lightGbmRules,
    rounds: num_iterations,
    patience: early_stopping_round,
    patienceName: "early_stopping_round",
    threads: options.num_threads,
    leastRows: "min_data_in_leaf, and min_data_in_bin among params",
    params: (classes, seed) => ({
      objective: classes === undefined ? "regression" : classes > 2 ? "multiclass" : "binary",
      ...(classes !== undefined && classes > 2 && { num_class: classes }),
      verbosity: -1,
      seed,
      // Else it may take another way through memory each time, which sums in another order.
      deterministic: true,
      force_col_wise: true,
      ...(device === "gpu" && { device_type: "gpu" }),
      ...own,
    }),
  });
}

/**
 * XGBoost as what `validate.crossValidate` takes: histogram trees that grow level by level. Early stopping by the fold's
 * validation part; the best round predicts. `x` is rows of numbers, NaN missing, such as `prepareTable` makes; `y` class
 * numbers or other numbers. The same seed gives the same trees.
 *
 * The package (`xgboost-cpu` 3.2.0; `xgboost-cu12` for a GPU) is installed at the first use, which a line says. An
 * interrupt ends the fit between two rounds; the best rounds so far are then in the fold's folder (`last.safetensors`), and
 * the fold begins anew the next time.
 *
 * @param options see {@link XgBoostOptions}
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if one is out of reach; in use, if data or columns do not fit
 * @throws {Error} in use, if the package cannot be installed, or a GPU is asked for and there is none
 * Source: Chen and Guestrin 2016.
 * @example
 * const estimator = xgBoost({ classes: 3, learning_rate: 0.1, max_depth: 4, subsample: 0.8 });
 */
export function xgBoost(options: XgBoostOptions = {}): Estimator {
  const { num_boost_round = defaultRounds, early_stopping_rounds = defaultPatience, device } = options;
  const library: Library = {
    name: "XgBoost",
    title: "XGBoost",
    module: "xgboost",
    package: device === "gpu" ? "xgboost-cu12==3.2.0" : "xgboost-cpu",
  };
  const own = ownParams(options, ["num_boost_round", "early_stopping_rounds"]);
  return treeEstimator("xgBoost", options, {
    library,
    rules: xgBoostRules,
    rounds: num_boost_round,
    patience: early_stopping_rounds,
    patienceName: "early_stopping_rounds",
    threads: options.nthread,
    leastRows: "min_child_weight",
    params: (classes, seed) => ({
      objective:
        classes === undefined ? "reg:squarederror" : classes > 2 ? "multi:softprob" : "binary:logistic",
      ...(classes !== undefined && classes > 2 && { num_class: classes }),
      verbosity: 0,
      seed,
      ...(device === "gpu" && { device: "cuda" }),
      ...own,
    }),
  });
}

/**
 * CatBoost as what `validate.crossValidate` takes: symmetric trees, ordered boosting and means of the target for
 * categories. Early stopping by the fold's validation part; the best round predicts. `x` is rows of numbers, NaN missing,
 * such as `prepareTable` makes; `y` class numbers or other numbers. The same seed gives the same trees.
 *
 * The package (1.2.10, 97 MB) is installed at the first use, which a line says. It trains in one piece, so scores of one's
 * own (`metrics`) are taken when it is done. An interrupt ends the fit between two rounds; the best rounds so far are then
 * in the fold's folder (`last.safetensors`), and the fold begins anew the next time.
 *
 * @param options see {@link CatBoostOptions}
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if one is out of reach; in use, if data or columns do not fit
 * @throws {Error} in use, if the package cannot be installed, or a GPU is asked for and there is none
 * Source: Prokhorenkova et al. 2018.
 * @example
 * const estimator = catBoost({ classes: 3, depth: 4, categorical: ["town"] });
 */
export function catBoost(options: CatBoostOptions = {}): Estimator {
  const library: Library = { name: "CatBoost", title: "CatBoost", module: "catboost", package: "catboost" };
  const { iterations = defaultRounds, early_stopping_rounds = defaultPatience, device } = options;
  const own = ownParams(options, ["iterations", "early_stopping_rounds"]);
  return treeEstimator("catBoost", options, {
    library,
    rules: catBoostRules,
    rounds: iterations,
    patience: early_stopping_rounds,
    patienceName: "early_stopping_rounds",
    threads: options.thread_count,
    leastRows: "min_data_in_leaf among params",
    params: (classes, seed) => ({
      loss_function: classes === undefined ? "RMSE" : classes > 2 ? "MultiClass" : "Logloss",
      random_seed: seed,
      ...(device === "gpu" && { task_type: "GPU" }),
      ...own,
    }),
  });
}
