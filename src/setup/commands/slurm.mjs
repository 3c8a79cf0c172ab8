import { existsSync } from "node:fs";
import path from "node:path";
import { SetupError } from "../failure.mjs";
import { makeRunFolder } from "./runFolder.mjs";
import { executeNotebook } from "./start.mjs";

/** The options of `cluster.slurm` that are numbers. */
const numbers = new Set(["gpus", "cpus", "memory", "warning", "atOnce", "interval"]);
const texts = new Set(["partition", "account", "time"]);
const usage =
  "Usage: podium slurm NOTEBOOK [--partition P] [--account A] [--gpus N] [--cpus N] [--memory GIB] [--time 4:00:00] [--at-once N] [--warning S] [--interval S] [-- OPTIONS OF SBATCH]";

/**
 * Reads the command line into options of `cluster.slurm`.
 *
 * @param {string[]} args
 * @returns {{ notebook: string, options: Record<string, unknown> }}
 */
export function slurmOptions(args) {
  const end = args.indexOf("--");
  const flags = end < 0 ? [] : args.slice(end + 1);
  const own = end < 0 ? args : args.slice(0, end);
  const options = flags.length > 0 ? { flags } : {};
  const files = [];
  for (let i = 0; i < own.length; i++) {
    const [, dashed, attached] = /^--([a-z-]+)(?:=(.*))?$/.exec(own[i]) ?? [];
    if (dashed === undefined) {
      files.push(own[i]);
      continue;
    }
    const name = dashed.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
    const value = attached ?? own[++i];
    const isNumber = numbers.has(name);
    if (value === undefined || !(isNumber || texts.has(name)) || (isNumber && Number.isNaN(Number(value)))) {
      throw new SetupError(`Cannot run slurm: ${usage.slice(7)} is required, got ${own.join(" ")}`);
    }
    options[name] = isNumber ? Number(value) : value;
  }
  if (files.length !== 1 || !existsSync(files[0])) {
    throw new SetupError(`Cannot run slurm: one notebook is required, got ${files.join(" ") || "none"}`, {
      mend: usage,
    });
  }
  return { notebook: path.resolve(files[0]), options };
}

/**
 * Runs a notebook from a login node, without a browser: its cross-validations `on: cluster.slurm()` go to Slurm with
 * the options of the command line. Started again, it goes on with what is finished and what Slurm still has.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} args
 * @returns {Promise<number>} exit status
 */
export async function slurm(places, args) {
  const { notebook, options } = slurmOptions(args);
  const name = path.basename(notebook, ".ipynb");
  const run = makeRunFolder(places.runs);
  const env = { PODIUM_SLURM: JSON.stringify(options) };
  const data = process.env.PODIUM_DATA ?? places.sample;
  // Not the new folder: what an earlier start has finished is in the notebook's own.
  const failure = await executeNotebook(places, { name, run, data, notebook, env });
  if (failure) {
    const { number, text, message, traceback } = failure;
    process.stderr.write(
      `${name}.ipynb, cell ${number} (${text}): ${failure.name}: ${message}\n${traceback}\n`,
    );
  }
  console.log(path.join(path.relative(process.cwd(), run), name, "report.html"));
  return failure ? 1 : 0;
}
