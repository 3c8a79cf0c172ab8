import { execFile } from "node:child_process";
import path from "node:path";

/** The program that sets Podium up; it stands beside the sources, whether this runs from src or from dist. */
const program = path.join(__dirname, "..", "..", "src", "setup", "cli.mjs");

/**
 * Asks the set-up program for something that it answers in JSON.
 *
 * @throws {Error} with its own words where it gives no answer
 */
export function askSetup(args: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...args], { encoding: "utf8" }, (error, answer, words) => {
      // The doctor leaves with status 1 where it found a problem, and has answered all the same.
      try {
        resolve(JSON.parse(answer));
      } catch {
        reject(new Error(`Cannot ask ${path.basename(program)} ${args[0]}: ${words || error?.message}`));
      }
    });
  });
}
