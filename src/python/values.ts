/** Values on their way between TypeScript and Python: JSON with tagged objects, and bytes beside it. */
import { dataFrame } from "../core/dataFrame";
import type { Segments } from "./segments";

/** Arrays of at least so many bytes lie in shared memory. */
export const sharedBytes = 65536;

/** What marks an object that stands for something else. */
export const tag = "@";

/** A typed array of numbers. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** A dense array of Python's in C order. */
export interface PythonArray {
  readonly data: NumberArray;
  readonly shape: readonly number[];
  /** NumPy's name of what it was, such as `"float32"`, `"int64"` (in `data` as int32 where all fit) or `"bool"`. */
  readonly dtype: string;
}

type ArrayClass = new (buffer: ArrayBufferLike, at: number, length: number) => NumberArray;

const classes: Record<string, ArrayClass> = {
  f4: Float32Array,
  f8: Float64Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  i8: BigInt64Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  u8: BigUint64Array,
  b1: Uint8Array,
};

/** What a value is sent as, and what goes beside it. */
export interface Sent {
  readonly json: unknown;
  readonly buffers: readonly Uint8Array[];
  /** Whether arrays are among it: Python needs NumPy for them. */
  readonly needs: ReadonlySet<"numpy" | "pandas">;
}

/** A value that knows how it is sent, such as an object that Python holds. */
export const sentKey = Symbol("podium.python.sent");

/** Sends values. */
export class Sender {
  readonly buffers: Uint8Array[] = [];
  readonly needs = new Set<"numpy" | "pandas">();
  readonly #open = new Set<object>();

  /** @param share whether arrays in shared memory go without a copy */
  constructor(
    private readonly segments: Segments,
    private readonly share = false,
  ) {}

  /** @throws {TypeError} with the place of a value that has no counterpart in Python */
  send(value: unknown, place: string): unknown {
    switch (typeof value) {
      case "undefined":
        return null;
      case "boolean":
      case "string":
        return value;
      case "number":
        return sendNumber(value);
      case "bigint":
        return { [tag]: "int", value: String(value) };
      case "object":
        return value === null ? null : this.#once(value, place);
      default:
        throw new TypeError(
          `Cannot pass ${place} to Python: numbers, texts, dates, arrays, tables, lists and plain objects are possible, got a ${typeof value}`,
        );
    }
  }

