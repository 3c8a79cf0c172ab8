import { type ArrayData, type Dataset, type FitData, truthOf } from "../core/array";
import { joinSamples, takeSamples } from "../core/samples";

/** Test samples whose prediction is sure enough, labelled as the training samples are, joined to these. */
export function withPseudoLabels(
  train: FitData,
  given: { test: Dataset; prediction: ArrayData; threshold: number; soft: boolean },
): FitData {
  const { test, prediction, threshold, soft } = given;
  const [samples, classes] = prediction.shape;
  const truth = truthOf(train);
  if (prediction.shape.length !== 2 || classes < 2 || truth === undefined) {
    throw new RangeError(
      `Cannot make pseudo-labels: predictions must be [samples, 2 or more classes], got [${prediction.shape}]`,
    );
  }
  const sure: number[] = [];
  const labels: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const row = Array.from(prediction.data.subarray(sample * classes, (sample + 1) * classes));
    const greatest = Math.max(...row);
    // Also one whose prediction is no number.
    if (!(greatest >= threshold)) continue;
    sure.push(sample);
    labels.push(row.indexOf(greatest));
  }
  if (sure.length === 0) return train;
  const isShares = truth.shape.length === 2 && truth.shape[1] === classes;
  if (soft && !isShares) {
    throw new RangeError(
      `Cannot make soft pseudo-labels: the truth must be shares [samples, ${classes}], got [${truth.shape}]`,
    );
  }
  const numbers = takeSamples(truth, [0]) as ArrayData;
  if (soft && !(numbers.data instanceof Float32Array)) {
    throw new TypeError(
      `Cannot make soft pseudo-labels: the truth must be a Float32Array, which holds shares, got ${numbers.data.constructor.name}`,
    );
  }
  const shares = Float32Array.from({ length: sure.length * classes }, (_, i) => {
    const row = Math.floor(i / classes);
    return soft ? prediction.data[sure[row] * classes + (i % classes)] : Number(labels[row] === i % classes);
  });
  const Values = numbers.data.constructor as typeof Float32Array;
  const added: ArrayData = isShares
    ? { data: Values.from(shares), shape: [sure.length, classes] }
    : { data: Values.from(labels), shape: [sure.length, ...truth.shape.slice(1)] };
  const { sampleWeight } = train;
  return {
    x: joinSamples(train.x, takeSamples(test, sure)),
    y: joinSamples(truth, added),
    ...(sampleWeight && {
      sampleWeight: [...Array.from(sampleWeight), ...Array<number>(sure.length).fill(1)],
    }),
  };
}
