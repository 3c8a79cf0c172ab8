import type { FeatureTable } from "../series/featureTable";
import { type Scaler, type ScalerState, scalerFrom } from "../series/scale";
import { type CheckedTable, columnsOf, type TableLike } from "./columns";
import {
  type ColumnEncoding,
  type EncodingState,
  encodingKinds,
  fitEncoding,
  knownDateParts,
  writeEncoding,
} from "./encodings";
import { type TargetColumns, targetColumns } from "./targetMeans";

/** How a column is encoded: a kind with its defaults, a kind with settings, several, or not at all. */
export type Encode =
  | ColumnEncoding["kind"]
  | ColumnEncoding
  | readonly (ColumnEncoding["kind"] | ColumnEncoding)[]
  | "drop";

/** Options of {@link tableEncoder}. */
export interface TableEncoderOptions {
  /** Encodings by column. Default `number` of columns that are not named. */
  encode?: Readonly<Record<string, Encode>>;
  /** What is done with missing numbers of columns that are not named. Default: they stay NaN, without a flag. */
  numbers?: Omit<Extract<ColumnEncoding, { kind: "number" }>, "kind">;
  /** Scales numbers, counts, parts of dates and means of the target; 0 and 1 and categories stay. Default none. */
  scaler?: Scaler;
}

/** What an encoder learns from besides the table. */
export interface FitTableOptions {
  /** Rows of the train part. Default all. */
  indices?: ArrayLike<number>;
  /** The truth of every row of the table: class numbers (`Int32Array`) or other numbers, for target encoding. */
  y?: ArrayLike<number>;
  /** Number of classes. Default of class numbers: those that there are. */
  classes?: number;
}

/** What a fitted encoder knows, as JSON. */
export interface TableEncoderState {
  readonly encodings: readonly EncodingState[];
  readonly scaler?: ScalerState;
}

/** An encoder that has been fitted. */
export interface FittedTableEncoder {
  /** As JSON; {@link tableEncoderFrom} makes an encoder of it again. */
  readonly state: TableEncoderState;
  /** Columns of the tables that it makes. */
  readonly columns: readonly string[];
  /** Those among them that are numbers of categories, for trees. */
  readonly categorical: readonly string[];
  /**
   * Encodes a table of the same columns: float32 `[rows, columns]`.
   *
   * @param options `indices`: rows to encode, in this order; default all
   * @throws {RangeError} if a column is missing
   */
  transform(table: TableLike, options?: { indices?: ArrayLike<number> }): FeatureTable;
}

/** An encoder that has not seen data yet. */
export interface TableEncoder {
  /** Learns from the train part's rows alone. @throws {RangeError} if a column is unknown; {TypeError} if it holds text without an encoding */
  fit(table: TableLike, options?: FitTableOptions): FittedTableEncoder;
  /**
   * Learns from the train part, and encodes it without a leak: means of the target are of the rows of other folds.
   *
   * @param options `folds`: for each row of the train part, in order, the number of its fold
   * @throws {RangeError} if folds are fewer or more than rows
   */
  fitTransform(
    table: TableLike,
    options: FitTableOptions & { folds: ArrayLike<number> },
  ): { encoder: FittedTableEncoder; table: FeatureTable };
}

const scaled: readonly string[] = ["number", "count", "target", "date"];

/** Whether an output is scaled. */
function isScaled({ kind, outputs }: EncodingState, output: string): boolean {
  // The second of a number's is the flag.
  return scaled.includes(kind) && !(kind === "number" && output === outputs[1]);
}

function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}

function encodingsOf(columns: CheckedTable, options: TableEncoderOptions): [string, ColumnEncoding][] {
  const { encode = {}, numbers = {} } = options;
  for (const name of Object.keys(encode)) columns.column(name);
  return columns.names.flatMap((name) => {
    const given = encode[name] ?? { kind: "number" as const, ...numbers };
    if (given === "drop") return [];
    const list = (Array.isArray(given) ? given : [given]) as (ColumnEncoding["kind"] | ColumnEncoding)[];
    return list.map((one): [string, ColumnEncoding] => {
      const encoding = typeof one === "string" ? ({ kind: one } as ColumnEncoding) : one;
      checkEncoding(name, encoding);
      return [name, encoding];
    });
  });
}

