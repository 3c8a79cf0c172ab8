import { throwIfAborted } from "../core";
import { readLines } from "../data";
import { extent } from "./layout";

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
 * @throws {SyntaxError} with file and line, if the earlier file is malformed or has other rows
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
    const comma = bytes.indexOf(44);
    const name = bytes.toString("utf8", 0, Math.max(0, comma));
    const index = rowOf.get(name);
    if (index === undefined) {
      throw new SyntaxError(
        `Cannot compare with ${path}:${line}: each row must be one of the submission, got ${JSON.stringify(name)}`,
      );
    }
    rowOf.delete(name);
    const pixels = row(name, index);
    let at = comma + 1;
    let pixel = 0;
    for (; pixel < PIXELS && at < bytes.length; pixel++) {
      let value = 0;
      const start = at;
      for (; bytes[at] >= 48 && bytes[at] <= 57; at++) value = value * 10 + bytes[at] - 48;
      if (at === start) break;
      const difference = Math.abs(value - pixels[pixel]);
      if (difference > 0) changed++;
      sum += difference;
      if (difference > greatest) greatest = difference;
      if (at < bytes.length && bytes[at] !== 44) break;
      at++;
    }
    if (pixel !== PIXELS || at < bytes.length) {
      throw new SyntaxError(
        `Cannot compare with ${path}:${line}: a row must have ${PIXELS} whole numbers, got another after ${pixel}`,
      );
    }
  }

  for await (const { bytes, line } of readLines(path, { signal })) {
    throwIfAborted(signal);
    if (line > 1) take(bytes, line);
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
