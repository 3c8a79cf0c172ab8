import {
  checkOptions,
  currentSignal,
  type Frames,
  type HasFrame,
  sampleOf,
  showAs,
  shownPath,
  summaryBundle,
  throwIfAborted,
  withFrame,
  writeFileAtomic,
} from "../core";
import { compareSubmission, type SubmissionDifference } from "./compare";
import { extent } from "./layout";
import type { Template } from "./template";

/** Predicted pixels: frames of one time, or `[samples, 120, 120]`, `[samples, 120, 120, 1]` or `[samples, 14400]`. */
export type PredictedPixels =
  | Frames
  | { readonly data: ArrayLike<number>; readonly shape: readonly number[] };

/** Options of {@link writeSubmission}. */
export interface SubmissionOptions {
  /** File name of each sample, such as `data.testNames`. */
  names: readonly string[];
  /** What the submission must have, such as `data.template`; default: the names in the given order. */
  template?: Template;
  /** How fractions go: cut off, as the competition's winner did, or to the nearest; default "truncate". */
  rounding?: "truncate" | "round";
  /** Whether values outside [0, 255] are set to the nearer end; default false: they are refused. */
  clip?: boolean;
  /** An earlier submission to compare with. */
  previous?: string;
  /** Stops the writing; default: the notebook cell's signal. */
  signal?: AbortSignal;
}

/**
 * What a submission says, in short; a notebook shows it as a table. `toFrame` gives one row per file: mean and greatest
 * pixel and the share of rain, as written.
 */
export interface SubmissionSummary extends HasFrame {
  /** Where it was written. */
  readonly path: string;
  /** Rows. */
  readonly rows: number;
  /** Mean pixel as written. */
  readonly mean: number;
  /** Greatest pixel as written. */
  readonly greatest: number;
  /** Share of pixels that are rain: 63 or more, 0.1 mm/h. */
  readonly wet: number;
  /** Values that were set to an end of the range. */
  readonly clipped: number;
  /** Beside the earlier file, where one was given. */
  readonly difference?: SubmissionDifference;
}

const PIXELS = extent * extent;
const WET = 63;
/** Rows made at once. */
const ROWS = 64;

/** A function that gives a sample's values, once the shape is found right. */
function rowsOf(pixels: PredictedPixels, count: number): (row: number) => ArrayLike<number> {
  if ("shards" in pixels) {
    const { shape, unit } = pixels;
    if (unit !== "pixel") {
      throw new TypeError(
        `Cannot submit: frames must be in pixels, 0 to 255, got the unit ${unit}; convert them first`,
      );
    }
    if (shape.join() !== [count, extent, extent, 1].join()) {
      throw new RangeError(
        `Cannot submit: frames must be [${count}, ${extent}, ${extent}, 1], got [${shape.join(", ")}]`,
      );
    }
    return (row) => sampleOf(pixels, row);
  }
  const { data, shape } = pixels;
  const rest = shape.slice(1).join();
  const known = [`${PIXELS}`, `${extent},${extent}`, `${extent},${extent},1`].includes(rest);
  if (!known || shape[0] !== count || data.length !== count * PIXELS) {
    throw new RangeError(
      `Cannot submit: pixels must be [${count}, ${extent}, ${extent}], got [${shape.join(", ")}] with ${data.length} values`,
    );
  }
  if (ArrayBuffer.isView(data)) {
    const typed = data as unknown as Float32Array;
    return (row) => typed.subarray(row * PIXELS, (row + 1) * PIXELS);
  }
  return (row) => Array.from({ length: PIXELS }, (_, pixel) => data[row * PIXELS + pixel]);
}

