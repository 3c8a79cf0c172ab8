import { type Dataset, type FitData, truthOf } from "../../core/array";
import type { Estimator, FitReport, Fitted, FittedState } from "../../core/estimator";
import { joinShards } from "../../core/frames";
import { makeSource } from "../../core/source";
import {
  type RidgeClassifier,
  type RidgeNumbers,
  type RidgeOptions,
  ridgeClassifier,
  ridgeOf,
} from "./ridge";
import type { FeatureRows } from "./ridgeTask";

/** How a fit went that has no epochs. */
export const oneEpoch: FitReport = { epochs: 1, keptEpoch: 0, history: {}, stopReason: undefined };

/** A data set as rows of features, those of one sample in a row. */
function rowsOf(x: Dataset): FeatureRows {
  const { samples, size, whole, take } = makeSource(x);
  const data =
    whole ?? ("shards" in x ? joinShards(x) : take(Int32Array.from({ length: samples }, (_, i) => i)));
  return { data, shape: [samples, size] };
}

/** The class numbers of a training set. */
export function labelsOf(train: FitData, action: string): ArrayLike<number> {
  const y = truthOf(train);
  if (y?.shape.length !== 1) {
    throw new RangeError(
      `Cannot ${action}: y must be class numbers [samples], got ${y ? `[${y.shape}]` : "none"}`,
    );
  }
  return rowsOf(y).data;
}

/** A ridge classifier's numbers as arrays of a file. */
export function ridgeTensors({
  alpha,
  temperature,
  means,
  offsets,
  weights,
}: RidgeNumbers): FittedState["tensors"] {
  return {
    scalars: { data: Float64Array.of(alpha, temperature), shape: [2] },
    means: { data: means, shape: [means.length] },
    offsets: { data: offsets, shape: [offsets.length] },
    weights: { data: weights, shape: [offsets.length, means.length] },
  };
}

/** The classifier of such arrays. */
export function ridgeOfTensors(tensors: FittedState["tensors"]): RidgeClassifier {
  const [scalars, means, offsets, weights] = ["scalars", "means", "offsets", "weights"].map(
    (name) => tensors[name].data as Float64Array,
  );
  return ridgeOf({ alpha: scalars[0], temperature: scalars[1], means, offsets, weights });
}

function fittedRidge(classifier: RidgeClassifier): Fitted {
  return {
    report: oneEpoch,
    predict: async (x) => classifier.predict(rowsOf(x)),
    state: () => ({ tensors: ridgeTensors(classifier.numbers) }),
    dispose() {},
  };
}

/**
 * A ridge classifier of feature rows, as what `validate.crossValidate` takes; columns that are scaled alike suit it best.
 *
 * @param options `classes`: how many, where a fold's train part may lack the last ones; `alphas`: penalties to choose from
 * @throws {RangeError} in use, if labels or features are refused by `models.ridgeClassifier`
 * @example
 * const estimator = ridge({ classes: 61 });
 */
export function ridge(options: Omit<RidgeOptions, "signal"> = {}): Estimator {
  return {
    name: "ridge",
    config: () => ({ ...options }),
    async fit({ train, signal }) {
      return fittedRidge(
        ridgeClassifier(rowsOf(train.x), labelsOf(train, "fit ridge"), { signal, ...options }),
      );
    },
    restore: ({ tensors }) => fittedRidge(ridgeOfTensors(tensors)),
  };
}
