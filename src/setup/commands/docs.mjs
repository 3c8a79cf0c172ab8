import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { command } from "../command.mjs";
import { SetupError } from "../failure.mjs";
import { duration } from "../steps/steps.mjs";
import { sourcesOf } from "./lab.mjs";
import { competitions, executeNotebook, makeSample } from "./start.mjs";

/** The guides in the order that they are read. */
const order = [
  "welcome",
  "environment",
  "motion",
  "radar",
  "motion-third-place",
  "radar-first-place",
  "many-machines",
];

/**
 * @param {string[]} args arguments of `npm run docs`
 * @param {string} out where the site goes unless told otherwise
 * @returns {{ out: string, withNotebooks: boolean }}
 * @throws {SetupError} where one is unknown
 */
export function docsOptions(args, out) {
  const options = { out, withNotebooks: true };
  const rest = [...args];
  while (rest.length > 0) {
    const name = rest.shift();
    if (name === "--reference") options.withNotebooks = false;
    else if (name === "--out" && rest.length > 0) {
      options.out = path.resolve(process.env.INIT_CWD ?? process.cwd(), rest.shift());
    } else {
      throw new SetupError(`Cannot make the documentation: --out DIR and --reference are known, got ${name}`);
    }
  }
  return options;
}

/**
 * The newest executed copy of a notebook as it is now, without a failed cell.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string} name
 * @returns {string | undefined}
 */
export function executedCopy(places, name) {
  const sources = sourcesOf(path.join(places.notebooks, `${name}.ipynb`));
  const runs = existsSync(places.runs) ? readdirSync(places.runs) : [];
  const copies = runs
    .map((run) => path.join(places.runs, run, name, `${name}.ipynb`))
    .filter((file) => existsSync(file) && sourcesOf(file) === sources)
    .filter((file) => {
      const { cells } = JSON.parse(readFileSync(file, "utf8"));
      return cells.every(({ outputs = [] }) => outputs.every((output) => output.output_type !== "error"));
    });
  return copies.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}

/** Executed copies of all notebooks, on the sample data where one has to be executed first. */
async function executedNotebooks(places) {
  const names = readdirSync(places.notebooks).flatMap((file) => /^(.+)\.ipynb$/.exec(file)?.[1] ?? []);
  const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  names.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
  for (const name of competitions) await makeSample(places, name);
  const files = [];
  for (const name of names) {
    const copy = executedCopy(places, name);
    if (copy) {
      files.push(copy);
      continue;
    }
    const run = path.join(places.runs, "docs");
    mkdirSync(run, { recursive: true });
    const failure = await executeNotebook(places, { name, run, data: places.sample });
    if (failure) {
      throw new SetupError(
        `Cannot make the documentation: ${name}.ipynb must run, got ${failure.name}: ${failure.message}`,
        { detail: failure.traceback },
      );
    }
    files.push(path.join(run, name, `${name}.ipynb`));
  }
  return files;
}

/**
 * Makes the site: the reference of every export by TypeDoc, and the executed notebooks and their figures as its guides.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} args `--out DIR`; `--reference` leaves the notebooks out
 * @returns {Promise<number>} exit status
 */
export async function docs(places, args) {
  const from = Date.now();
  const { out, withNotebooks } = docsOptions(args, path.join(places.dist, "docs"));
  const guides = path.join(places.cache, "docs");
  rmSync(guides, { recursive: true, force: true });
  mkdirSync(guides, { recursive: true });
  const pages = [];
  if (withNotebooks) {
    const executed = await executedNotebooks(places);
    const script = path.join(import.meta.dirname, "guides.py");
    await command(places.python, ["-I", "-W", "ignore", script, guides, ...executed], {
      action: "make pages of the notebooks",
    });
    pages.push(path.join(guides, "guides.md"), path.join(guides, "gallery.md"));
  }
  const own = path.join(places.setup, "docs");
  const settings = ["--options", path.join(own, "typedoc.json"), "--tsconfig", "tsconfig.json"];
  const typedoc = path.join(places.modules, "typedoc", "bin", "typedoc");
  const documents = pages.flatMap((page) => ["--projectDocuments", page]);
  const args_ = [
    "--import",
    path.join(own, "compiler.mjs"),
    typedoc,
    ...settings,
    ...documents,
    "--out",
    out,
  ];
  await command(process.execPath, args_, { cwd: places.packageRoot, action: "make the documentation" });
  const index = path.relative(process.cwd(), path.join(out, "index.html"));
  process.stderr.write(`✓ documentation (${duration(Date.now() - from)})\n`);
  console.log(`Open ${index} in a browser; it needs no network.`);
  return 0;
}
