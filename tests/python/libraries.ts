import type { Estimator } from "../../src/core/estimator";
import { catBoost, lightGbm, xgBoost } from "../../src/python/trees";

/** The libraries of trees by their names. */
export const libraries: Readonly<Record<"lightGbm" | "xgBoost" | "catBoost", (options: never) => Estimator>> =
  {
    lightGbm,
    xgBoost,
    catBoost,
  };
