import { splitLine } from "./lines";
import { PlainRows, type RowTarget } from "./plainRows";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const NEWLINE = 10;

/** Parses whole lines of bytes into growing columns: plain ones fast, all others field by field. */
export class RowParser implements RowTarget {
  rows = 0;
  capacity = 0;
  integers: Int32Array[];
  values = new Float32Array(0);
  /** Rows before which blank lines were skipped, one entry a line. */
  private readonly blankBefore: number[] = [];
  private readonly plain: PlainRows;

  constructor(
    private readonly path: string,
    private readonly header: readonly string[],
    readonly slots: Int32Array,
    readonly width: number,
  ) {
    this.integers = Array.from({ length: header.length - width }, () => new Int32Array(0));
    this.plain = new PlainRows(this);
  }

  lineOf(row: number): number {
    let line = row + 2;
    for (const before of this.blankBefore) if (before <= row) line++;
    return line;
  }

  reserve(rows: number): void {
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
      at = this.plain.parse(bytes, at);
      if (at < bytes.length && this.rows < this.capacity) {
        const end = bytes.indexOf(NEWLINE, at);
        this.parseLine(Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString("utf8"));
        at = end + 1;
      }
    }
  }

  private parseLine(text: string): void {
    const line = text.endsWith("\r") ? text.slice(0, -1) : text;
    if (line === "") {
      this.blankBefore.push(this.rows);
      return;
    }
    const fields = splitLine(line);
    if (fields.length !== this.header.length) {
      this.fail(`the header names ${this.header.length} columns, got ${fields.length} in ${shorten(line)}`);
    }
    for (const [column, field] of fields.entries()) {
      const text = field.trim();
      const value = NUMBER.test(text) ? Number(text) : Number.NaN;
      const name = this.header[column];
      if (!Number.isFinite(Math.fround(value))) {
        this.fail(`column ${name} must be a finite number, got ${text === "" ? "nothing" : shorten(text)}`);
      }
      const slot = this.slots[column];
      if (slot >= 0) this.values[this.rows * this.width + slot] = value;
      else if ((value | 0) === value) this.integers[-1 - slot][this.rows] = value;
      else this.fail(`column ${name} must be a whole number of 32 bits, got ${text}`);
    }
    this.rows++;
  }

  private fail(problem: string): never {
    throw new SyntaxError(`Cannot read ${this.path}:${this.lineOf(this.rows)}: ${problem}`);
  }
}

function shorten(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
