/** How one column becomes columns of numbers. */
import { type Category, categoryOf, numberOf, sortCategories } from "./columns";
import { type DatePart, datePart, dateParts, timeOf } from "./dateParts";
import { fitTargetMeans, type Smooth, type TargetColumns } from "./targetMeans";

/** Numbers as they are. */
export interface NumberEncoding {
  kind: "number";
  /** What stands for a missing number: the column's median or mean, or this number. Default: it stays NaN, which trees take. */
  fill?: "median" | "mean" | number;
  /** Whether a column of 0 and 1 says where a number is missing, if any of the train part is. Default false. */
  flag?: boolean;
}

/** A column of 0 and 1 for each category; a category that the train part has not is 0 in all. */
export interface OneHotEncoding {
  kind: "oneHot";
  /** Rows that a category must have to get a column of its own; rarer ones share one. Default 1. */
  minFrequency?: number;
}

/** Each category's mean of the truth, drawn towards the mean of all; the train part's own rows get those of other rows. */
export interface TargetEncoding {
  kind: "target";
  /** How far: `auto` as the categories' spread asks for, or as by so many rows of the mean of all. Default `auto`. */
  smooth?: Smooth;
}

/** How many rows of the train part have the category; 0 of one that it has not. */
export interface CountEncoding {
  kind: "count";
  /** Whether the count is divided by the number of rows. Default false. */
  share?: boolean;
}

/** The category's number in sorted order, for trees that take categories; NaN where it is missing or the train part has it not. */
export interface CategoryEncoding {
  kind: "category";
}

/** Parts of a date. */
export interface DateEncoding {
  kind: "date";
  /** Default year, month, day, weekday and elapsed days. */
  parts?: readonly DatePart[];
}

/** How a column is encoded. */
export type ColumnEncoding =
  | NumberEncoding
  | OneHotEncoding
  | TargetEncoding
  | CountEncoding
  | CategoryEncoding
  | DateEncoding;

export const encodingKinds = ["number", "oneHot", "target", "count", "category", "date"] as const;

/** A fitted encoding as JSON. */
export interface EncodingState {
  readonly kind: ColumnEncoding["kind"];
  /** The column that it reads. */
  readonly column: string;
  /** The columns that it writes. */
  readonly outputs: readonly string[];
  /** The categories that it knows, in order. */
  readonly categories?: readonly Category[];
  /** What each category becomes, one number for each output; of `number` what stands for a missing one. */
  readonly numbers?: readonly (readonly number[])[];
  /** What stands for an unknown category, or a missing number. */
  readonly otherwise?: readonly number[];
  readonly parts?: readonly DatePart[];
}

/** What an encoding learns from. */
export interface EncodingData {
  readonly column: string;
  readonly values: ArrayLike<unknown>;
  /** Rows of the train part. */
  readonly rows: ArrayLike<number>;
  readonly target: TargetColumns | undefined;
}

