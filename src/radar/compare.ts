import { throwIfAborted } from "../core";
import { cut, readLines } from "../data";
import { extent } from "./layout";
import { requireHeader, splitRow } from "./template";

/** How a submission differs from an earlier one. */
export interface SubmissionDifference {
  /** The earlier file. */
  readonly path: string;
  /** Share of pixels that differ. */
  readonly changed: number;
  /** Mean absolute difference over all pixels. */
  readonly mean: number;
  /** Greatest absolute difference. */
  readonly greatest: number;
}

const PIXELS = extent * extent;

/**
 * Compares the rows of a submission with an earlier file, which may list them in another order.
 *
 * @param path the earlier file
 * @param options `order`: names and rows of the new submission; `row`: gives a row's pixels
 * @throws {SyntaxError} with file and line, if the earlier file is malformed, has another header or other rows, or a
 *   value is no whole number in [0, 255]
 */
export async function compareSubmission(
  path: string,
  options: {
    order: readonly { name: string; row: number }[];
    row: (name: string, row: number) => Uint8Array;
    signal?: AbortSignal;
  },
): Promise<SubmissionDifference> {
  const { order, row, signal } = options;
  const rowOf = new Map(order.map((entry) => [entry.name, entry.row]));
  let changed = 0;
  let sum = 0;
  let greatest = 0;

  function take(bytes: Buffer, line: number): void {
    const refuse = (problem: string) => new SyntaxError(`Cannot compare with ${path}:${line}: ${problem}`);
    const [name, ...fields] = splitRow(bytes, { path, line });
    const index = rowOf.get(name);
    if (index === undefined) {
      throw refuse(`each row must be one of the submission, and come once, got ${JSON.stringify(cut(name))}`);
    }
    rowOf.delete(name);
    if (fields.length !== PIXELS) throw refuse(`a row must have ${PIXELS} pixels, got ${fields.length}`);
    const pixels = row(name, index);
    for (const [pixel, field] of fields.entries()) {
      const value = /^[ \t]*\+?\d+[ \t]*$/.test(field) ? Number(field) : Number.NaN;
      if (!(value <= 255)) {
        const got = JSON.stringify(cut(field));
        throw refuse(`column ${pixel} must be a whole number in [0, 255], got ${got}`);
      }
      const difference = Math.abs(value - pixels[pixel]);
      if (difference > 0) changed++;
      sum += difference;
      if (difference > greatest) greatest = difference;
    }
  }

  let rows = 0;
  for await (const { bytes, line } of readLines(path, { signal })) {
    throwIfAborted(signal);
    if (rows++ === 0) requireHeader(bytes, { path, line });
    else take(bytes, line);
  }
  const missing = rowOf.keys().next().value;
  if (missing !== undefined) {
    throw new SyntaxError(
      `Cannot compare with ${path}: it must have every row of the submission, got no ${missing}`,
    );
  }
  const values = order.length * PIXELS;
  return { path, changed: changed / values, mean: sum / values, greatest };
}
