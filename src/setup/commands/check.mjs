import path from "node:path";
import { foreground } from "../command.mjs";

/**
 * Types of sources and tests, lint and format.
 *
 * @param {import("../places.mjs").Places} places
 * @returns {Promise<number>} 0 where all are clean
 */
export async function check(places) {
  // Not .bin/tsc: tslab's own older compiler may have taken that name.
  const compiler = path.join(places.modules, "typescript", "bin", "tsc");
  const runs = [
    ["types of src", process.execPath, [compiler, "-p", "tsconfig.json", "--noEmit"]],
    ["types of tests", process.execPath, [compiler, "-p", "tests/tsconfig.json"]],
    ["lint and format", path.join(places.modules, ".bin", "biome"), ["check"]],
  ];
  let worst = 0;
  for (const [name, program, args] of runs) {
    const status = await foreground(program, args, { cwd: places.packageRoot });
    process.stderr.write(`${status === 0 ? "✓" : "✗"} ${name}\n`);
    worst = Math.max(worst, status);
  }
  return worst;
}
