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

/** Powers of ten that doubles hold exactly; from 32 on the same, negative. */
const SCALE = new Float64Array(64);
for (let power = 0; power <= 22; power++) {
  SCALE[power] = Number(`1e${power}`);
  SCALE[32 + power] = -SCALE[power];
}
/** No field that the fast path takes is longer, with its comma. */
const LONGEST = 24;

/**
 * Parses rows of plain decimal numbers, as long as they are plain: `-12.345678,…\n`, at most nine digits a side and 15
 * in all. Stops at the start of the first row that is not (or near the end of the bytes), for a careful parser to take.
 *
 * A number is its digits as one whole number, exact below 2^53, divided once by a power of ten that is exact: so it
 * rounds as `Number(text)` does.
 *
 * @param bytes ASCII text
 * @param from index of the first byte of a row
 * @param target takes the numbers; `rows` is moved on
 * @returns the index of the first byte not taken
 */
export function parsePlainRows(bytes: Uint8Array, from: number, target: RowTarget): number {
  const { slots, width, values, integers, capacity } = target;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const columns = slots.length;
  const last = bytes.length - LONGEST * columns;
  let at = from;
  let row = target.rows;
  rows: while (at < last && row < capacity) {
    const start = at;
    const base = row * width;
    for (let column = 0; column < columns; column++) {
      const negative = bytes[at] === 45 ? 1 : 0;
      at += negative;
      const wholeStart = at;
      let whole = 0;
      let digit = bytes[at] - 48;
      while (digit >= 0 && digit <= 9) {
        whole = (Math.imul(whole, 10) + digit) | 0;
        digit = bytes[++at] - 48;
      }
      const wholeDigits = at - wholeStart;
      let fraction = 0;
      let decimals = 0;
      let end = digit + 48;
      let plain = wholeDigits > 0 && wholeDigits <= 9;
      if (plain && digit === -2) {
        at++;
        end = bytes[at + 6];
        // Six decimals are the common case: two loads hold them all. No byte may be below "0" or above "9".
        const four = (view.getInt32(at, true) - 0x30303030) | 0;
        const two = view.getUint16(at + 4, true) - 0x3030;
        const odd = (four | (four + 0x76767676) | two | (two + 0x7676)) & 0x80808080;
        if (odd === 0 && (end === 44 || end === 10)) {
          const pairs = Math.imul(four, 10) + (four >>> 8);
          const pair = (Math.imul(two, 10) + (two >>> 8)) & 0xff;
          fraction = (pairs & 0xff) * 10000 + ((pairs >>> 16) & 0xff) * 100 + pair;
          decimals = 6;
          at += 6;
        } else {
          const fractionStart = at;
          digit = bytes[at] - 48;
          while (digit >= 0 && digit <= 9) {
            fraction = (Math.imul(fraction, 10) + digit) | 0;
            digit = bytes[++at] - 48;
          }
          decimals = at - fractionStart;
          end = digit + 48;
          plain = decimals <= 9;
        }
        plain = plain && wholeDigits + decimals <= 15;
      }
      if (end === 13 && bytes[at + 1] === 10) {
        end = 10;
        at++;
      }
      const slot = slots[column];
      if (!plain || end !== (column < columns - 1 ? 44 : 10) || (slot < 0 && decimals > 0)) {
        at = start;
        break rows;
      }
      at++;
      if (slot >= 0)
        values[base + slot] = (whole * SCALE[decimals] + fraction) / SCALE[(negative << 5) | decimals];
      else integers[-1 - slot][row] = negative ? -whole : whole;
    }
    row++;
  }
  target.rows = row;
  return at;
}
