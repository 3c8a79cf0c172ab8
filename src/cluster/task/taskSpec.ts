import { readFileSync } from "node:fs";
import path from "node:path";
import { fileError } from "../../core/fileError";
import type { FoldTask, RunIdentity } from "../../validate/crossValidateOptions";
import type { Changes, Origin } from "../module/experiment";
import type { Versions } from "../places";

/** What all tasks of a run have in common. */
export interface Job {
  readonly versions: Versions;
  /** Threads of one task: sums are added in the order that their number decides. */
  readonly threads: number;
  readonly origin: Origin;
  readonly changes: Changes;
  readonly identity: RunIdentity;
  /** The folder that paths of the experiment begin in. */
  readonly folder: string;
  /** The run's folder, in which the fold's is made. */
  readonly run: string;
  /** Where `data.dataFolder` looks. */
  readonly data?: string;
}

/** One task: what `npx podium task SPEC.json` reads. */
export interface TaskSpec extends Job {
  readonly task: FoldTask;
}

/** The fields of a spec and their types. */
const fields = {
  versions: "object",
  threads: "number",
  origin: "object",
  changes: "object",
  identity: "object",
  folder: "string",
  run: "string",
  task: "object",
} as const;

/**
 * Reads a task: a file of {@link TaskSpec} as JSON, or of `{ job, task }` where `job` is the path of the file of what it
 * has in common with others.
 *
 * @throws {SyntaxError} if it is no JSON, or a field is missing
 * @throws {Error} if the file cannot be read
 */
export function readTask(file: string): TaskSpec {
  const own = readJson(file);
  const shared =
    typeof own.job === "string" ? readJson(path.resolve(path.dirname(file), own.job)) : undefined;
  const spec: Record<string, unknown> = { ...shared, ...own };
  for (const [name, type] of Object.entries(fields)) {
    const value = spec[name];
    if (value !== null && typeof value === type) continue;
    throw new SyntaxError(
      `Cannot read ${file}: a task must have ${name}, ${type === "object" ? "an" : "a"} ${type}, got ${JSON.stringify(value)}`,
    );
  }
  const { task, ...rest } = spec as unknown as TaskSpec;
  const { seed, epochs } = task;
  // JSON has no undefined.
  const fold = task.fold ?? undefined;
  if (!Number.isInteger(seed) || (fold === undefined ? !Number.isInteger(epochs) : !Number.isInteger(fold))) {
    throw new SyntaxError(
      `Cannot read ${file}: its task must be a fold of a seed, or epochs of one, got ${JSON.stringify(task)}`,
    );
  }
  return { ...rest, task: { seed, fold, epochs } };
}

function readJson(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw fileError("read", file, error);
  }
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === "object" && read !== null && !Array.isArray(read)) {
      return read as Record<string, unknown>;
    }
  } catch (error) {
    throw new SyntaxError(`Cannot read ${file}: it must be JSON: ${(error as Error).message}`);
  }
  throw new SyntaxError(`Cannot read ${file}: it must be an object of JSON`);
}
