import { setUp } from "../steps/setUp.mjs";
import { inspect } from "./inspection.mjs";
import { prove } from "./prove.mjs";

/**
 * Prints what is in order and what is not, with what to do about it.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} args `--json`: the findings as one JSON array; `--prove`: the library's own work on this machine's
 *   device beside the CPU, after set-up
 * @returns {number | Promise<number>} 1 where there is a problem
 */
export function doctor(places, args) {
  if (args.includes("--prove")) return setUp(places).then(() => prove(places));
  const findings = inspect(places);
  if (args.includes("--json")) console.log(JSON.stringify(findings, null, 2));
  else {
    for (const { name, status, detail, mend } of findings) {
      console.log(`${status === "ok" ? "ok     " : "problem"}  ${name.padEnd(14)}  ${detail}`);
      if (mend) console.log(`${" ".repeat(25)}→ ${mend}`);
    }
  }
  return findings.some(({ status }) => status === "problem") ? 1 : 0;
}
