import { type ArrayData, type Frames, viewImages } from "../core";
import { asForecast } from "../features";
import { verify } from "../metrics";
import type { Score } from "../validate";
import type { RadarData } from "./load";

/** The last of the times, of some samples or all, as a view. */
export function targetOf(train: Frames, indices?: Int32Array): Frames {
  return viewImages([{ source: train, time: train.shape[3] - 1 }], { indices });
}

/**
 * The competition's score and its parts, as what `validate.crossValidate` takes as `scores`: mean absolute error of rain
 * divided by CSI, and both.
 *
 * @param competition what `radar.load` gives; the last of each training sample's times is the truth
 * @returns `MAE / CSI`, `MAE` in mm/h and `CSI` of predictions `[samples, rows, columns, 1]` of pixels / 255
 * @example
 * const judged = { scores: scores(competition) };
 */
export function scores({
  train,
}: Pick<RadarData, "train">): Readonly<Record<"MAE / CSI" | "MAE" | "CSI", Score>> {
  // Three scores of one verification.
  const known = new WeakMap<object, ReturnType<typeof verify>>();
  const found = (indices: Int32Array, prediction: ArrayData) => {
    const verified =
      known.get(prediction) ??
      verify(targetOf(train, indices), { forecast: asForecast(prediction), thresholds: [], scales: [] });
    known.set(prediction, verified);
    return verified;
  };
  return {
    "MAE / CSI": ({ indices, prediction }) => found(indices, prediction).score,
    MAE: ({ indices, prediction }) => found(indices, prediction).mae,
    CSI: ({ indices, prediction }) => found(indices, prediction).csi,
  };
}
