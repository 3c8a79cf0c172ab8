import {
  checkOptions,
  currentSignal,
  type HasFrame,
  showAs,
  shownPath,
  summaryBundle,
  type TableColumns,
  throwIfAborted,
  withFrame,
  writeFileAtomic,
} from "../core";
import { readNumberTable } from "../data";
import type { Template } from "./template";

/** Class probabilities `[windows, classes]` in C order. */
export interface Probabilities {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** Options of {@link checkSubmission}. */
export interface CheckOptions {
  /** Id of each row of the probabilities, such as `data.testIds`. */
  ids: ArrayLike<number>;
  /** What the submission must have: `data.template`. */
  template: Template;
  /** How far a row's sum may lie from 1; default 1e-3. */
  tolerance?: number;
}

/**
 * What a submission says, in short; a notebook shows it as a table. `toFrame` gives the submission itself: `id` and one
 * column per class, in the template's order.
 */
export interface SubmissionSummary extends HasFrame {
  /** Rows. */
  readonly rows: number;
  /** Classes. */
  readonly classes: number;
  /** Least and greatest sum of a row. */
  readonly rowSum: readonly [least: number, greatest: number];
  /** The smallest probability: log loss is unbounded where it is 0. */
  readonly smallest: number;
  /** How many rows each class is the likeliest of. */
  readonly predicted: readonly number[];
  /** Beside the earlier file, where one was given. */
  readonly difference?: SubmissionDifference;
  /** Where it was written; `undefined` if it was only checked. */
  readonly path?: string;
}

/** How a submission differs from an earlier one. */
export interface SubmissionDifference {
  /** The earlier file. */
  readonly path: string;
  /** Rows whose likeliest class is another. */
  readonly changedRows: number;
  /** Mean and greatest absolute difference of the probabilities. */
  readonly mean: number;
  readonly greatest: number;
}

function likeliest(data: ArrayLike<number>, from: number, classes: number): number {
  let best = 0;
  for (let label = 1; label < classes; label++) if (data[from + label] > data[from + best]) best = label;
  return best;
}

/** Checks all that {@link checkSubmission} says; returns the row of the probabilities for each row of the template. */
function check(probabilities: Probabilities, options: CheckOptions) {
  checkOptions<CheckOptions & { previous?: string; signal?: AbortSignal }>(
    options,
    { ids: "any", template: "any", tolerance: { low: 0, high: 1 }, previous: "any", signal: "any" },
    { action: "submit", required: ["ids", "template"] },
  );
  const { data, shape } = probabilities;
  const { ids, template, tolerance = 1e-3 } = options;
  const classes = template.columns.length;
  const rows = template.ids.length;
  if (
    shape.length !== 2 ||
    shape[0] !== ids.length ||
    shape[1] !== classes ||
    data.length !== ids.length * classes
  ) {
    throw new RangeError(
      `Cannot submit: probabilities must have the shape [${ids.length}, ${classes}] (ids, classes of the template), got [${shape.join(", ")}] with ${data.length} values`,
    );
  }
  const rowOf = new Map<number, number>();
  for (let row = 0; row < ids.length; row++) {
    if (rowOf.has(ids[row]))
      throw new RangeError(`Cannot submit: each id must come once, got ${ids[row]} twice`);
    rowOf.set(ids[row], row);
  }
  const order = Int32Array.from(template.ids, (id) => {
    const row = rowOf.get(id);
    if (row === undefined)
      throw new RangeError(`Cannot submit: every id of the template must be there, got no ${id}`);
    rowOf.delete(id);
    return row;
  });
  for (const id of rowOf.keys())
    throw new RangeError(`Cannot submit: the template must have every id, got ${id}, which it lacks`);

  const rowSum: [number, number] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let smallest = Number.POSITIVE_INFINITY;
  const predicted = new Array<number>(classes).fill(0);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let label = 0; label < classes; label++) {
      const value = data[row * classes + label];
      if (!(value >= 0 && value <= 1)) {
        throw new RangeError(
          `Cannot submit: probabilities must lie in [0, 1], got ${value} for id ${ids[row]}, class ${label}`,
        );
      }
      smallest = Math.min(smallest, value);
      sum += value;
    }
    if (Math.abs(sum - 1) > tolerance) {
      throw new RangeError(
        `Cannot submit: each row must sum to 1 within ${tolerance}, got ${sum} for id ${ids[row]}; divide each row by its sum`,
      );
    }
    rowSum[0] = Math.min(rowSum[0], sum);
    rowSum[1] = Math.max(rowSum[1], sum);
    predicted[likeliest(data, row * classes, classes)]++;
  }
  const columns = () =>
    new Map<string, ArrayLike<number>>([
      ["id", template.ids],
      ...template.columns.map((name, label): [string, Float32Array] => [
        name,
        Float32Array.from(order, (row) => data[row * classes + label]),
      ]),
    ]);
  return { order, columns, summary: { rows, classes, rowSum, smallest, predicted } };
}

