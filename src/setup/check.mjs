import path from "node:path";
import { foreground } from "./command.mjs";

/**
 * Types of sources and tests, lint and format.
 *
 * @param {import("./places.mjs").Places} places
 * @returns {Promise<number>} 0 where all are clean
 */
export async function check(places) {
  const tool = (name) => path.join(places.modules, ".bin", name);
  const runs = [
    ["types of src", tool("tsc"), ["-p", "tsconfig.json", "--noEmit"]],
    ["types of tests", tool("tsc"), ["-p", "tests/tsconfig.json"]],
    ["lint and format", tool("biome"), ["check"]],
  ];
  let worst = 0;
  for (const [name, program, args] of runs) {
    const status = await foreground(program, args, { cwd: places.packageRoot });
    process.stderr.write(`${status === 0 ? "✓" : "✗"} ${name}\n`);
    worst = Math.max(worst, status);
  }
  return worst;
}
