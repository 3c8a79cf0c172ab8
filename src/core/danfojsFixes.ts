/**
 * What of danfojs-node 1.2.0 gives wrong or no results, put right in its own classes once it is loaded: sorting and
 * statistics with missing values, groups, types, columns with a method's name. Each is held by a test with the public
 * report's address.
 */

type Value = unknown;
type Row = Value[];

/** What danfojs's classes are made of, as far as it is replaced. */
interface Internals {
  readonly $isSeries: boolean;
  readonly $data: Value[];
  readonly $index: (string | number)[];
  readonly $columns: string[];
  readonly $dtypes: string[];
  readonly $config: object;
  readonly constructor: new (data: unknown, options?: object) => Internals;
  $setValues(values: Value[]): void;
  $setIndex(index: (string | number)[]): void;
  $getColumnData(column: string): unknown;
  $setColumnData(column: string, values: unknown): void;
}

interface Groups {
  readonly colIndex: number[];
  readonly columnName: string[];
  readonly keyCol: string[];
  readonly data: Row[];
  colDict: Record<string, Record<string, Value[]>>;
  keyToValue: Record<string, Value[]>;
  toDataFrame(dictionary: Groups["colDict"]): Internals;
}

/** The classes as the package hands them on. */
interface Library {
  readonly DataFrame: { readonly prototype: object };
  readonly Series: { readonly prototype: object };
  readonly Utils: { readonly prototype: object };
}

/** Whether a cell is missing, as danfojs means it. */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || Number.isNaN(value);
}

/** danfojs's name for the type of values, by all of them; missing values are NaN, which is no whole number. */
export function typeOfValues(values: ArrayLike<unknown>): string {
  let [numbers, whole, booleans, dates, missing] = [0, 0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === "number" && !Number.isNaN(value)) {
      numbers++;
      if ((value | 0) === value) whole++;
    } else if (typeof value === "boolean") booleans++;
    else if (value instanceof Date) dates++;
    else if (isMissing(value)) missing++;
    else return "string";
  }
  const present = values.length - missing;
  if (booleans > 0 && booleans === present) return "boolean";
  if (dates > 0 && dates === present) return "datetime";
  if (numbers < present) return "string";
  return present > 0 && whole === values.length ? "int32" : "float32";
}

/** Places of values in order: missing ones last either way, numbers before texts, equal ones as they were. */
function sortedPlaces(values: readonly Value[], ascending: boolean): number[] {
  const keys = values.map((value) => (typeof value === "string" ? value.toUpperCase() : Number(value)));
  const present: number[] = [];
  const missing: number[] = [];
  values.forEach((value, place) => (isMissing(value) ? missing : present).push(place));
  const compare = (a: string | number, b: string | number): number => {
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return a < b ? -1 : a > b ? 1 : 0;
  };
  present.sort((a, b) => (ascending ? compare(keys[a], keys[b]) : compare(keys[b], keys[a])));
  return [...present, ...missing];
}

function sortBy(this: Internals, values: readonly Value[], options: object): Internals | undefined {
  const { ascending = true, inplace = false } = options as { ascending?: boolean; inplace?: boolean };
  const order = sortedPlaces(values, ascending);
  const data = order.map((place) => this.$data[place]);
  const index = order.map((place) => this.$index[place]);
  if (inplace) {
    this.$setValues(data);
    this.$setIndex(index);
    return undefined;
  }
  const { $columns: columns, $dtypes: dtypes, $config: config } = this;
  return new this.constructor(data, { index, columns: [...columns], dtypes: [...dtypes], config });
}

/** Population of numbers without the missing: count, mean, sample variance, order. */
function statisticsOf(values: readonly Value[]) {
  const present = values.filter((value) => !isMissing(value)).map(Number);
  const sorted = Float64Array.from(present).sort();
  const count = present.length;
  const sum = present.reduce((total, value) => total + value, 0);
  const mean = count > 0 ? sum / count : Number.NaN;
  const squares = present.reduce((total, value) => total + (value - mean) ** 2, 0);
  const variance = count > 1 ? squares / (count - 1) : Number.NaN;
  const middle = count >> 1;
  const median = count % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  const [min, max] = count > 0 ? [sorted[0], sorted[count - 1]] : [Number.NaN, Number.NaN];
  return {
    ...{ count, sum, mean, min, max, variance, std: Math.sqrt(variance) },
    median: count > 0 ? median : Number.NaN,
  };
}

