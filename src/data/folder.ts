import { access, readdir } from "node:fs/promises";
import { join } from "node:path";

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Finds a file in a folder under the first of several names.
 *
 * @param directory the folder
 * @param names names to try, in order
 * @returns its path; `undefined` if there is none
 * @example
 * await findFile("data/motion", ["train_features.csv", "train_features.csv.gz"]);
 */
export async function findFile(directory: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    if (await exists(join(directory, name))) return join(directory, name);
  }
  return undefined;
}

/**
 * As {@link findFile}, but the file must be there.
 *
 * @throws {Error} that names what was looked for and what the folder holds
 * @example
 * const path = await requireFile("data/motion", ["train_labels.csv", "train_labels.csv.gz"]);
 */
export async function requireFile(directory: string, names: readonly string[]): Promise<string> {
  const path = await findFile(directory, names);
  if (path !== undefined) return path;
  const held = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`Cannot load ${directory}: the folder must exist and be readable, got ${error.code}`, {
      cause: error,
    });
  });
  const list =
    held.length > 8 ? `${held.slice(0, 8).join(", ")} and ${held.length - 8} more` : held.join(", ");
  throw new Error(
    `Cannot load ${directory}: it must hold ${names.join(" or ")}, got ${list || "an empty folder"}`,
  );
}

/** Where a sample that is being written says so; see {@link refuseUnfinishedSample}. */
export const unfinishedSample = "sample.part.json";
/** What a whole sample was made with. */
export const finishedSample = "sample.json";

/**
 * Refuses a folder in which the writing of sample data was cut off.
 *
 * @throws {Error} if the folder holds an unfinished sample
 * @example
 * await refuseUnfinishedSample("data/motion");
 */
export async function refuseUnfinishedSample(directory: string): Promise<void> {
  if (!(await exists(join(directory, unfinishedSample)))) return;
  throw new Error(
    `Cannot load ${directory}: its sample data must be whole, got one that was cut off while it was written; write it again with writeSample`,
  );
}