  #once(value: object, place: string): unknown {
    if (this.#open.has(value)) {
      throw new TypeError(
        `Cannot pass ${place} to Python: it must not contain itself, got a value that does`,
      );
    }
    this.#open.add(value);
    try {
      return this.#object(value, place);
    } finally {
      this.#open.delete(value);
    }
  }

  #object(value: object, place: string): unknown {
    const own = (value as Record<symbol, unknown>)[sentKey];
    if (typeof own === "function")
      return own.call(value, (part: unknown, name: string) => this.send(part, name));
    if (ArrayBuffer.isView(value)) {
      if (value instanceof DataView)
        throw new TypeError(`Cannot pass ${place} to Python: a DataView has no type`);
      return this.array(value as NumberArray, [(value as NumberArray).length], place);
    }
    if (value instanceof Date) return sendDate(value);
    if (Array.isArray(value)) return value.map((item, i) => this.send(item, `${place}[${i}]`));
    if (value instanceof Map) {
      const items = [...value].map(([key, item]) => [
        this.send(key, place),
        this.send(item, `${place}.${key}`),
      ]);
      return { [tag]: "map", items };
    }
    if (value instanceof Set)
      return { [tag]: "set", items: [...value].map((item) => this.send(item, place)) };
    if (isTable(value)) return this.#table(value, place);
    if (isDense(value)) return this.array(value.data, value.shape, place);
    if ("dataSync" in value && "shape" in value) {
      const tensor = value as { dataSync(): NumberArray; shape: number[]; dtype: string };
      return this.array(tensor.dataSync(), tensor.shape, place, tensor.dtype);
    }
    if ("shards" in value)
      return this.#shards(value as { shards: NumberArray[]; shape: readonly number[] }, place);
    return this.#plain(value, place);
  }

  #plain(value: object, place: string): unknown {
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== null && prototype.constructor?.name !== "Object") {
      throw new TypeError(
        `Cannot pass ${place} to Python: numbers, texts, dates, arrays, tables, lists and plain objects are possible, got a ${prototype.constructor?.name ?? "value"}`,
      );
    }
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    const sent = entries.map(([name, item]) => [name, this.send(item, `${place}.${name}`)] as const);
    return sent.some(([name]) => name === tag) ? { [tag]: "map", items: sent } : Object.fromEntries(sent);
  }

  /** An array of a shape. */
  array(data: NumberArray, shape: readonly number[], place: string, kind?: string): unknown {
    this.needs.add("numpy");
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (size !== data.length) {
      throw new RangeError(
        `Cannot pass ${place} to Python: shape [${shape}] needs ${size} values, got ${data.length}`,
      );
    }
    const dtype = kind === "bool" ? "|b1" : dtypeOf(data, place);
    const whole = data as ArrayBufferView;
    if (data.byteLength < sharedBytes) {
      this.buffers.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice());
      return { [tag]: "array", dtype, shape, buffer: this.buffers.length - 1 };
    }
    const shared = this.share ? this.segments.placeOf(whole) : undefined;
    return { [tag]: "array", dtype, shape, segment: shared ?? this.segments.copy(whole) };
  }

  #shards(
    { shards, shape }: { shards: readonly NumberArray[]; shape: readonly number[] },
    place: string,
  ): unknown {
    if (shards.length === 1) return this.array(shards[0], shape, place);
    const Values = shards[0].constructor as new (length: number) => Float32Array;
    const whole = new Values(shape.reduce((product, extent) => product * extent, 1));
    let at = 0;
    for (const shard of shards) {
      whole.set(shard as Float32Array, at);
      at += shard.length;
    }
    return this.array(whole, shape, place);
  }

  #table(table: Table, place: string): unknown {
    this.needs.add("numpy").add("pandas");
    const { $data: rows, $columns: names, $index: index, $dtypes: dtypes, $isSeries } = table;
    const column = (values: readonly unknown[], i: number) =>
      this.#column(values, dtypes[i], `${place}.${names[i]}`);
    if ($isSeries) {
      return { [tag]: "series", name: names[0] ?? null, index, values: column(rows, 0) };
    }
    const values = names.map((_, i) =>
      column(
        (rows as unknown[][]).map((row) => row[i]),
        i,
      ),
    );
    return { [tag]: "frame", columns: names, index, values };
  }

  /** A table's column: numbers as an array, everything else value by value. */
  #column(values: readonly unknown[], dtype: string, place: string): unknown {
    const isMissing = (value: unknown) => value === undefined || value === null;
    if (
      /^(int|float)/.test(dtype) &&
      values.every((value) => typeof value === "number" || isMissing(value))
    ) {
      const numbers = Float64Array.from(values, (value) =>
        isMissing(value) ? Number.NaN : (value as number),
      );
      const isWhole = dtype.startsWith("int") && numbers.every((value) => (value | 0) === value);
      return this.array(isWhole ? Int32Array.from(numbers) : numbers, [values.length], place);
    }
    if (values.length > 0 && values.every((value) => typeof value === "boolean")) {
      return this.array(Uint8Array.from(values, Number), [values.length], place, "bool");
    }
    return values.map((value, i) => this.send(value, `${place}[${i}]`));
  }
}

function sendNumber(value: number): unknown {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return value;
  if (Number.isFinite(value) && !Number.isInteger(value)) return value;
  return { [tag]: "float", value: Object.is(value, -0) ? "-0.0" : String(value) };
}

function sendDate(value: Date): unknown {
  const time = value.getTime();
  return Number.isNaN(time) ? null : { [tag]: "date", value: time };
}

function dtypeOf(data: NumberArray, place: string): string {
  const Class = data instanceof Uint8ClampedArray ? Uint8Array : data.constructor;
  const [name] = Object.entries(classes).find(([, one]) => one === (Class as unknown)) ?? [];
  if (!name)
    throw new TypeError(`Cannot pass ${place} to Python: it must be a typed array, got ${Class?.name}`);
  return `${name.endsWith("1") ? "|" : "<"}${name}`;
}

function isDense(value: object): value is { data: NumberArray; shape: readonly number[] } {
  const { data, shape } = value as { data?: unknown; shape?: unknown };
  return Array.isArray(shape) && ArrayBuffer.isView(data) && !(data instanceof DataView);
}

/** The parts of a danfojs DataFrame or Series. */
interface Table {
  readonly $isSeries: boolean;
  readonly $columns: readonly string[];
  readonly $index: readonly (string | number)[];
  readonly $data: readonly unknown[];
  readonly $dtypes: readonly string[];
}

function isTable(value: object): value is Table {
  const { $columns, $isSeries, $index, $data, $dtypes } = value as Partial<Table>;
  return typeof $isSeries === "boolean" && [$columns, $index, $data, $dtypes].every(Array.isArray);
}

