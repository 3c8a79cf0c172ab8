import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { SetupError } from "../failure.mjs";

const usage = "Usage: podium task SPEC.json [--lines] [--state FILE] [--requeue]";

/**
 * Does one task of a cluster: one fold of one seed, as its file says; the same again does nothing, and one that was
 * stopped goes on.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} args the file; `--lines`: states go to standard output as JSON; `--state FILE`: the latest goes there;
 *   `--requeue`: a task that Slurm warns (SIGUSR2) gives itself back to the queue
 * @returns {Promise<number>} exit status: 1 refused or failed, 3 stopped
 */
export async function task(places, args) {
  const at = args.indexOf("--state");
  const [, stateFile] = at < 0 ? [] : args.splice(at, 2);
  const files = args.filter((arg) => !arg.startsWith("--"));
  const unknown = args.filter((arg) => arg.startsWith("--") && !["--lines", "--requeue"].includes(arg));
  if (files.length !== 1 || unknown.length > 0 || (at >= 0 && !stateFile)) {
    throw new SetupError(`Cannot run task: one file of a task is required, got ${args.join(" ") || "none"}`, {
      mend: usage,
    });
  }
  const program = path.join(places.dist, "cluster", "task", "program.js");
  if (!existsSync(program)) {
    throw new SetupError(`Cannot run task: a finished set-up is required, got none in ${places.home}`, {
      mend: "Run npm start, or npx podium setup, there.",
    });
  }
  const { taskProgram } = createRequire(import.meta.url)(program);
  const call = {
    file: files[0],
    stateFile,
    lines: args.includes("--lines"),
    requeue: args.includes("--requeue"),
  };
  const status = await taskProgram(call);
  // Its standard input may stay open.
  process.exit(status);
}