function checkEncoding(name: string, encoding: ColumnEncoding): void {
  const refuse = (needed: string, got: unknown): never => {
    throw new RangeError(`Cannot encode "${name}": ${needed}, got ${JSON.stringify(got)}`);
  };
  if (!encodingKinds.includes(encoding.kind)) {
    refuse(`the encoding must be one of ${encodingKinds.join(", ")}, drop`, encoding.kind ?? encoding);
  }
  if (encoding.kind === "target") {
    const { smooth = "auto" } = encoding;
    if (smooth !== "auto" && !(smooth >= 0 && smooth < Number.POSITIVE_INFINITY)) {
      refuse('smooth must be "auto" or a number from 0', smooth);
    }
  }
  if (encoding.kind === "date") {
    const odd = encoding.parts?.find((part) => !knownDateParts.includes(part));
    if (odd !== undefined || encoding.parts?.length === 0) {
      refuse(`parts must be of ${knownDateParts.join(", ")}`, encoding.parts);
    }
  }
  if (encoding.kind === "oneHot" && !((encoding.minFrequency ?? 1) >= 1)) {
    refuse("minFrequency must be a number from 1", encoding.minFrequency);
  }
}

/** Outputs of encodings side by side; two of one name are refused. */
function outputsOf(encodings: readonly EncodingState[]): string[] {
  const names = encodings.flatMap(({ outputs }) => outputs);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) {
    throw new RangeError(`Cannot encode a table: encoded columns must differ, got "${twice}" twice`);
  }
  return names;
}

/** The scaled outputs of a table, in order. */
function scaledPlaces(encodings: readonly EncodingState[]): { names: string[]; places: number[] } {
  const names: string[] = [];
  const places: number[] = [];
  let at = 0;
  for (const encoding of encodings) {
    for (const output of encoding.outputs) {
      if (isScaled(encoding, output)) {
        names.push(output);
        places.push(at);
      }
      at++;
    }
  }
  return { names, places };
}

/** Some columns of a table as what a scaler takes: windows of one step. */
function asSeries(table: FeatureTable, { names, places }: { names: string[]; places: number[] }) {
  const [rows, width] = table.shape;
  const data = new Float32Array(rows * places.length);
  for (let row = 0; row < rows; row++) {
    places.forEach((place, k) => {
      data[row * places.length + k] = table.data[row * width + place];
    });
  }
  return { data, shape: [rows, 1, places.length] as [number, number, number], channels: names, rate: 1 };
}

/** Scales a table in its place. */
function scaleInPlace(table: FeatureTable, encodings: readonly EncodingState[], state: ScalerState): void {
  const where = scaledPlaces(encodings);
  const { data } = scalerFrom(state).transform(asSeries(table, where));
  const [rows, width] = table.shape;
  for (let row = 0; row < rows; row++) {
    where.places.forEach((place, k) => {
      table.data[row * width + place] = data[row * where.places.length + k];
    });
  }
}

function encode(
  encodings: readonly EncodingState[],
  columns: CheckedTable,
  rows: ArrayLike<number>,
): FeatureTable {
  const names = outputsOf(encodings);
  const data = new Float32Array(rows.length * names.length);
  let first = 0;
  for (const state of encodings) {
    const values = columns.column(state.column);
    writeEncoding(state, { values, rows }, { table: data, width: names.length, first });
    first += state.outputs.length;
  }
  return { data, shape: [rows.length, names.length], columns: names };
}

/**
 * A fitted encoder of its saved state.
 *
 * @throws {RangeError} if two of its columns share a name
 * @example
 * const encoder = tableEncoder({ encode: { colour: "oneHot" } }).fit({ colour: ["red", "blue"] });
 * const again = tableEncoderFrom(JSON.parse(JSON.stringify(encoder.state)));
 */
export function tableEncoderFrom(state: TableEncoderState): FittedTableEncoder {
  const { encodings, scaler } = state;
  return {
    state,
    columns: outputsOf(encodings),
    categorical: encodings.flatMap(({ kind, outputs }) => (kind === "category" ? outputs : [])),
    transform(table, { indices } = {}) {
      const columns = columnsOf(table);
      const encoded = encode(encodings, columns, indices ?? allRows(columns.rows));
      if (scaler) scaleInPlace(encoded, encodings, scaler);
      return encoded;
    },
  };
}

