import { shortText } from "../../core/text";
import { splitLine } from "./lines";
import { PlainRows, type RowTarget } from "./plainRows";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const WHOLE = /^[+-]?\d+$/;
const [NEWLINE, RETURN] = Buffer.from("\n\r");
/** Bytes of values that room is made for at once on a guess: a file need not go on as it begins. */
const MOST_GUESSED = 1 << 29;

/** Whether a field is a finite number in decimal digits, spaces around it or not. */
export function isNumber(field: string): boolean {
  return (NUMBER.test(field) || NUMBER.test(bare(field))) && Number.isFinite(Math.fround(Number(field)));
}

/** A field without the spaces and tabs around it. */
function bare(field: string): string {
  return field.replace(/^[ \t]+|[ \t]+$/g, "");
}

/** Parses whole lines of bytes into growing columns: plain ones fast, all others field by field. */
export class RowParser implements RowTarget {
  rows = 0;
  capacity = 0;
  integers: Int32Array[];
  values = new Float32Array(0);
  /** Rows before which blank lines were skipped, and how many. */
  private readonly blanks: { row: number; count: number }[] = [];
  private readonly plain: PlainRows;

  constructor(
    private readonly path: string,
    private readonly header: readonly string[],
    readonly slots: Int32Array,
    readonly width: number,
    private readonly headerLine: number,
  ) {
    this.integers = Array.from({ length: header.length - width }, () => new Int32Array(0));
    this.plain = new PlainRows(this);
  }

  lineOf(row: number): number {
    let line = this.headerLine + 1 + row;
    for (const blank of this.blanks) if (blank.row <= row) line += blank.count;
    return line;
  }

  /** Makes room for as many rows as there may be. */
  guess(rows: number): void {
    this.reserve(Math.min(rows, Math.floor(MOST_GUESSED / (4 * this.header.length))));
  }

  private reserve(rows: number): void {
    if (rows <= this.capacity) return;
    this.capacity = rows;
    const values = new Float32Array(rows * this.width);
    values.set(this.values.subarray(0, this.rows * this.width));
    this.values = values;
    this.integers = this.integers.map((old) => {
      const column = new Int32Array(rows);
      column.set(old.subarray(0, this.rows));
      return column;
    });
  }

  /** Parses bytes that end with a newline. */
  parse(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.rows === this.capacity) this.reserve(1024 + Math.ceil(this.capacity * 1.5));
      at = this.skipBlanks(bytes, this.plain.parse(bytes, at));
      if (at < bytes.length && this.rows < this.capacity) {
        const end = bytes.indexOf(NEWLINE, at);
        this.parseLine(Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString("utf8"));
        at = end + 1;
      }
    }
  }

  /** Where the next line that is not blank begins. */
  private skipBlanks(bytes: Uint8Array, from: number): number {
    let at = from;
    let count = 0;
    for (; at < bytes.length; count++) {
      const end = bytes[at] === RETURN ? at + 1 : at;
      if (bytes[end] !== NEWLINE) break;
      at = end + 1;
    }
    if (count > 0) {
      const last = this.blanks.at(-1);
      if (last?.row === this.rows) last.count += count;
      else this.blanks.push({ row: this.rows, count });
    }
    return at;
  }

  private parseLine(text: string): void {
    const line = text.endsWith("\r") ? text.slice(0, -1) : text;
    const fields = splitLine(line, (problem) => this.refuse(`${problem} in ${shorten(line)}`));
    if (fields.length !== this.header.length) {
      throw this.refuse(
        `the header names ${this.header.length} columns, got ${fields.length} in ${shorten(line)}`,
      );
    }
    for (const [column, field] of fields.entries()) {
      const text = bare(field);
      const value = Number(text);
      const name = this.header[column];
      if (!isNumber(text)) {
        throw this.refuse(
          `column ${name} must be a finite number, got ${text === "" ? "nothing" : shorten(text)}`,
        );
      }
      const slot = this.slots[column];
      if (slot >= 0) this.values[this.rows * this.width + slot] = value;
      else if ((value | 0) === value && WHOLE.test(text)) this.integers[-1 - slot][this.rows] = value;
      else throw this.refuse(`column ${name} must be a whole number of 32 bits, got ${cut(text)}`);
    }
    this.rows++;
  }

  private refuse(problem: string): SyntaxError {
    return new SyntaxError(`Cannot read ${this.path}:${this.lineOf(this.rows)}: ${problem}`);
  }
}

/** The beginning of a text, for errors. */
export function cut(text: string): string {
  return shortText(text, 61);
}

/** The beginning of a text as it would be written in a program, for errors. */
export function shorten(text: string): string {
  return JSON.stringify(cut(text));
}
