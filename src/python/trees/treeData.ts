/** A fold's data as trees take them: rows of numbers, labels, weights. */
import { type Dataset, type FitData, truthOf } from "../../core/array";
import { joinShards } from "../../core/frames";
import { makeSource } from "../../core/source";

/** Rows of numbers. */
export interface Rows {
  readonly data: Float32Array;
  readonly shape: readonly [rows: number, columns: number];
}

/** Samples as rows, their values one after another; infinite ones are refused, NaN is missing. */
export function rowsOf(x: Dataset, action: string): Rows {
  const { samples, size, whole, take } = makeSource(x);
  const values =
    whole ?? ("shards" in x ? joinShards(x) : take(Int32Array.from({ length: samples }, (_, i) => i)));
  const data = values instanceof Float32Array ? values : Float32Array.from(values);
  const odd = data.findIndex(
    (value) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY,
  );
  if (odd >= 0) {
    throw new RangeError(
      `Cannot ${action}: values must be finite or NaN, got ${data[odd]} in row ${Math.floor(odd / size)}, column ${odd % size}`,
    );
  }
  return { data, shape: [samples, size] };
}

/** Names of a data set's columns, where it has some. */
export function columnsOf(x: Dataset, width: number): readonly string[] {
  const { columns } = x as { columns?: readonly string[] };
  return columns?.length === width ? columns : Array.from({ length: width }, (_, c) => `column ${c}`);
}

/** The truth of a part. */
export interface Truth {
  readonly values: Float32Array;
  /** Whether it is class numbers. */
  readonly isClass: boolean;
}

/** One truth a row: class numbers, or finite numbers. */
export function truthOfRows(part: FitData, action: string): Truth {
  const truth = truthOf(part);
  const source = truth && makeSource(truth);
  if (source?.size !== 1) {
    throw new RangeError(
      `Cannot ${action}: y must be class numbers or one number per row, got ${truth ? `[${truth.shape}]` : "none"}`,
    );
  }
  const { samples, take, dtype } = source;
  const values = Float32Array.from(take(Int32Array.from({ length: samples }, (_, i) => i)));
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) throw new RangeError(`Cannot ${action}: y must be finite, got ${values[odd]} in row ${odd}`);
  const isClass = dtype !== "float32";
  const negative = isClass ? values.findIndex((value) => value < 0) : -1;
  if (negative >= 0) {
    throw new RangeError(
      `Cannot ${action}: class numbers must be 0 or more, got ${values[negative]} in row ${negative}`,
    );
  }
  return { values, isClass };
}

/** The weight of each row: its own times its class's. */
export function weightsOf(
  { sampleWeight }: FitData,
  options: {
    truth: Truth;
    classes: number | undefined;
    classWeights: "balanced" | readonly number[] | undefined;
    action: string;
  },
): Float32Array | undefined {
  const { truth, classes = 0, classWeights, action } = options;
  const rows = truth.values.length;
  if (sampleWeight && sampleWeight.length !== rows) {
    throw new RangeError(`Cannot ${action}: need one weight per row (${rows}), got ${sampleWeight.length}`);
  }
  if (!classWeights) return sampleWeight && Float32Array.from(sampleWeight);
  const counts = new Float64Array(classes);
  for (const label of truth.values) counts[label]++;
  const present = counts.filter((count) => count > 0).length;
  const byClass =
    classWeights === "balanced" ? Array.from(counts, (count) => rows / (present * count)) : classWeights;
  if (classes === 0 || byClass.length !== classes || !byClass.every((weight) => weight >= 0)) {
    throw new RangeError(
      `Cannot ${action}: classWeights must be "balanced" or one number from 0 per class (${classes}), got ${JSON.stringify(classWeights)}`,
    );
  }
  return Float32Array.from(truth.values, (label, row) => byClass[label] * (sampleWeight?.[row] ?? 1));
}

/** Places of columns that hold categories. @throws {RangeError} if there is no such column */
export function categoricalPlaces(
  named: readonly (string | number)[],
  columns: readonly string[],
  action: string,
): number[] {
  return named.map((name) => {
    const place = typeof name === "number" ? name : columns.indexOf(name);
    if (Number.isInteger(place) && place >= 0 && place < columns.length) return place;
    throw new RangeError(
      `Cannot ${action}: categorical columns must be of ${columns.slice(0, 20).join(", ")}, got ${name}`,
    );
  });
}

/** Categories are whole numbers; what else would be cut to one without a word. */
export function checkCategories(
  { data, shape }: Rows,
  options: { places: readonly number[]; columns: readonly string[]; action: string },
): void {
  const { places, columns, action } = options;
  for (const place of places) {
    for (let row = 0; row < shape[0]; row++) {
      const value = data[row * shape[1] + place];
      if (Number.isNaN(value) || (Number.isInteger(value) && value >= 0)) continue;
      throw new RangeError(
        `Cannot ${action}: categories must be whole numbers from 0 or missing, got ${value} in row ${row} of ${columns[place]}`,
      );
    }
  }
}
