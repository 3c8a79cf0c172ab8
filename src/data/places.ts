import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";

/** The nearest folder at or above the working folder that set-up has prepared; the working folder if there is none. */
function home(): string {
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, ".venv")) && isPackage(folder)) return folder;
    if (folder === path.dirname(folder)) return process.cwd();
  }
}

function isPackage(folder: string): boolean {
  try {
    JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    return true;
  } catch {
    return false;
  }
}

/**
 * The folder of a competition's files: in `PODIUM_DATA` where that is set (`npm start -- --data DIR` and
 * `npm run lab -- --data DIR` set it), else the sample data that `npm start` generates.
 *
 * @param competition name of the folder, such as "motion"
 * @throws {Error} if the folder is not there
 * @example
 * const competition = await motion.load(data.dataFolder("motion"));
 */
export function dataFolder(competition: string): string {
  const parent = process.env.PODIUM_DATA;
  const folder = path.join(parent ?? path.join(home(), ".cache", "sample"), competition);
  if (existsSync(folder)) return folder;
  const fix = parent
    ? "PODIUM_DATA must name the folder above it"
    : "run `npm start` once to generate sample data, or set PODIUM_DATA to the folder above yours";
  throw new Error(`Cannot find the data: ${fix}, got no ${folder}`);
}

/**
 * The folder for a competition's results, made if it is missing: in `PODIUM_RUN` where that is set (`npm start` sets
 * it), else `runs/notebook`, where a cross-validation that was stopped continues.
 *
 * @param competition name of the folder, such as "motion"
 * @example
 * const run = await data.runFolder("motion"); // …/runs/notebook/motion
 */
export async function runFolder(competition: string): Promise<string> {
  const folder = path.join(process.env.PODIUM_RUN ?? path.join(home(), "runs", "notebook"), competition);
  await mkdir(folder, { recursive: true });
  return folder;
}