function describe(summary: Omit<SubmissionSummary, "toFrame">) {
  const { predicted, difference, path, rowSum } = summary;
  const top = Array.from(predicted.keys())
    .sort((a, b) => predicted[b] - predicted[a])
    .slice(0, 3);
  const lines: [string, string][] = [
    ["rows x classes", `${summary.rows} x ${summary.classes}`],
    ["row sums", `${rowSum[0].toPrecision(7)} to ${rowSum[1].toPrecision(7)}`],
    [
      "smallest",
      summary.smallest === 0 ? "0 (log loss is unbounded if it is the truth)" : `${summary.smallest}`,
    ],
    ["likeliest", top.map((label) => `class ${label}: ${predicted[label]} rows`).join(", ")],
  ];
  if (difference) {
    const { changedRows, mean, greatest } = difference;
    lines.push([
      `beside ${shownPath(difference.path)}`,
      `${changedRows} of ${summary.rows} rows predict another class; difference ${mean.toPrecision(3)} on average, ${greatest.toPrecision(3)} at most`,
    ]);
  }
  return summaryBundle(
    path === undefined ? "Submission, checked" : `Submission, written to ${shownPath(path)}`,
    lines,
  );
}

function summarize(
  summary: Omit<SubmissionSummary, "toFrame">,
  columns: () => TableColumns,
): SubmissionSummary {
  return showAs(withFrame(summary, columns), () => describe(summary));
}

/**
 * Checks class probabilities as a submission: ids, classes, range, row sums and missing values.
 *
 * @param probabilities `[windows, classes]`
 * @param options ids of the rows, in any order, and the template; see {@link CheckOptions}
 * @returns a summary that a notebook shows
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if the shape is another, an id is missing, repeated or unknown, a value is NaN or outside
 *   [0, 1], or a row does not sum to 1
 * @example
 * const { testIds: ids, template } = competition;
 * motion.checkSubmission(result.test!, { ids, template });
 */
export function checkSubmission(probabilities: Probabilities, options: CheckOptions): SubmissionSummary {
  const { summary, columns } = check(probabilities, options);
  return summarize(summary, columns);
}

/** Compares with an earlier file of the same ids and classes. */
async function compare(
  probabilities: Probabilities,
  options: { order: Int32Array; template: Template; previous: string; signal?: AbortSignal },
): Promise<SubmissionDifference> {
  const { order, template, previous, signal } = options;
  const { columns, ids } = template;
  const table = await readNumberTable(previous, { integers: ["id"], values: columns, signal });
  const rowOf = new Map<number, number>();
  const known = new Set(ids);
  const classes = columns.length;
  for (const [row, id] of table.integers.id.entries()) {
    const refuse = (problem: string) =>
      new SyntaxError(`Cannot compare with ${previous}:${table.lineOf(row)}: ${problem}`);
    if (!known.has(id)) throw refuse(`each id must be one of the template, got ${id}`);
    if (rowOf.has(id)) throw refuse(`each id must come once, got ${id} again`);
    rowOf.set(id, row);
    const values = table.values.subarray(row * classes, (row + 1) * classes);
    const odd = values.findIndex((value) => !(value >= 0 && value <= 1));
    if (odd >= 0) {
      throw refuse(`probabilities must lie in [0, 1], got ${values[odd]} for class ${columns[odd]}`);
    }
  }
  let changedRows = 0;
  let sum = 0;
  let greatest = 0;
  for (const [at, id] of ids.entries()) {
    const row = rowOf.get(id);
    if (row === undefined)
      throw new SyntaxError(`Cannot compare with ${previous}: it must have the template's ids, got no ${id}`);
    const from = order[at] * classes;
    if (likeliest(probabilities.data, from, classes) !== likeliest(table.values, row * classes, classes))
      changedRows++;
    for (let label = 0; label < classes; label++) {
      const difference = Math.abs(probabilities.data[from + label] - table.values[row * classes + label]);
      sum += difference;
      greatest = Math.max(greatest, difference);
    }
  }
  return { path: previous, changedRows, mean: sum / (ids.length * classes), greatest };
}

/** Seven significant digits, a float32's worth, without trailing zeros. */
function digits(value: number): string {
  return String(Number(value.toPrecision(7)));
}

function* encode(probabilities: Probabilities, order: Int32Array, template: Template): Generator<string> {
  const classes = template.columns.length;
  yield `id,${template.columns.join(",")}\n`;
  for (const [at, id] of template.ids.entries()) {
    const from = order[at] * classes;
    const fields = Array.from({ length: classes }, (_, label) => digits(probabilities.data[from + label]));
    yield `${id},${fields.join(",")}\n`;
  }
}

/**
 * Checks class probabilities as {@link checkSubmission} does and writes them in the template's order, whole or not at
 * all.
 *
 * @param path the CSV to write
 * @param probabilities `[windows, classes]`
 * @param options as for the check; `previous`: an earlier submission to compare with (it may be the file that is
 *   written over); `signal`: stops the writing (default: the notebook cell's)
 * @returns a summary that a notebook shows
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} as {@link checkSubmission}
 * @throws {SyntaxError} with file and line, if the earlier file is malformed, has other ids or classes or an id twice,
 *   or a probability lies outside [0, 1]
 * @example
 * const { testIds: ids, template } = competition;
 * await motion.writeSubmission("submission.csv", result.test!, { ids, template });
 */
export async function writeSubmission(
  path: string,
  probabilities: Probabilities,
  options: CheckOptions & { previous?: string; signal?: AbortSignal },
): Promise<SubmissionSummary> {
  const { template, previous, signal = currentSignal() } = options;
  const { order, summary, columns } = check(probabilities, options);
  const difference =
    previous === undefined ? undefined : await compare(probabilities, { order, template, previous, signal });
  throwIfAborted(signal);
  await writeFileAtomic(path, encode(probabilities, order, template), { signal });
  return summarize({ ...summary, ...(difference ? { difference } : {}), path }, columns);
}