/** For each row of the file, the row of the predictions. */
function rowOrder(names: readonly string[], template: Template | undefined): { name: string; row: number }[] {
  const rowOf = new Map<string, number>();
  for (const [row, name] of names.entries()) {
    if (rowOf.has(name)) throw new RangeError(`Cannot submit: each file must come once, got ${name} twice`);
    if (/[",\r\n]/.test(name))
      throw new RangeError(`Cannot submit: file names must be plain, got ${JSON.stringify(name)}`);
    rowOf.set(name, row);
  }
  if (template === undefined) return names.map((name, row) => ({ name, row }));
  const order = template.names.map((name) => {
    const row = rowOf.get(name);
    if (row === undefined)
      throw new RangeError(`Cannot submit: every file of the template must be there, got no ${name}`);
    rowOf.delete(name);
    return { name, row };
  });
  for (const name of rowOf.keys()) {
    throw new RangeError(`Cannot submit: the template must have every file, got ${name}, which it lacks`);
  }
  return order;
}

/** The text of each pixel with its comma, four bytes apiece as one number, and its length. */
const PIXEL_TEXT = Uint32Array.from({ length: 256 }, (_, value) =>
  Buffer.from(`,${value}`.padEnd(4)).readUInt32LE(),
);
const PIXEL_LENGTH = Uint8Array.from({ length: 256 }, (_, value) => 1 + String(value).length);

function writeRow(into: DataView, at: number, row: Uint8Array): number {
  for (let pixel = 0; pixel < row.length; pixel++) {
    const value = row[pixel];
    // All four bytes are written; what is too much is written over by the next.
    into.setUint32(at, PIXEL_TEXT[value], true);
    at += PIXEL_LENGTH[value];
  }
  into.setUint8(at, 10);
  return at + 1;
}

/**
 * Writes predicted pixels as a submission, whole or not at all: `file_name,0,…,14399`, whole numbers from 0 to 255, row
 * by row from the north-west.
 *
 * @param path the CSV to write
 * @param pixels values in [0, 255]
 * @param options names of the samples, the template and how fractions are rounded; see {@link SubmissionOptions}
 * @returns a summary that a notebook shows
 * @throws {RangeError} if the shape is another, a file is missing, repeated or unknown, or a value is NaN or outside
 *   [0, 255]
 * @throws {TypeError} if frames are not in pixels, or an option is unknown
 * @throws {SyntaxError} if the earlier file is malformed
 * @example
 * const { testNames: names, template } = competition;
 * await radar.writeSubmission("submission.csv", features.persist(competition.test), { names, template });
 */
export async function writeSubmission(
  path: string,
  pixels: PredictedPixels,
  options: SubmissionOptions,
): Promise<SubmissionSummary> {
  checkOptions(
    options,
    {
      names: "any",
      template: "any",
      rounding: ["truncate", "round"],
      clip: [true, false],
      previous: "any",
      signal: "any",
    },
    { action: "submit", required: ["names"] },
  );
  const {
    names,
    template,
    rounding = "truncate",
    clip = false,
    previous,
    signal = currentSignal(),
  } = options;
  const read = rowsOf(pixels, names.length);
  const order = rowOrder(names, template);
  /** How often each pixel was written. */
  const counts = new Float64Array(256);
  const half = rounding === "round" ? 0.5 : 0;
  let clipped = 0;
  const rounded = new Uint8Array(PIXELS);

  function roundRow(name: string, row: number): Uint8Array {
    const values = read(row);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      let value = values[pixel];
      if (!(value >= 0 && value <= 255)) {
        if (!clip || Number.isNaN(value)) {
          throw new RangeError(
            `Cannot submit: pixels must lie in [0, 255], got ${value} in ${name} at [${Math.floor(pixel / extent)}, ${pixel % extent}]`,
          );
        }
        value = value < 0 ? 0 : 255;
        clipped++;
      }
      // Bytes cut off the fraction.
      rounded[pixel] = value + half;
      counts[rounded[pixel]]++;
    }
    return rounded;
  }

  const difference =
    previous === undefined
      ? undefined
      : await compareSubmission(previous, { order, row: (name, row) => roundRow(name, row), signal });
  counts.fill(0);
  clipped = 0;

  const lines: { file: string; mean: number; greatest: number; wet: number }[] = [];
  async function* encode(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`file_name,${Array.from({ length: PIXELS }, (_, pixel) => pixel).join(",")}\n`);
    for (let first = 0; first < order.length; first += ROWS) {
      const rows = order.slice(first, first + ROWS);
      const longest = rows.reduce((length, { name }) => length + Buffer.byteLength(name) + 4 * PIXELS + 4, 0);
      const into = Buffer.allocUnsafeSlow(longest);
      const view = new DataView(into.buffer);
      let at = 0;
      for (const { name, row } of rows) {
        at += into.write(name, at);
        const written = roundRow(name, row);
        lines.push({ file: name, ...rowStatistics(written) });
        at = writeRow(view, at, written);
      }
      yield into.subarray(0, at);
      throwIfAborted(signal);
    }
  }
  await writeFileAtomic(path, encode(), { signal });
  const values = order.length * PIXELS;
  const summary: Omit<SubmissionSummary, "toFrame"> = {
    path,
    rows: order.length,
    mean: counts.reduce((sum, count, pixel) => sum + count * pixel, 0) / values,
    greatest: counts.findLastIndex((count) => count > 0),
    wet: counts.subarray(WET).reduce((sum, count) => sum + count, 0) / values,
    clipped,
    ...(difference ? { difference } : {}),
  };
  const columns = () => ({
    file: lines.map(({ file }) => file),
    mean: lines.map(({ mean }) => mean),
    greatest: lines.map(({ greatest }) => greatest),
    wet: lines.map(({ wet }) => wet),
  });
  return showAs(withFrame(summary, columns), () => describe(summary));
}

/** What a file's pixels are, in short. */
function rowStatistics(pixels: Uint8Array): { mean: number; greatest: number; wet: number } {
  let [sum, greatest, wet] = [0, 0, 0];
  for (const pixel of pixels) {
    sum += pixel;
    if (pixel > greatest) greatest = pixel;
    if (pixel >= WET) wet++;
  }
  return { mean: sum / pixels.length, greatest, wet: wet / pixels.length };
}

function describe(summary: Omit<SubmissionSummary, "toFrame">) {
  const { difference, clipped } = summary;
  const lines: [string, string][] = [
    ["rows x columns", `${summary.rows} x ${PIXELS}`],
    ["pixels", `${summary.mean.toFixed(2)} on average, ${summary.greatest} at most`],
    ["rain (63 or more)", `${(100 * summary.wet).toFixed(2)} %`],
  ];
  if (clipped > 0) lines.push(["clipped", `${clipped} values`]);
  if (difference) {
    lines.push([
      `beside ${shownPath(difference.path)}`,
      `${(100 * difference.changed).toFixed(2)} % of pixels differ, by ${difference.mean.toFixed(3)} on average over all, ${difference.greatest} at most`,
    ]);
  }
  return summaryBundle(`Submission, written to ${shownPath(summary.path)}`, lines);
}