/** The most frequent values, in order. */
function modesOf(values: readonly Value[]): Value[] {
  const counts = new Map<Value, number>();
  for (const value of values) if (!isMissing(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return counts.size === 0 ? [Number.NaN] : [...counts.keys()].filter((value) => counts.get(value) === most);
}

const running: Readonly<Record<string, (a: number, b: number) => number>> = {
  cumsum: (a, b) => a + b,
  cumprod: (a, b) => a * b,
  cummin: Math.min,
  cummax: Math.max,
};

/** One group's column under an operation; missing values do not count and stay where they are. */
function groupMathLog(values: readonly Value[], operation: string): Value[] {
  if (operation === "mode") return modesOf(values);
  if (operation in running) {
    let state: number | undefined;
    return values.map((value) => {
      if (isMissing(value)) return Number.NaN;
      state = state === undefined ? Number(value) : running[operation](state, Number(value));
      return state;
    });
  }
  if (operation === "count") return [values.filter((value) => !isMissing(value)).length];
  const statistics = statisticsOf(values);
  return [operation === "var" ? statistics.variance : statistics[operation as keyof typeof statistics]];
}

function describe(this: Internals): Internals {
  const index = ["count", "mean", "std", "min", "median", "max", "variance"] as const;
  const numeric = this.$columns.filter((_, at) => !["string", "datetime"].includes(this.$dtypes[at]));
  const columns = numeric.map((name) => {
    const at = this.$columns.indexOf(name);
    const statistics = statisticsOf(this.$data.map((row) => (row as Row)[at]));
    return index.map((kind) => statistics[kind]);
  });
  const rows = index.map((_, row) => columns.map((column) => column[row]));
  return new this.constructor(rows, {
    index: [...index],
    columns: numeric,
    dtypes: numeric.map(() => "float32"),
  });
}

/** A group's key: no two groups share it, and it is no number, which objects put in front. */
const keyOf = (values: readonly Value[]): string =>
  JSON.stringify(values.map((v) => (isMissing(v) ? null : v)));

function group(this: Groups): Groups {
  const dictionary = new Map<string, Row[]>();
  for (const row of this.data) {
    const key = keyOf(this.colIndex.map((at) => row[at]));
    const rows = dictionary.get(key);
    if (rows) rows.push(row);
    else dictionary.set(key, [row]);
  }
  const entries = [...dictionary];
  const columnsOf = (rows: Row[]) =>
    Object.fromEntries(this.columnName.map((name, at) => [name, rows.map((row) => row[at])]));
  this.colDict = Object.fromEntries(entries.map(([key, rows]) => [key, columnsOf(rows)]));
  this.keyToValue = Object.fromEntries(
    entries.map(([key, [first]]) => [key, this.colIndex.map((at) => first[at])]),
  );
  return this;
}

/** Puts danfojs's own methods right. */
export function fixDanfojs(library: Library): void {
  const frame = Object.getPrototypeOf(library.DataFrame.prototype) as Record<string, unknown>;
  const Frame = frame.constructor as Internals["constructor"];
  const series = Object.getPrototypeOf(library.Series.prototype) as Record<string, unknown>;
  const list = Object.getPrototypeOf(frame) as object;
  const utilities = library.Utils.prototype as Record<string, unknown>;

  frame.sortValues = function (this: Internals, column: string, options: object = {}) {
    const at = this.$columns.indexOf(column);
    if (at < 0) {
      throw new RangeError(
        `Cannot sort: the column must be one of ${this.$columns.join(", ")}, got ${String(column)}`,
      );
    }
    return sortBy.call(
      this,
      this.$data.map((row) => (row as Row)[at]),
      options,
    );
  };
  const seriesOwner = Object.hasOwn(series, "sortValues")
    ? series
    : (library.Series.prototype as typeof series);
  seriesOwner.sortValues = function (this: Internals, options: object = {}) {
    return sortBy.call(this, this.$data, options);
  };
  frame.describe = describe;

  // A column with the name of a method or property is reached by `column(name)` alone; the method stays.
  const define = frame.$setInternalColumnDataProperty as (column?: string) => void;
  frame.$setInternalColumnDataProperty = function (this: Internals, column?: string) {
    for (const name of column === undefined ? this.$columns : [column]) {
      if (!(name in library.DataFrame.prototype)) define.call(this, name);
    }
  };

  // `concat` appended to the first frame's own columns.
  const columnData = Object.getOwnPropertyDescriptor(list, "getColumnData")?.get as () => Value[];
  Object.defineProperty(list, "getColumnData", {
    configurable: true,
    get(this: Internals) {
      const columns = columnData.call(this);
      return this.$isSeries ? columns : columns.map((column) => [...(column as Value[])]);
    },
  });

  // Types by all values, not by the first twenty, and no number of a text.
  utilities.inferDtype = (data: Value[]): string[] => {
    if (!Array.isArray(data[0])) return [typeOfValues(data)];
    return data[0].map((_, at) => typeOfValues(data.map((row) => (row as Row)[at])));
  };
  // Typed arrays are columns, too.
  const rowsAndNames = utilities.getRowAndColValues as (columns: object) => unknown;
  utilities.getRowAndColValues = function (columns: Record<string, unknown>) {
    const lists = Object.entries(columns).map(([name, values]) => [
      name,
      ArrayBuffer.isView(values) ? Array.from(values as unknown as ArrayLike<number>) : values,
    ]);
    return rowsAndNames.call(this, Object.fromEntries(lists));
  };

  const sample = new Frame([[0]], { columns: ["a"] }) as Internals & { groupby(columns: string[]): Groups };
  const groups = Object.getPrototypeOf(sample.groupby(["a"])) as Record<string, unknown>;
  groups.group = group;
  groups.groupMathLog = groupMathLog;
  groups.colKeyDict = (dictionary: object) => Object.keys(dictionary);
  groups.getGroup = function (this: Groups, keys: Value[]) {
    const key = keyOf(keys);
    if (!(key in this.colDict)) {
      throw new RangeError(`Cannot get a group: there must be one of ${keys.join(", ")}, got none`);
    }
    return this.toDataFrame({ [key]: this.colDict[key] });
  };
  groups.toDataFrame = function (this: Groups, dictionary: Groups["colDict"]) {
    const entries = Object.entries(dictionary);
    const columns = [...new Set([...this.keyCol, ...Object.keys(entries[0]?.[1] ?? {})])];
    const rows = entries.flatMap(([key, values]) => {
      const length = Object.values(values)[0]?.length ?? 0;
      return Array.from({ length }, (_, row) =>
        columns.map((name) => {
          const at = this.keyCol.indexOf(name);
          return name in values ? values[name][row] : this.keyToValue[key][at];
        }),
      );
    });
    return new Frame(rows, { columns });
  };
}
