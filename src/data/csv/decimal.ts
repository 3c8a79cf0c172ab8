/**
 * Writes a number with six decimals as ASCII, as C's "%.6f" does up to the rounding of ties.
 *
 * @param bytes where to write
 * @param at index of the first byte; at least 18 must be free
 * @param value a finite number, |value| < 10^9
 * @returns index past the last byte written
 * @example
 * writeDecimal(bytes, 0, -1.5); // 9: "-1.500000"
 */
export function writeDecimal(bytes: Uint8Array, at: number, value: number): number {
  const scaled = Math.round(Math.abs(value) * 1e6);
  const whole = Math.floor(scaled / 1e6);
  let fraction = scaled - whole * 1e6;
  if (value < 0 && scaled > 0) bytes[at++] = 45;
  let extent = 1;
  for (let bound = 10; whole >= bound; bound *= 10) extent++;
  let rest = whole;
  for (let i = at + extent - 1; i >= at; i--) {
    const next = Math.floor(rest / 10);
    bytes[i] = 48 + rest - next * 10;
    rest = next;
  }
  at += extent;
  bytes[at] = 46;
  for (let i = at + 6; i > at; i--) {
    const next = Math.floor(fraction / 10);
    bytes[i] = 48 + fraction - next * 10;
    fraction = next;
  }
  return at + 7;
}