function countsOf({ values, rows }: EncodingData): Map<Category, number> {
  const counts = new Map<Category, number>();
  for (let i = 0; i < rows.length; i++) {
    const category = categoryOf(values[rows[i]]);
    counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  return counts;
}

function fitNumber(data: EncodingData, { fill, flag = false }: NumberEncoding): EncodingState {
  const { column, values, rows } = data;
  const known: number[] = [];
  for (let i = 0; i < rows.length; i++) {
    const value = numberOf(values[rows[i]], { column, row: rows[i] });
    if (!Number.isNaN(value)) known.push(value);
  }
  const flagged = flag && known.length < rows.length;
  if (typeof fill === "string" && known.length === 0) {
    throw new RangeError(
      `Cannot encode "${column}": the train part must have numbers to take the ${fill} of, got none`,
    );
  }
  let stands = Number.NaN;
  if (typeof fill === "number") stands = fill;
  else if (fill === "mean") stands = known.reduce((sum, value) => sum + value, 0) / known.length;
  else if (fill === "median") {
    known.sort((a, b) => a - b);
    const middle = known.length >> 1;
    stands = known.length % 2 ? known[middle] : (known[middle - 1] + known[middle]) / 2;
  }
  const outputs = flagged ? [column, `${column}.missing`] : [column];
  return { kind: "number", column, outputs, ...(Number.isNaN(stands) ? {} : { otherwise: [stands] }) };
}

function fitOneHot(data: EncodingData, { minFrequency = 1 }: OneHotEncoding): EncodingState {
  const counts = countsOf(data);
  const { column } = data;
  const categories = sortCategories(counts.keys());
  const frequent = categories.filter((category) => (counts.get(category) as number) >= minFrequency);
  const shared = frequent.length < categories.length;
  const outputs = [
    ...frequent.map((category) => `${column}=${category}`),
    ...(shared ? [`${column}=rare`] : []),
  ];
  const one = (at: number): number[] => outputs.map((_, k) => (k === at ? 1 : 0));
  const places = new Map(frequent.map((category, at) => [category, at]));
  return {
    kind: "oneHot",
    column,
    outputs,
    categories,
    numbers: categories.map((category) => one(places.get(category) ?? frequent.length)),
    // A new category is as rare as can be.
    otherwise: one(shared ? frequent.length : -1),
  };
}

/** Learns an encoding from the rows of a train part. */
export function fitEncoding(data: EncodingData, encoding: ColumnEncoding): EncodingState {
  const { column } = data;
  switch (encoding.kind) {
    case "number":
      return fitNumber(data, encoding);
    case "oneHot":
      return fitOneHot(data, encoding);
    case "count": {
      const counts = countsOf(data);
      const categories = sortCategories(counts.keys());
      const unit = encoding.share ? data.rows.length : 1;
      const numbers = categories.map((category) => [(counts.get(category) as number) / unit]);
      return { kind: "count", column, outputs: [`${column}.count`], categories, numbers, otherwise: [0] };
    }
    case "category": {
      const categories = sortCategories(countsOf(data).keys()).filter((category) => category !== null);
      const numbers = categories.map((_, number) => [number]);
      return { kind: "category", column, outputs: [column], categories, numbers };
    }
    case "date": {
      const { parts = ["year", "month", "day", "weekday", "elapsedDays"] } = encoding;
      return { kind: "date", column, outputs: parts.map((part) => `${column}.${part}`), parts };
    }
    case "target": {
      const { target, rows, values } = data;
      if (!target) {
        throw new TypeError(`Cannot encode "${column}" by the target: y must be given, got none`);
      }
      const { smooth = "auto" } = encoding;
      const { overall, means } = fitTargetMeans(values, { target, rows, smooth });
      const categories = sortCategories(means.keys());
      return {
        kind: "target",
        column,
        outputs: target.names.map((name) => `${column}.${name}`),
        categories,
        numbers: categories.map((category) => means.get(category) as number[]),
        otherwise: overall,
      };
    }
  }
}

/** Writes a fitted encoding's columns of some rows into a table. */
export function writeEncoding(
  state: EncodingState,
  data: { values: ArrayLike<unknown>; rows: ArrayLike<number> },
  into: { table: Float32Array; width: number; first: number; rowsAt?: ArrayLike<number> },
): void {
  const { kind, column, outputs, categories = [], numbers = [], otherwise, parts = [] } = state;
  const { values, rows } = data;
  const { table, width, first, rowsAt } = into;
  const known = new Map(categories.map((category, k) => [category, numbers[k]]));
  const unknown = otherwise ?? outputs.map(() => Number.NaN);
  for (let i = 0; i < rows.length; i++) {
    const cell = values[rows[i]];
    const at = (rowsAt ? rowsAt[i] : i) * width + first;
    if (kind === "number") {
      const value = numberOf(cell, { column, row: rows[i] });
      const missing = Number.isNaN(value);
      table[at] = missing ? unknown[0] : value;
      if (outputs.length > 1) table[at + 1] = missing ? 1 : 0;
    } else if (kind === "date") {
      const time = timeOf(cell, { column, row: rows[i] });
      parts.forEach((part, k) => {
        table[at + k] = datePart(time, part);
      });
    } else {
      const of = known.get(categoryOf(cell)) ?? unknown;
      for (let k = 0; k < of.length; k++) table[at + k] = of[k];
    }
  }
}

/** Every part of a date, for a check of options. */
export const knownDateParts: readonly string[] = dateParts;
