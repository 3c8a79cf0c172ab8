import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { foreground } from "../command.mjs";
import { fingerprint, readOr, writeWhole } from "../stamp.mjs";
import { jupyterVariables } from "../steps/kernelSpec.mjs";
import { competitions, makeSample, provideNotebooks } from "./start.mjs";

/** What a notebook's cells say, without what they put out. */
export function sourcesOf(file) {
  const { cells = [] } = JSON.parse(readFileSync(file, "utf8"));
  return JSON.stringify(cells.map(({ cell_type, source }) => [cell_type, [source].flat().join("")]));
}

/**
 * Copies the notebooks to where they are run and changed; a copy that is as it was made follows the notebook, one that was
 * changed stays.
 *
 * @param {import("../places.mjs").Places} places
 */
export function provideCopies(places) {
  const { notebooks, workingCopies } = places;
  if (notebooks === workingCopies || !existsSync(notebooks)) return;
  mkdirSync(workingCopies, { recursive: true });
  const record = path.join(places.cache, "working-copies.json");
  const copied = JSON.parse(readOr(record, "{}"));
  for (const name of readdirSync(notebooks).filter((file) => file.endsWith(".ipynb"))) {
    const [from, to] = [notebooks, workingCopies].map((folder) => path.join(folder, name));
    const present = fingerprint({ texts: [sourcesOf(from)] });
    if (existsSync(to)) {
      if (copied[name] === present) continue;
      if (copied[name] !== fingerprint({ texts: [sourcesOf(to)] })) {
        process.stderr.write(
          `${path.relative(places.work, to)} was changed and stays; ${path.relative(places.work, from)} is newer\n`,
        );
        continue;
      }
    }
    copyFileSync(from, to);
    copied[name] = present;
  }
  writeWhole(record, JSON.stringify(copied));
}

/**
 * JupyterLab on working copies of the notebooks, with the kernel; `--data DIR` names the data as for `npm start` (default: the
 * sample data), other arguments are passed on. Its file browser shows the folder that holds them and the runs.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} args
 */
export async function lab(places, args) {
  provideNotebooks(places);
  const { data, rest } = labOptions(args);
  if (!data && !process.env.PODIUM_DATA) for (const name of competitions) await makeSample(places, name);
  provideCopies(places);
  const welcome = path.join(places.workingCopies, "welcome.ipynb");
  const shown = path.relative(places.work, existsSync(welcome) ? welcome : places.workingCopies);
  const env = jupyterVariables(places);
  if (data) env.PODIUM_DATA = data;
  if (!places.canWrite) {
    env.PODIUM_DATA ??= process.env.PODIUM_DATA ?? places.sample;
    env.PODIUM_RUN = process.env.PODIUM_RUN ?? path.join(places.runs, "notebook");
  }
  const own = [`--ServerApp.root_dir=${places.work}`, `--LabApp.default_url=/lab/tree/${shown}`];
  return foreground(places.python, ["-I", "-m", "jupyterlab", ...own, ...rest], { cwd: places.work, env });
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
