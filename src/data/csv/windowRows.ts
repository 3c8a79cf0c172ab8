import { MemoryLayout } from "../../core/webAssembly";
import { type RowFunctions, rowFunctions } from "./rowFunctions";

/** Bytes of text that are worked on at once: little enough for a processor's cache. */
const TEXT_BYTES = 1 << 17;
/** The longest row. */
const ROW_BYTES = 1 << 13;
/** What the parser may read or write beyond an end. */
const MARGIN = 64;
/** Bytes that the shortest field and its comma take: ".000000,". */
const FIELD_BYTES = 8;
/** Digits that an id may have; any such number is an int32. */
const ID_DIGITS = 9;
const [NEWLINE, COMMA, POINT, ZERO] = Buffer.from("\n,.0");

/** Where `parseWindow` of `plainRows.wat` has its constants. */
const places = { masks: 0, divisors: 128, comma: 192, newline: 208, id: 224, steps: 256 };

/** Writes the constants of `parseWindow`. */
function writeConstants(memory: ArrayBuffer, steps: number): void {
  const bytes = Buffer.from(memory);
  for (let length = 7; length < 15; length++) {
    bytes.fill(255, places.masks + (length - 7) * 16 + 15 - length, places.masks + (length - 6) * 16);
  }
  for (let signs = 0; signs < 4; signs++) {
    bytes.writeDoubleLE(signs & 1 ? -1e6 : 1e6, places.divisors + signs * 16);
    bytes.writeDoubleLE(signs & 2 ? -1e6 : 1e6, places.divisors + signs * 16 + 8);
  }
  for (const [place, separator] of [
    [places.comma, COMMA],
    [places.newline, NEWLINE],
  ]) {
    bytes.fill(ZERO, place, place + 16);
    bytes[place + 8] = POINT;
    bytes[place + 15] = separator;
  }
  for (let step = 0; step < steps; step++) bytes.write(`${step},`, places.steps + step * 16, 15, "latin1");
}

/**
 * Parses windows out of text in which all is as it should be: rows `id,step,-12.345678,…\n` by ascending id, each with
 * its steps in order, and every value with six decimals and at most seven digits before them.
 *
 * Ids and steps are compared with what must come and not kept. A value is its digits as one whole number, exact below
 * 2^53, divided once by 10^6: so it rounds as `Number(text)` does.
 */
export class WindowRows {
  /** Ids of the windows that were begun. */
  readonly ids: number[] = [];
  private readonly width: number;
  private readonly values: Float32Array;
  private readonly functions: RowFunctions;
  private readonly bytes: Uint8Array;
  private readonly list: Int32Array;
  private readonly window: Float32Array;
  /** Where the text lies in the memory, and how much of it is the beginning of a row that was cut. */
  private readonly text: number;
  private kept = 0;
  /** Place of the next row's step, and of what would follow the last one. */
  private step = places.steps;
  private readonly stepsEnd: number;
  private idLength = 0;

  /** @param options `size`: bytes of text that will come at most; `steps`: rows per window; `width`: values per row, an even number */
  constructor(options: { size: number; steps: number; width: number }) {
    const { size, steps, width } = options;
    this.width = width;
    this.stepsEnd = places.steps + steps * 16;
    const layout = new MemoryLayout(this.stepsEnd);
    const listLength = ROW_BYTES + TEXT_BYTES + 2 * MARGIN;
    const window = layout.place(steps * width * 4);
    this.text = layout.place(ROW_BYTES + TEXT_BYTES + MARGIN);
    const list = layout.place(listLength * 4);
    const { memory, functions } = rowFunctions(layout.size);
    layout.write(memory);
    writeConstants(memory, steps);
    this.functions = functions;
    this.bytes = new Uint8Array(memory);
    this.list = new Int32Array(memory, list, listLength);
    this.window = new Float32Array(memory, window, steps * width);
    // No window is shorter than this; what is never written takes no memory.
    const windows = Math.floor(size / (steps * ("0,0,".length + width * FIELD_BYTES)));
    this.values = new Float32Array(windows * steps * width);
  }

  /** Where the text that follows is to be written. */
  get room(): Uint8Array {
    const from = this.text + this.kept;
    return this.bytes.subarray(from, from + TEXT_BYTES);
  }

  /** Parses the text of `length` bytes that was written to `room`; false if something in it is not as it should be. */
  take(length: number): boolean {
    const { bytes, functions, list, stepsEnd, width } = this;
    const end = this.text + this.kept + length;
    // No separator of older text may follow.
    bytes.fill(0, end, end + MARGIN);
    let line = this.text;
    let next = list.byteOffset;
    const listEnd = functions.find(line, end, next);
    const rowList = (2 + width) * 4;
    while (listEnd - next >= rowList) {
      const isFirst = this.step === places.steps;
      if (isFirst && !this.begin(line, list[(next - list.byteOffset) / 4])) return false;
      const values = this.window.byteOffset + ((this.step - places.steps) / 16) * width * 4;
      this.step = functions.parseWindow(
        line,
        next,
        listEnd,
        this.step,
        stepsEnd,
        this.idLength,
        values,
        width,
      );
      line = functions.line.value;
      next = functions.next.value;
      if (this.step === stepsEnd) {
        this.values.set(this.window, (this.ids.length - 1) * this.window.length);
        this.step = places.steps;
      } else if (listEnd - next >= rowList) return false;
    }
    this.kept = end - line;
    if (this.kept > ROW_BYTES) return false;
    bytes.copyWithin(this.text, line, end);
    return true;
  }

  /** Ends the text and hands over the windows; `undefined` if something in it is not as it should be. */
  end(): { ids: Int32Array; data: Float32Array } | undefined {
    if (this.kept > 0) {
      this.room[0] = NEWLINE;
      if (!this.take(1)) return undefined;
    }
    if (this.kept > 0 || this.step !== places.steps || this.ids.length === 0) return undefined;
    return {
      ids: Int32Array.from(this.ids),
      data: this.values.subarray(0, this.ids.length * this.window.length),
    };
  }

  /** Begins the window whose id lies in the memory; false if it is no larger whole number than the last. */
  private begin(from: number, to: number): boolean {
    const { bytes, ids } = this;
    if (to === from || to > from + ID_DIGITS) return false;
    let id = 0;
    for (let at = from; at < to; at++) {
      const digit = bytes[at] - ZERO;
      if (!(digit >= 0 && digit <= 9)) return false;
      id = id * 10 + digit;
    }
    if (ids.length > 0 && id <= ids[ids.length - 1]) return false;
    // A file may grow while it is read.
    if ((ids.length + 1) * this.window.length > this.values.length) return false;
    ids.push(id);
    this.idLength = to - from + 1;
    bytes.fill(0, places.id, places.id + 16);
    bytes.set(bytes.subarray(from, to), places.id);
    bytes[places.id + this.idLength - 1] = COMMA;
    return true;
  }
}