/** What a received value is made with. */
export interface Receiving {
  readonly buffers: readonly Uint8Array[];
  readonly segments: Segments;
  /** The segments that waiting arrays were given. */
  readonly filled: readonly { readonly id: number }[];
  /** An object that stays in Python. */
  readonly reference: (id: number, type: string, text: string) => unknown;
}

interface Tagged {
  readonly [tag]: string;
  readonly value: string & number;
  readonly items: unknown[][];
  readonly dtype: string;
  readonly name: string | null;
  readonly shape: readonly number[];
  readonly buffer?: number;
  readonly segment?: number;
  readonly waiting?: number;
  readonly columns: unknown[];
  readonly index: unknown;
  readonly values: unknown[];
  readonly id: number;
  readonly type: string;
  readonly text: string;
}

/** The value that Python sent. */
export function receive(json: unknown, receiving: Receiving): unknown {
  const read = (part: unknown): unknown => receive(part, receiving);
  if (Array.isArray(json)) return json.map(read);
  if (typeof json !== "object" || json === null) return json;
  const told = json as Tagged;
  switch (told[tag]) {
    case undefined:
      return Object.fromEntries(Object.entries(json).map(([name, item]) => [name, read(item)]));
    case "float":
      return Number(told.value);
    case "int":
      return BigInt(told.value);
    case "date":
      return new Date(told.value);
    case "map":
      return new Map(told.items.map(([key, item]) => [read(key), read(item)]));
    case "set":
      return new Set((told.items as unknown[]).map(read));
    case "bytes":
      return arrayOf(told, receiving);
    case "array":
      return {
        data: arrayOf(told, receiving),
        shape: told.shape,
        dtype: told.name as string,
      } satisfies PythonArray;
    case "frame":
    case "series":
      return tableOf(told, read);
    case "object":
      return receiving.reference(told.id, told.type, told.text);
    default:
      throw new SyntaxError(`Cannot read a value of Python's: its tag must be known, got ${told[tag]}`);
  }
}

/** The places in shared memory that a value waits for, in bytes. */
export function waitingBytes(json: unknown, found: number[] = []): number[] {
  if (typeof json !== "object" || json === null) return found;
  const { waiting, bytes, [tag]: kind } = json as { waiting?: number; bytes?: number; [tag]?: string };
  if ((kind === "array" || kind === "bytes") && waiting !== undefined) found[waiting] = bytes as number;
  for (const part of Object.values(json)) waitingBytes(part, found);
  return found;
}

function arrayOf(told: Tagged, { buffers, segments, filled }: Receiving): NumberArray {
  if (told[tag] === "bytes" && told.buffer !== undefined) return Uint8Array.from(buffers[told.buffer]);
  const Values = classes[told.dtype.slice(1)];
  const length = told.shape?.reduce((product, extent) => product * extent, 1);
  const size = Number(told.dtype?.slice(2));
  const segment = told.waiting === undefined ? told.segment : filled[told.waiting].id;
  if (segment !== undefined) return new Values(segments.view(segment, length * size), 0, length);
  // A copy begins where its type may begin.
  return new Values(Uint8Array.from(buffers[told.buffer as number]).buffer, 0, length);
}

/** A danfojs frame or series. */
function tableOf(told: Tagged, read: (part: unknown) => unknown): unknown {
  const list = (part: unknown): (string | number | boolean)[] => {
    const column = read(part) as unknown[] | PythonArray;
    if (Array.isArray(column)) return column as string[];
    const values = Array.from(column.data as Float64Array);
    return column.dtype === "bool" ? values.map(Boolean) : values.map(plainNumber);
  };
  const isSeries = told[tag] === "series";
  const names = isSeries ? [told.name ?? "0"] : told.columns.map((name) => String(read(name)));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new RangeError(
      `Cannot read a table of Python's: its columns must have different names, got ${twice} twice`,
    );
  }
  const lists = (isSeries ? [told.values] : told.values).map(list);
  const frame = dataFrame(new Map(names.map((name, i) => [name, lists[i]])));
  const index = list(told.index).map((label) => (typeof label === "number" ? label : String(label)));
  frame.$setIndex(index);
  if (!isSeries) return frame;
  const series = frame.column(names[0]);
  series.$setIndex(index);
  return series;
}

/** Whole numbers beyond 2^53 stay what they are. */
function plainNumber(value: unknown): number {
  if (typeof value !== "bigint") return value as number;
  return Number.isSafeInteger(Number(value)) ? Number(value) : (value as unknown as number);
}
