import { accuracy, logLoss, predictedLabels } from "../metrics";
import type { Score } from "../validate";
import type { MotionData } from "./load";

/**
 * The competition's log loss, and accuracy, as what `validate.crossValidate` takes as `scores`.
 *
 * @param competition what `motion.load` gives; its labels alone are used
 * @returns `logLoss` and `accuracy` of probabilities `[windows, classes]`
 * @example
 * const judged = { scores: scores(competition) };
 */
export function scores({
  labels,
}: Pick<MotionData, "labels">): Readonly<Record<"logLoss" | "accuracy", Score>> {
  const truth = (indices: Int32Array): Int32Array => indices.map((index) => labels[index]);
  return {
    logLoss: ({ indices, prediction }) => logLoss(truth(indices), prediction),
    accuracy: ({ indices, prediction }) => accuracy(truth(indices), predictedLabels(prediction)),
  };
}
