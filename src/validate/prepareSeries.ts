import { type OversampleOptions, oversample } from "../augment/oversample";
import type { FoldContext, PreparedFold } from "../core/estimator";
import { type Series, takeWindows } from "../core/series";
import { type Scaler, standardScaler } from "../features/series/scale";

/** Options of {@link prepareSeries}. */
export interface PrepareSeriesOptions {
  /** Label of each window. */
  labels: Int32Array;
  /** Windows to predict, of the same channels; default none. */
  test?: Series;
  /** Fitted on each fold's train part; default {@link standardScaler}; `false` for none. */
  scaler?: Scaler | false;
  /** Oversampling of each fold's train part, drawn from the fold's seed; default none. */
  oversample?: Omit<OversampleOptions, "seed">;
}

/**
 * Makes each fold's data inside the fold: scaler and oversampling see its train part only.
 *
 * @param windows all training windows `[windows, steps, channels]`
 * @param options labels, test windows, scaler, oversampling
 * @returns what `validate.crossValidate` takes as `prepare`
 * @throws {RangeError} if labels and windows disagree
 * @example
 * const prepare = validate.prepareSeries(windows, { labels, test, oversample: {} });
 */
export function prepareSeries(
  windows: Series,
  options: PrepareSeriesOptions,
): (context: FoldContext) => PreparedFold {
  const { labels, test, scaler = standardScaler(), oversample: more } = options;
  if (labels.length !== windows.shape[0]) {
    throw new RangeError(
      `Cannot prepare folds: need one label per window (${windows.shape[0]}), got ${labels.length}`,
    );
  }
  const labelsAt = (indices: Int32Array): Int32Array => Int32Array.from(indices, (index) => labels[index]);
  return ({ trainIndices, validationIndices, foldSeed }) => {
    const fitted = scaler ? scaler.fit(windows, { indices: trainIndices }) : undefined;
    const scaled = (part: Series): Series => fitted?.transform(part) ?? part;
    let x = scaled(takeWindows(windows, trainIndices));
    let y = labelsAt(trainIndices);
    if (more) {
      const grown = oversample(x, y, { ...more, seed: foldSeed });
      x = grown.series;
      y = grown.labels;
    }
    return {
      train: { x, y },
      ...(validationIndices.length > 0 && {
        validation: {
          x: scaled(takeWindows(windows, validationIndices)),
          y: labelsAt(validationIndices),
        },
      }),
      ...(test && { test: scaled(test) }),
    };
  };
}
