import { type JoinSeriesOptions, joinSeries } from "../augment/joinSeries";
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
  /** Windows of two labels joined to ones of a third, of each fold's train part, before oversampling; default none. */
  join?: JoinOptions;
}

/** How a fold's windows are joined, such as those of the left and the right arm. */
export interface JoinOptions extends Omit<JoinSeriesOptions, "seed"> {
  /** The windows as they were recorded, which are joined in place of their features; default the windows themselves. */
  recorded?: Series;
  /** Makes the features of recorded windows; default they are the windows. */
  features?: (recorded: Series) => Series;
}

/** The joined windows alone, with their features. */
function joinedOf(
  windows: Series,
  {
    labels,
    indices,
    seed,
    options,
  }: { labels: Int32Array; indices: Int32Array; seed: number; options: JoinOptions },
): { x: Series; y: Int32Array } {
  const { recorded = windows, features, ...join } = options;
  if (recorded.shape[0] !== windows.shape[0]) {
    throw new RangeError(
      `Cannot prepare folds: recorded windows must be as many as the windows (${windows.shape[0]}), got ${recorded.shape[0]}`,
    );
  }
  const all = joinSeries(takeWindows(recorded, indices), labels, { ...join, seed });
  const count = all.labels.length - indices.length;
  const made = takeWindows(
    all.series,
    Int32Array.from({ length: count }, (_, i) => indices.length + i),
  );
  return { x: count > 0 && features ? features(made) : made, y: all.labels.subarray(indices.length) };
}

/** Windows and more of them. */
function appendWindows(first: Series, second: Series): Series {
  if (second.shape[0] === 0) return first;
  if (first.shape[2] !== second.shape[2]) {
    throw new RangeError(
      `Cannot prepare folds: joined windows must have ${first.shape[2]} channels as the others have, got ${second.shape[2]}; give recorded windows and the features made of them`,
    );
  }
  const data = new Float32Array(first.data.length + second.data.length);
  data.set(first.data);
  data.set(second.data, first.data.length);
  return { ...first, data, shape: [first.shape[0] + second.shape[0], first.shape[1], first.shape[2]] };
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
  const { labels, test, scaler = standardScaler(), oversample: more, join } = options;
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
    if (join) {
      const joined = joinedOf(windows, { labels: y, indices: trainIndices, seed: foldSeed, options: join });
      x = appendWindows(x, scaled(joined.x));
      y = Int32Array.from([...y, ...joined.y]);
    }
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
