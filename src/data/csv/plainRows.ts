import { MemoryLayout } from "../../core/webAssembly";
import { type RowFunctions, rowFunctions } from "./rowFunctions";

/** Where the columns of a table of numbers go, and how far they have come. */
export interface RowTarget {
  /** For each column of the file its place: `slot >= 0` in `values`, else `integers[-1 - slot]`. */
  readonly slots: Int32Array;
  /** Columns of `values`. */
  readonly width: number;
  /** `[capacity, width]`. */
  values: Float32Array;
  /** `[capacity]` each. */
  integers: Int32Array[];
  /** Rows there is room for. */
  capacity: number;
  /** Rows written. */
  rows: number;
}

/** Bytes of text, and rows, that are worked on at once: little enough for a processor's cache. */
const TEXT_BYTES = 1 << 18;
const MOST_ROWS = 4096;
/** Numbers that there is room for at once, but a row at least. */
const MOST_VALUES = 1 << 24;
/** What the parser may read or write beyond an end. */
const MARGIN = 64;
const NEWLINE = 10;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
/** Digits a field; as whole numbers they are exact in a double. */
const DIGITS = 14;

/** Bytes of the table of shapes, which is at 0. */
const SHAPES_BYTES = 512 * 64;

/** Writes the table of shapes that `plainRows.wat` describes. */
function writeShapes(memory: ArrayBuffer): void {
  const bytes = new Uint8Array(memory);
  const view = new DataView(memory);
  for (let shape = 0; shape < 512; shape++) {
    const [sign, point, length] = [shape >> 8, (shape >> 4) & 15, shape & 15];
    const lanes = bytes.subarray(shape * 64, shape * 64 + 16);
    const offsets = bytes.subarray(shape * 64 + 16, shape * 64 + 32);
    const digits = [];
    for (let at = sign; at < length; at++) if (at !== point) digits.push(at);
    if (digits.length === 0 || digits.length > DIGITS || point > length) {
      // No plain number: the first byte lands where a sign is wanted and differs from it.
      offsets.fill(1, 0, 1);
      lanes.fill(255);
      continue;
    }
    lanes.fill(255); // takes no byte, gives 0
    if (sign) [lanes[0], offsets[0]] = [0, MINUS];
    if (point < length) [lanes[1], offsets[1]] = [point, POINT];
    lanes.set(digits, 16 - digits.length);
    offsets.fill(ZERO, 16 - digits.length);
    const decimals = Math.max(0, length - point - 1);
    view.setFloat64(shape * 64 + 32, (sign ? -1 : 1) * Number(`1e${decimals}`), true);
  }
}

/**
 * Parses rows of plain decimal numbers, `-12.345678,…\n`, of at most 15 characters and 14 digits a field, in
 * WebAssembly: 16 bytes of a field at a time.
 *
 * A number is its digits as one whole number, exact below 2^53, divided once by a power of ten that is exact: so it
 * rounds as `Number(text)` does.
 */
export class PlainRows {
  private readonly functions: RowFunctions;
  private readonly bytes: Uint8Array;
  private readonly values: Float32Array;
  private readonly integers: Int32Array[];
  /** Rows that there is room for. */
  private readonly room: number;
  /** What lies where in the memory, in bytes. */
  private readonly places: { slots: number; list: number; block: number; text: number; values: number };
  /** The piece of text that lies in the memory, from `loadedFrom` to `loadedTo` of its bytes. */
  private loaded: Uint8Array | undefined;
  private loadedFrom = 0;
  private loadedTo = 0;

  constructor(private readonly target: RowTarget) {
    const { slots, width } = target;
    const room = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / slots.length)));
    this.room = room;
    const layout = new MemoryLayout(SHAPES_BYTES);
    const block = Math.max(4096, slots.length * 16);
    this.places = {
      slots: layout.place(slots.length * 4),
      list: layout.place((block + 2 * MARGIN) * 4),
      block,
      text: layout.place(TEXT_BYTES + MARGIN),
      values: layout.place(room * width * 4),
    };
    const integers = target.integers.map(() => layout.place(room * 4));
    const { memory, functions } = rowFunctions(layout.size);
    layout.write(memory);
    this.functions = functions;
    this.bytes = new Uint8Array(memory);
    this.values = new Float32Array(memory, this.places.values, room * width);
    this.integers = integers.map((place) => new Int32Array(memory, place, room));
    writeShapes(memory);
    new Int32Array(memory, this.places.slots, slots.length).set(
      slots.map((slot) => (slot >= 0 ? slot * 4 : -this.integers[-1 - slot].byteOffset)),
    );
  }

  /**
   * Parses rows as long as they are plain and there is room in the target, whose `rows` is moved on.
   *
   * @param bytes ASCII text that ends with a line end; it must not change between calls with the same array
   * @param from index of the first byte of a row
   * @returns the index of the first byte not taken
   */
  parse(bytes: Uint8Array, from: number): number {
    const { slots, list, block, text, values } = this.places;
    const { target, functions } = this;
    let at = from;
    while (at < bytes.length && target.rows < target.capacity) {
      if (this.loaded !== bytes || at < this.loadedFrom || at >= this.loadedTo) this.load(bytes, at);
      const capacity = Math.min(this.room, target.capacity - target.rows);
      const offset = text - this.loadedFrom;
      const end = functions.parse(
        offset + at,
        offset + this.loadedTo,
        slots,
        slots + target.slots.length * 4,
        list,
        block,
        values,
        target.width * 4,
        capacity,
      );
      const rows = functions.rows.value;
      this.take(rows);
      at = end - offset;
      if (rows > 0) continue;
      // A row that the end of the loaded text divides is taken up again with what follows it.
      const divided = at > this.loadedFrom && bytes.indexOf(NEWLINE, at) >= this.loadedTo;
      if (!divided) return at;
      this.load(bytes, at);
    }
    return at;
  }

  /** Copies text from `from` on into the memory. */
  private load(bytes: Uint8Array, from: number): void {
    this.loaded = bytes;
    this.loadedFrom = from;
    this.loadedTo = Math.min(bytes.length, from + TEXT_BYTES);
    this.bytes.set(bytes.subarray(from, this.loadedTo), this.places.text);
    // No separator of older text may follow.
    const end = this.places.text + this.loadedTo - from;
    this.bytes.fill(0, end, end + MARGIN);
  }

  /** Copies parsed rows to the target. */
  private take(rows: number): void {
    const { target } = this;
    target.values.set(this.values.subarray(0, rows * target.width), target.rows * target.width);
    for (const [index, column] of this.integers.entries()) {
      target.integers[index].set(column.subarray(0, rows), target.rows);
    }
    target.rows += rows;
  }
}
