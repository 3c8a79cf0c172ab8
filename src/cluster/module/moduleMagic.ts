import path from "node:path";
import { atomicWrite } from "../../core/atomicFile";
import { provideCellMagic } from "../../core/cellMagic";
import { loadModule } from "./loadModule";
import { readModule } from "./moduleCode";

/**
 * Runs a cell as a module and writes it to its file, so that other cells import it and tasks bring it along; a cell that
 * fails is written as well, as the file is what is edited.
 */
function runModule(body: string, line: string): void {
  const file = line.replace(/^(["'])(.*)\1$/, "$2");
  if (!/\.tsx?$/.test(file)) {
    throw new RangeError(
      `Cannot write the cell: a file that ends with .ts must stand behind %%module, such as experiments/first.ts, got ${line || "none"}`,
    );
  }
  const folder = process.cwd();
  atomicWrite(path.resolve(folder, file), `${body.trim()}\n`);
  const names = Object.keys(loadModule(readModule(file, folder), folder));
  console.log(`Wrote ${file}, which exports ${names.join(", ") || "nothing"}`);
}

provideCellMagic("module", { run: runModule });
