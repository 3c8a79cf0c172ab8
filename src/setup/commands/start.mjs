import { spawn } from "node:child_process";
import { cpSync, existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { command } from "../command.mjs";
import { explain, SetupError } from "../failure.mjs";
import { takeLock } from "../lock.mjs";
import { jupyterVariables } from "../steps/kernelSpec.mjs";
import { duration } from "../steps/steps.mjs";
import { findWsl, windowsDrive } from "../wsl.mjs";
import { makeRunFolder } from "./runFolder.mjs";
import { flattenScores, textTable } from "./table.mjs";

/** The competitions that have a notebook. */
export const competitions = ["motion", "radar"];

/**
 * @param {string[]} args arguments of `npm start`
 * @returns {{ data: string | undefined, only: string | undefined }}
 * @throws {SetupError} where one is unknown or lacks its value
 */
export function startOptions(args) {
  const options = { data: undefined, only: undefined };
  for (let index = 0; index < args.length; index++) {
    const [name, attached] = args[index].split(/=(.*)/s);
    const key = name.slice(2);
    if (!name.startsWith("--") || !(key in options)) {
      throw new SetupError(
        `Cannot start: --data DIR and --only ${competitions.join("|")} are known, got ${name}`,
      );
    }
    const value = attached ?? args[++index];
    if (!value) throw new SetupError(`Cannot start: ${name} needs a value, got none`);
    options[key] = value;
  }
  if (options.only && !competitions.includes(options.only)) {
    throw new SetupError(`Cannot start: --only takes ${competitions.join(" or ")}, got ${options.only}`);
  }
  if (options.data) options.data = path.resolve(process.env.INIT_CWD ?? process.cwd(), options.data);
  return options;
}

/**
 * Which competitions to run on a data folder.
 *
 * @param {string} data folder that holds `motion/`, `radar/` or both
 * @param {string} [only] just this one
 * @throws {SetupError} where there is none
 */
export function competitionsIn(data, only) {
  const wanted = only ? [only] : competitions;
  const found = wanted.filter((name) => existsSync(path.join(data, name)));
  if (found.length > 0) return found;
  throw new SetupError(
    `Cannot start: a folder with ${wanted.map((name) => `${name}/`).join(" or ")} is required, got ${data}`,
    { mend: "Give --data the folder above the competition's own: DIR/motion/…, DIR/radar/…" },
  );
}

/**
 * Writes the sample data that is missing, by the library itself.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string} name of the competition
 */
export async function makeSample(places, name) {
  const folder = path.join(places.sample, name);
  if (existsSync(folder)) return;
  const lock = await takeLock(path.join(places.sample, `${name}.lock`), {
    onWait: (pid) => process.stderr.write(`Waiting for the sample data of another start (process ${pid}).\n`),
  });
  const partial = `${folder}.part`;
  try {
    if (existsSync(folder)) return;
    const from = Date.now();
    process.stderr.write(`… sample data: ${name}\n`);
    // A start that was killed may have left a part.
    rmSync(partial, { recursive: true, force: true });
    const script = `Promise.resolve(require(process.argv[1])[process.argv[2]].writeSample(process.argv[3])).catch((error) => {
      console.error(error);
      process.exit(1);
    })`;
    await command(process.execPath, ["-e", script, places.dist, name, partial], {
      action: `make the sample data of ${name}`,
      onStart: lock.track,
    });
    renameSync(partial, folder);
    process.stderr.write(`✓ sample data: ${name} (${duration(Date.now() - from)})\n`);
  } finally {
    rmSync(partial, { recursive: true, force: true });
    lock.release();
  }
}

/**
 * Runs one notebook headless, with a line a cell, and writes it and its report.
 *
 * @param {import("../places.mjs").Places} places
 * @param {{ name: string, run: string, data: string, notebook?: string, env?: NodeJS.ProcessEnv }} options `notebook`:
 *   the file (default: the one of that name among Podium's); `env`: in place of the run's folder for its results
 * @returns {Promise<object | undefined>} what failed: `number` of the cell, its `text`, the error's `name` and `message`
 */
export function executeNotebook(places, { name, run, data, notebook, env = { PODIUM_RUN: run } }) {
  const file = notebook ?? path.join(places.notebooks, `${name}.ipynb`);
  const folder = path.join(run, name);
  const live = process.stderr.isTTY === true;
  const from = Date.now();
  const show = (text) =>
    process.stderr.write(live ? `\r\x1b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}` : `${text}\n`);
  show(`… ${name}: starting the kernel`);
  return new Promise((resolve, reject) => {
    const script = path.join(import.meta.dirname, "execute.py");
    const args = ["-I", "-W", "ignore", script, file, folder, `${name}.ipynb`, "report.html"];
    const child = spawn(places.python, args, {
      cwd: places.work,
      env: { ...process.env, ...jupyterVariables(places), PODIUM_DATA: data, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let failure;
    let rest = "";
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const event = JSON.parse(line);
        if (event.event === "cell") show(`… ${name} ${event.number}/${event.of}: ${event.text}`);
        if (event.event === "failed") failure = event;
      }
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said = (said + text).slice(-8000);
    });
    child.on("error", reject);
    child.on("close", (status, signal) => {
      if (live) process.stderr.write("\r\x1b[K");
      process.stderr.write(`${status === 0 ? "✓" : "✗"} ${name} (${duration(Date.now() - from)})\n`);
      if (status !== 0 && !failure) {
        const known = explain(said);
        const message = known
          ? `${known.cause}. ${known.mend}`
          : `the notebook's runner ended with ${signal ?? `status ${status}`}`;
        failure = { number: 0, text: "", name: "Error", message, traceback: known ? "" : said };
      }
      resolve(failure);
    });
  });
}

/** Copies the notebooks to where the person can change them, where that is not Podium's own folder. */
export function provideNotebooks(places) {
  if (existsSync(places.notebooks)) return;
  const partial = `${places.notebooks}.${process.pid}.part`;
  cpSync(path.join(places.packageRoot, "notebooks"), partial, { recursive: true });
  try {
    renameSync(partial, places.notebooks);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    // Another start was faster.
    if (!existsSync(places.notebooks)) throw error;
  }
}

function printResults(places, run, names) {
  const shown = (file) => path.relative(places.work, file);
  const rows = names.flatMap((name) => {
    const file = path.join(run, name, "scores.json");
    if (!existsSync(file)) return [];
    return flattenScores(JSON.parse(readFileSync(file, "utf8"))).map((score) => [name, ...score]);
  });
  if (rows.length > 0) console.log(`\n${textTable(["competition", "score", "value"], rows)}\n`);
  for (const name of names) {
    for (const result of ["report.html", "submission.csv"]) {
      const file = path.join(run, name, result);
      if (existsSync(file)) console.log(`${`${name} ${path.parse(result).name}`.padEnd(18)} ${shown(file)}`);
    }
  }
}

/** Says what to do after a run. */
function sayNext({ isClone }, { isSample }) {
  const run = (name, rest = "") =>
    isClone ? `npm run ${name}${rest && ` -- ${rest}`}` : `npx podium ${name} ${rest}`;
  const start = isClone ? "npm start -- --data DIR" : "npx podium start --data DIR";
  const next = [
    ["Look", "open a report above in a browser: scores, curves and forecasts, and the run before"],
    ["Change", `${run("lab").trim()} opens the notebooks (and these results) in JupyterLab`],
    isSample
      ? ["Your files", `${start}, with DIR/motion and DIR/radar as the competitions lay them out`]
      : ["Submit", "upload the submission.csv above; it is checked"],
    ["Compare", `npx podium runs ranks every run`],
  ];
  console.log(`\n${next.map(([what, how]) => `${what.padEnd(12)}${how}`).join("\n")}`);
}

/**
 * The main job: executes the notebooks on the data and prints scores and where the results are.
 *
 * @param {import("../places.mjs").Places} places
 * @param {{ data?: string, only?: string }} options
 * @returns {Promise<number>} the exit status
 */
export async function runNotebooks(places, { data, only }) {
  let names = only ? [only] : competitions;
  if (data) {
    names = competitionsIn(data, only);
    const drive = findWsl() && windowsDrive(data);
    if (drive)
      process.stderr.write(`Reading from the Windows drive ${drive} is slow: copy the data into WSL.\n`);
  }
  provideNotebooks(places);
  const missing = names.filter((name) => !existsSync(path.join(places.notebooks, `${name}.ipynb`)));
  if (missing.length > 0) {
    throw new SetupError(
      `Cannot start: ${missing.join(" and ")}.ipynb required in ${places.notebooks}, got none`,
    );
  }
  if (!data) for (const name of names) await makeSample(places, name);
  const run = makeRunFolder(places.runs);
  const jobs = existsSync(path.join(places.notebooks, "environment.ipynb"))
    ? ["environment", ...names]
    : names;
  const failures = [];
  for (const name of jobs) {
    const failure = await executeNotebook(places, { name, run, data: data ?? places.sample });
    if (!failure) continue;
    failures.push(failure);
    const at = failure.number > 0 ? `, cell ${failure.number} (${failure.text})` : "";
    process.stderr.write(`${name}.ipynb${at}: ${failure.name}: ${failure.message}\n${failure.traceback}\n`);
  }
  printResults(places, run, names);
  console.log(`${"all of this run".padEnd(18)} ${path.relative(places.work, run)}`);
  if (failures.length === 0) sayNext(places, { isSample: !data });
  return failures.length > 0 ? 1 : 0;
}
