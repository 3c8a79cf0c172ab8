/** What trees are told: the libraries' own options under their own names, and what all three have in common. */

import type { NamedArray } from "../../core/array";
import type { OptionRules } from "../../core/check";

/** A score of one's own, of the validation part after each round. */
export interface TreeMetric {
  /** The score of a prediction `[rows, classes]`, or `[rows, 1]` of another truth. */
  score(truth: ArrayLike<number>, prediction: NamedArray): number;
  /** Whether it should be low or high. */
  mode: "min" | "max";
}

/** Options that all trees have. */
export interface TreeOptions {
  /** Number of classes, where a fold's train part may lack the last ones. Default of class numbers: those that there are. */
  classes?: number;
  /** Columns that hold numbers of categories, by name or place. Default none. */
  categorical?: readonly (string | number)[];
  /** Weight of each class, or `"balanced"`: each counts as much in all. Default: each row counts 1. */
  classWeights?: "balanced" | readonly number[];
  /** Scores of one's own of the validation part. Default none. */
  metrics?: Readonly<Record<string, TreeMetric>>;
  /** The score that decides which round is kept. Default the first of the library's own. */
  monitor?: string;
  /** Default `"cpu"`; `"gpu"` is refused where there is none. */
  device?: "cpu" | "gpu";
  /** A model from which training goes on: a fitted one's `state()`. Default none. */
  initial?: { readonly tensors: Readonly<Record<string, { readonly data: unknown }>> };
  /** Further parameters of the library, by its own names. Default none. */
  params?: Readonly<Record<string, unknown>>;
}

/** Options of {@link lightGbm}: LightGBM's own names and, but for the first two, its defaults. */
export interface LightGbmOptions extends TreeOptions {
  /** Most rounds. Default 1,000. */
  num_iterations?: number;
  /** Rounds without a better score after which training ends, the best kept; `false`: all rounds are kept. Default 50. */
  early_stopping_round?: number | false;
  /** Default `binary` or `multiclass` of class numbers, else `regression`. */
  objective?: string;
  /** Default the objective's. */
  metric?: string | readonly string[];
  /** Default `gbdt`. */
  boosting?: "gbdt" | "rf" | "dart";
  /** Default 0.1. */
  learning_rate?: number;
  /** Default 31. */
  num_leaves?: number;
  /** Default -1, none. */
  max_depth?: number;
  /** Default 20. */
  min_data_in_leaf?: number;
  /** Default 0.001. */
  min_sum_hessian_in_leaf?: number;
  /** Default 1. */
  bagging_fraction?: number;
  /** Default 0, never. */
  bagging_freq?: number;
  /** Default 1. */
  feature_fraction?: number;
  /** Default 0. */
  lambda_l1?: number;
  /** Default 0. */
  lambda_l2?: number;
  /** Default 0. */
  min_gain_to_split?: number;
  /** Default 255. */
  max_bin?: number;
  /** Default 10. */
  cat_smooth?: number;
  /** Default: all cores. */
  num_threads?: number;
}

/** Options of {@link xgBoost}: XGBoost's own names and, but for the first two, its defaults. */
export interface XgBoostOptions extends TreeOptions {
  /** Most rounds. Default 1,000. */
  num_boost_round?: number;
  /** Rounds without a better score after which training ends, the best kept; `false`: all rounds are kept. Default 50. */
  early_stopping_rounds?: number | false;
  /** Default `binary:logistic` or `multi:softprob` of class numbers, else `reg:squarederror`. */
  objective?: string;
  /** Default the objective's. */
  eval_metric?: string | readonly string[];
  /** Default `gbtree`. */
  booster?: "gbtree" | "gblinear" | "dart";
  /** Default 0.3. */
  learning_rate?: number;
  /** Default 6. */
  max_depth?: number;
  /** Default 0, none. */
  max_leaves?: number;
  /** Default 1. */
  min_child_weight?: number;
  /** Default 1. */
  subsample?: number;
  /** Default 1. */
  colsample_bytree?: number;
  /** Default 1. */
  colsample_bynode?: number;
  /** Default 1. */
  lambda?: number;
  /** Default 0. */
  alpha?: number;
  /** Default 0. */
  gamma?: number;
  /** Default 256. */
  max_bin?: number;
  /** Default `hist`. */
  tree_method?: "hist" | "approx" | "exact";
  /** Default: all cores. */
  nthread?: number;
}

