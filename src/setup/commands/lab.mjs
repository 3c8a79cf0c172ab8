import { existsSync } from "node:fs";
import path from "node:path";
import { foreground } from "../command.mjs";
import { jupyterVariables } from "../steps/kernelSpec.mjs";
import { competitions, makeSample, provideNotebooks } from "./start.mjs";

/**
 * JupyterLab on the notebooks, with the kernel; `--data DIR` names the data as for `npm start` (default: the sample data),
 * other arguments are passed on.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} args
 */
export async function lab(places, args) {
  provideNotebooks(places);
  const { data, rest } = labOptions(args);
  if (!data && !process.env.PODIUM_DATA) for (const name of competitions) await makeSample(places, name);
  const folder = existsSync(places.notebooks) ? places.notebooks : places.work;
  const env = jupyterVariables(places);
  if (data) env.PODIUM_DATA = data;
  if (!places.canWrite) {
    env.PODIUM_DATA ??= process.env.PODIUM_DATA ?? places.sample;
    env.PODIUM_RUN = process.env.PODIUM_RUN ?? path.join(places.runs, "notebook");
  }
  return foreground(places.python, ["-I", "-m", "jupyterlab", ...rest], { cwd: folder, env });
}

/**
 * Takes `--data DIR` out of the arguments.
 *
 * @param {string[]} args
 * @returns {{ data: string | undefined, rest: string[] }}
 */
export function labOptions(args) {
  const at = args.findIndex((arg) => arg === "--data" || arg.startsWith("--data="));
  if (at < 0) return { data: undefined, rest: args };
  const [, attached] = args[at].split(/=(.*)/s);
  const given = attached ?? args[at + 1];
  const data = given && path.resolve(process.env.INIT_CWD ?? process.cwd(), given);
  return { data, rest: args.toSpliced(at, attached === undefined ? 2 : 1) };
}