/**
 * Encodes the columns of a table as numbers: categories, dates and missing values, learned from a fold's train part alone.
 * `validate.prepareTable` does it inside each fold.
 *
 * Source: scikit-learn's `OneHotEncoder`, `TargetEncoder`, `OrdinalEncoder`, `SimpleImputer`, `MissingIndicator`.
 *
 * @param options see {@link TableEncoderOptions}
 * @throws {RangeError} in use, if an encoding, a column or a setting is unknown
 * @throws {TypeError} in use, if a column without an encoding holds text
 * @example
 * const table = { age: [22, NaN, 31], town: ["Bonn", "Ulm", "Bonn"], joined: ["2024-01-31", "2025-06-01", null] };
 * const encoder = tableEncoder({ encode: { town: ["oneHot", "count"], joined: "date" }, numbers: { flag: true } });
 * encoder.fit(table, { indices: [0, 1] }).transform(table).columns;
 */
export function tableEncoder(options: TableEncoderOptions = {}): TableEncoder {
  const fitState = (
    columns: CheckedTable,
    rows: ArrayLike<number>,
    target: TargetColumns | undefined,
  ): EncodingState[] =>
    encodingsOf(columns, options).map(([column, encoding]) =>
      fitEncoding({ column, values: columns.column(column), rows, target }, encoding),
    );
  const withScaler = (encodings: EncodingState[], train: FeatureTable): TableEncoderState => {
    const where = scaledPlaces(encodings);
    if (!options.scaler || where.names.length === 0) return { encodings };
    return { encodings, scaler: options.scaler.fit(asSeries(train, where)).state };
  };
  return {
    fit(table, fit = {}) {
      const columns = columnsOf(table);
      const rows = fit.indices ?? allRows(columns.rows);
      const encodings = fitState(columns, rows, targetOf(columns, fit));
      return tableEncoderFrom(withScaler(encodings, encode(encodings, columns, rows)));
    },
    fitTransform(table, fit) {
      const columns = columnsOf(table);
      const rows = fit.indices ?? allRows(columns.rows);
      const { folds } = fit;
      if (folds.length !== rows.length) {
        throw new RangeError(
          `Cannot encode a table: need one fold per row (${rows.length}), got ${folds.length}`,
        );
      }
      const target = targetOf(columns, fit);
      const encodings = fitState(columns, rows, target);
      const train = encode(encodings, columns, rows);
      const chosen = encodingsOf(columns, options);
      let first = 0;
      encodings.forEach((state, k) => {
        const [column, encoding] = chosen[k];
        if (encoding.kind === "target") {
          const values = columns.column(column);
          for (const fold of new Set(Array.from(folds))) {
            const own = Array.from(rows).filter((_, i) => folds[i] === fold);
            const others = Array.from(rows).filter((_, i) => folds[i] !== fold);
            const rowsAt = Array.from(rows).flatMap((_, i) => (folds[i] === fold ? [i] : []));
            const learned = fitEncoding({ column, values, rows: others, target }, encoding);
            writeEncoding(
              learned,
              { values, rows: own },
              { table: train.data, width: train.shape[1], first, rowsAt },
            );
          }
        }
        first += state.outputs.length;
      });
      const state = withScaler(encodings, train);
      if (state.scaler) scaleInPlace(train, encodings, state.scaler);
      return { encoder: tableEncoderFrom(state), table: train };
    },
  };
}

function targetOf(columns: CheckedTable, { y, classes }: FitTableOptions): TargetColumns | undefined {
  if (!y) return undefined;
  if (y.length !== columns.rows) {
    throw new RangeError(`Cannot encode a table: need one truth per row (${columns.rows}), got ${y.length}`);
  }
  const isClass = y instanceof Int32Array;
  const most = isClass ? y.reduce((greatest, label) => Math.max(greatest, label), 1) + 1 : undefined;
  return targetColumns(y, isClass || classes !== undefined ? (classes ?? most) : undefined);
}
