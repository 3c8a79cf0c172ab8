import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** The set-up's own folder; it stands beside the sources, whether this runs from src or from dist. */
const setup = path.join(__dirname, "..", "..", "src", "setup");

/**
 * The program of the Python environment that set-up has made.
 *
 * @throws {Error} if there is none
 */
export async function pythonProgram(): Promise<string> {
  const { placesOf } = (await import(pathToFileURL(path.join(setup, "places.mjs")).href)) as {
    placesOf(): { python: string; environment: string };
  };
  const { python } = placesOf();
  if (existsSync(python)) return python;
  throw new Error(
    `Cannot start Python: the environment that set-up makes must be there, got no ${python}; run npm run build`,
  );
}

/** Set-up's program for a shell. */
export const setupProgram = path.join(setup, "cli.mjs");
