import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../core/atomicFile";
import { finishedSample, unfinishedSample } from "./folder";

/** What a sample was made with: its generator's version and options. */
export type SampleRecipe = Readonly<Record<string, string | number>>;

async function readRecipe(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}

/**
 * Writes a folder of sample data so that one which is only half written is never taken for whole: while it is written
 * the folder says so, and a folder of the same recipe that is whole is left as it is. Nothing is ever removed: a folder
 * may hold a person's own files next to the sample's.
 *
 * @param directory the folder; made if it is missing
 * @param recipe what the sample is made with
 * @param write writes the files; `resumed` says that the folder holds part of this very sample
 * @throws {Error} if the folder holds another sample, or files that no sample wrote
 * @example
 * await writeSampleFolder("data/motion", { seed: 0 }, async () => writeFileAtomic("data/motion/a.csv", "id\n"));
 */
export async function writeSampleFolder(
  directory: string,
  recipe: SampleRecipe,
  write: (resumed: boolean) => Promise<void>,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const text = `${JSON.stringify(recipe, null, 2)}\n`;
  const partial = join(directory, unfinishedSample);
  const whole = join(directory, finishedSample);
  const begun = await readRecipe(partial);
  const finished = await readRecipe(whole);
  if (begun === undefined && finished === text) return;
  const other = begun ?? finished;
  if (other !== undefined && other !== text) {
    throw new Error(
      `Cannot write sample data to ${directory}: the folder must be empty or hold the sample of ${oneLine(text)}, got that of ${oneLine(other)}; remove it or name another folder`,
    );
  }
  if (other === undefined) {
    const held = (await readdir(directory)).filter((name) => !name.startsWith("."));
    if (held.length > 0) {
      throw new Error(
        `Cannot write sample data to ${directory}: the folder must be empty or hold sample data, got ${held.slice(0, 4).join(", ")}`,
      );
    }
    await writeFileAtomic(partial, text);
  }
  await write(other !== undefined);
  await rename(partial, whole);
}

function oneLine(recipe: string): string {
  return recipe.trim().replaceAll(/\s+/g, " ");
}
