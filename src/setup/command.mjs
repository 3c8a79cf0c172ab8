import { spawn } from "node:child_process";
import { explain, SetupError } from "./failure.mjs";

/** How many of a program's last lines are kept for a failure's report. */
const keptLines = 40;

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd] folder to run in (default: the present one)
 * @property {NodeJS.ProcessEnv} [env] variables beside the present ones
 * @property {(line: string) => void} [onLine] gets every line of its output
 * @property {(pid: number) => void} [onStart] gets its process number
 * @property {string} [action] what it is run for, for the error: "install the npm packages"
 */

/**
 * Runs a program to its end and gives its standard output.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<string>}
 * @throws {SetupError} where it cannot be started or leaves with a status other than 0
 */
export function command(program, args, options = {}) {
  const { cwd, env, onLine, onStart, action = `run ${program}` } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    /** @type {string[]} */
    const lines = [];
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        if (stream === child.stdout) output += text;
        const parts = (rest + text).split(/\r?\n|\r/);
        rest = parts.pop() ?? "";
        for (const line of parts) keep(line);
      });
      stream.on("end", () => rest && keep(rest));
    }
    function keep(line) {
      lines.push(line);
      if (lines.length > 4 * keptLines) lines.splice(0, 2 * keptLines);
      onLine?.(line);
    }
    child.on("spawn", () => onStart?.(child.pid));
    child.on("error", (error) => {
      const cause = error.code === "ENOENT" ? "it is not installed or not on the PATH" : error.message;
      reject(new SetupError(`Cannot ${action}: ${program} does not start, ${cause}`));
    });
    child.on("close", (status, signal) => {
      if (status === 0) return resolve(output);
      const said = lines.join("\n");
      const known = explain(said);
      const cause = known?.cause ?? `${program} ended with ${signal ?? `status ${status}`}`;
      reject(
        new SetupError(`Cannot ${action}: ${cause}`, {
          mend: known?.mend,
          detail: lines.slice(-keptLines).join("\n").trim(),
          exitCode: signal === "SIGINT" ? 130 : 1,
        }),
      );
    });
  });
}

/**
 * Runs a program that the person sees and talks to, and gives its exit status.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function foreground(program, args, { cwd, env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: "inherit" });
    // The terminal sends an interrupt to the child as well: it decides when to end.
    const ignore = () => {};
    process.on("SIGINT", ignore);
    child.on("error", (error) => reject(new SetupError(`Cannot run ${program}: ${error.message}`)));
    child.on("close", (status, signal) => {
      process.off("SIGINT", ignore);
      resolve(status ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}