/** Options of {@link catBoost}: CatBoost's own names and, but for the second, its defaults. */
export interface CatBoostOptions extends TreeOptions {
  /** Most rounds. Default 1,000. */
  iterations?: number;
  /** Rounds without a better score after which training ends, the best kept; `false`: all rounds are kept. Default 50. */
  early_stopping_rounds?: number | false;
  /** Default `Logloss` or `MultiClass` of class numbers, else `RMSE`. */
  loss_function?: string;
  /** Default the loss. */
  eval_metric?: string;
  /** Default: found of the data. */
  learning_rate?: number;
  /** Default 6. */
  depth?: number;
  /** Default 3. */
  l2_leaf_reg?: number;
  /** Default 1. */
  random_strength?: number;
  /** Default 1. */
  bagging_temperature?: number;
  /** Default: found of the data. */
  bootstrap_type?: "Bayesian" | "Bernoulli" | "MVS" | "Poisson" | "No";
  /** Default 0.8 of Bernoulli and MVS. */
  subsample?: number;
  /** Default 1. */
  rsm?: number;
  /** Default 254. */
  border_count?: number;
  /** Default `SymmetricTree`. */
  grow_policy?: "SymmetricTree" | "Depthwise" | "Lossguide";
  /** Default: found of the data. */
  one_hot_max_size?: number;
  /** Default: all cores. */
  thread_count?: number;
}

const size = { whole: true, low: 1 };
const share = { low: 0, high: 1, above: true };
const positive = { low: 0 };

const common: Omit<OptionRules<TreeOptions>, never> = {
  classes: { whole: true, low: 2, high: 65_536 },
  categorical: "any",
  classWeights: "any",
  metrics: "any",
  monitor: "any",
  device: ["cpu", "gpu"],
  initial: "any",
  params: "any",
};

export const lightGbmRules: OptionRules<LightGbmOptions> = {
  ...common,
  num_iterations: size,
  early_stopping_round: "any",
  objective: "any",
  metric: "any",
  boosting: ["gbdt", "rf", "dart"],
  learning_rate: { low: 0, above: true },
  num_leaves: { whole: true, low: 2, high: 131_072 },
  max_depth: { whole: true },
  min_data_in_leaf: { whole: true, low: 0 },
  min_sum_hessian_in_leaf: positive,
  bagging_fraction: share,
  bagging_freq: { whole: true, low: 0 },
  feature_fraction: share,
  lambda_l1: positive,
  lambda_l2: positive,
  min_gain_to_split: positive,
  max_bin: { whole: true, low: 2 },
  cat_smooth: positive,
  num_threads: { whole: true, low: 0 },
};

export const xgBoostRules: OptionRules<XgBoostOptions> = {
  ...common,
  num_boost_round: size,
  early_stopping_rounds: "any",
  objective: "any",
  eval_metric: "any",
  booster: ["gbtree", "gblinear", "dart"],
  learning_rate: positive,
  max_depth: { whole: true, low: 0 },
  max_leaves: { whole: true, low: 0 },
  min_child_weight: positive,
  subsample: share,
  colsample_bytree: share,
  colsample_bynode: share,
  lambda: positive,
  alpha: positive,
  gamma: positive,
  max_bin: { whole: true, low: 2 },
  tree_method: ["hist", "approx", "exact"],
  nthread: { whole: true, low: 0 },
};

export const catBoostRules: OptionRules<CatBoostOptions> = {
  ...common,
  iterations: size,
  early_stopping_rounds: "any",
  loss_function: "any",
  eval_metric: "any",
  learning_rate: { low: 0, above: true },
  depth: { whole: true, low: 1, high: 16 },
  l2_leaf_reg: positive,
  random_strength: positive,
  bagging_temperature: positive,
  bootstrap_type: ["Bayesian", "Bernoulli", "MVS", "Poisson", "No"],
  subsample: share,
  rsm: share,
  border_count: { whole: true, low: 1, high: 65_535 },
  grow_policy: ["SymmetricTree", "Depthwise", "Lossguide"],
  one_hot_max_size: { whole: true, low: 0 },
  thread_count: { whole: true, low: -1 },
};
