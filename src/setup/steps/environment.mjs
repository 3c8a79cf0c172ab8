import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bundleOf } from "../bundle.mjs";
import { command } from "../command.mjs";
import { SetupError } from "../failure.mjs";
import { environmentMark, sitePackages } from "../places.mjs";
import { ask, findPython } from "../requirements.mjs";
import { fingerprint, readOr, workMark, writeWhole } from "../stamp.mjs";
import { pipSettings } from "./pipSettings.mjs";

/** The pins of the packages in `pins`, by the name of their file. */
export function pinsOf(name) {
  return path.join(import.meta.dirname, "..", "pins", `${name}.txt`);
}

/**
 * Removes the traces of installations that were stopped half-way: pip takes a package that has its metadata for
 * installed, though its files may be missing. The last thing that pip writes is the list of files, with INSTALLER in it.
 * What it removes it first calls by a name that begins with ~.
 *
 * @param {string} folder the environment's packages
 * @returns {string[]} what was removed
 */
export function removeHalfInstalled(folder) {
  if (!existsSync(folder)) return [];
  const isWhole = (name) => readOr(path.join(folder, name, "RECORD")).includes(`${name}/INSTALLER`);
  const halves = readdirSync(folder).filter(
    (name) => name.startsWith("~") || (name.endsWith(".dist-info") && !isWhole(name)),
  );
  for (const name of halves) rmSync(path.join(folder, name), { recursive: true, force: true });
  return halves;
}

/**
 * Runs an environment's pip, whatever else than the places of packages the person's settings ask of it. A folder of
 * wheels that is set (`PIP_FIND_LINKS`) is tried alone first, and an index that does not answer is asked only twice.
 *
 * @param {string} environment the environment's folder
 * @param {string[]} args pip's arguments, after its command "install" or "download"
 * @param {{ action: string, wheels?: string, note?: (line: string) => void, track?: (pid: number) => void }} options
 *   `wheels`: a folder that has all of them; nothing else is asked
 */
export async function runPip(environment, [verb, ...args], { action, wheels, note, track }) {
  const python = path.join(environment, "bin", "python");
  const env = pipSettings(await command(python, ["-I", "-m", "pip", "config", "list"], { action }));
  const patience = env.PIP_RETRIES ? [] : ["--retries", "1"];
  if (!env.PIP_DEFAULT_TIMEOUT && !env.PIP_TIMEOUT) patience.push("--timeout", "20");
  const program = [
    "-I",
    "-m",
    "pip",
    verb,
    "--disable-pip-version-check",
    "--no-input",
    "--progress-bar",
    "off",
  ];
  // In the system's own, what a killed pip had unpacked would stay for ever.
  const temporary = path.join(environment, ".podium-temporary");
  const options = { action, env: { ...env, TMPDIR: temporary }, onLine: note, onStart: track };
  removeHalfInstalled(sitePackages(environment) ?? "");
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary);
  try {
    if (wheels) {
      options.env.PIP_FIND_LINKS = undefined;
      await command(python, [...program, "--no-index", "--find-links", wheels, ...args], options);
      return;
    }
    if (env.PIP_FIND_LINKS) {
      try {
        await command(python, [...program, "--no-index", ...args], options);
        return;
      } catch (error) {
        // A folder without one of them is no failure yet: the index may have it.
        if (error.exitCode === 130 || /disk is full/.test(error.message)) throw error;
      }
    }
    await command(python, [...program, ...patience, ...args], options);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Installs Python packages into an environment.
 *
 * @param {string} environment
 * @param {string[]} args pip's arguments
 * @param {Parameters<typeof runPip>[2]} options
 */
export function pipInstall(environment, args, options) {
  return runPip(environment, ["install", ...args], options);
}

/** What set-up and its programs import. */
const modules = ["pip", "jupyterlab", "nbconvert", "nbclient", "nbformat", "ipykernel"];

/**
 * What a Python is and has, as it says itself.
 *
 * @param {string} program
 * @returns {{ version: string, base: string, missing: string[] } | undefined} nothing where it does not run; `base`:
 *   where it is installed, for an environment's the one that it was made with; `missing`: modules that it does not find
 */
export function probePython(program) {
  const question = `import importlib.util, json, sys
missing = [name for name in ${JSON.stringify(modules)} if not importlib.util.find_spec(name)]
print(json.dumps({"version": sys.version.split()[0], "base": sys.base_prefix, "missing": missing}))`;
  const answer = ask(program, ["-I", "-c", question]);
  return answer && JSON.parse(answer);
}

/**
 * Why an environment cannot be used as it is, whatever its marks say.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} [required] modules that it has to have (default: all that are used)
 * @returns {string | undefined}
 */
export function brokenEnvironment({ environment, python }, required = modules) {
  const name = path.basename(environment);
  const own = probePython(python);
  if (!own) return `the Python of ${name} does not run`;
  const asked = process.env.PODIUM_PYTHON;
  const wanted = asked && probePython(asked);
  if (asked && (wanted?.version !== own.version || wanted.base !== own.base)) {
    const other = wanted ? `Python ${wanted.version} in ${wanted.base}` : asked;
    return `PODIUM_PYTHON asks for ${other}, ${name} has ${own.version} in ${own.base}`;
  }
  const missing = own.missing.filter((module) => required.includes(module));
  return missing.length > 0
    ? `Python ${own.version} of ${name} does not find ${missing.join(", ")}`
    : undefined;
}

/** The name of a package in the form that all of its spellings have. */
const plainName = (name) => name.toLowerCase().replaceAll(/[-.]/g, "_");

/** Name and version of what is installed in an environment. */
function installed(environment) {
  const folder = sitePackages(environment);
  const entries = folder && existsSync(folder) ? readdirSync(folder) : [];
  const found = entries.map((entry) => /^(.+)-([^-]+)\.dist-info$/.exec(entry));
  return found.flatMap((match) => (match ? [[plainName(match[1]), match[2]]] : []));
}

/** The installed packages of an environment, by name. */
export function installedPackages(environment) {
  return installed(environment).map(([name]) => name);
}

/** The versions of an environment's packages, by name as an index has it: with hyphens. */
export function installedVersions(environment) {
  return new Map(installed(environment).map(([name, version]) => [name.replaceAll("_", "-"), version]));
}

/** Makes the scripts of an environment that was moved point to where it is. */
function followMove({ environment, python }, before) {
  const bin = path.join(environment, "bin");
  const scripts = readdirSync(bin, { withFileTypes: true }).filter((entry) => entry.isFile());
  // The first line of a script takes no space in a path, so that the shell starts Python, as pip itself writes it.
  const start = `#!/bin/sh\n'''exec' "${python}" "$0" "$@"\n' '''\n`;
  for (const file of ["pyvenv.cfg", ...scripts.map(({ name }) => path.join("bin", name))]) {
    const text = readFileSync(path.join(environment, file), "latin1");
    if (!text.includes(before)) continue;
    const started = text.replace(/^#!.*\/python[\d.]*\n/, () => start);
    writeFileSync(
      path.join(environment, file),
      started.replaceAll(before, () => environment),
      "latin1",
    );
  }
}

/**
 * The Python environment with JupyterLab and nbconvert, at the versions of the pins. What is found broken is made anew.
 *
 * @param {import("../places.mjs").Places} places
 * @param {{ track: (pid: number) => void }} lock
 * @returns {import("./steps.mjs").Step}
 */
export function environmentStep(places, lock) {
  const { environment, python } = places;
  const pins = pinsOf("jupyter");
  const mark = workMark(
    path.join(places.marks, "environment-begun"),
    path.join(environment, ".podium-jupyter"),
  );
  const begun = path.join(places.marks, "venv-begun");
  const owner = path.join(environment, environmentMark);
  const print = () => fingerprint({ files: [pins] });
  const placeBefore = () => readOr(owner) || environment;

  /** Why it has to be made, or made anew. */
  function unmade() {
    if (!existsSync(owner)) {
      const isSpare = path.basename(environment) !== ".venv";
      return `JupyterLab and nbconvert${isSpare ? `, in ${environment} (.venv is your own)` : ""}`;
    }
    if (existsSync(begun)) return "its making was stopped";
    return brokenEnvironment(places, mark.isDone(print()) ? modules : ["pip"]);
  }

  async function make() {
    const { program, version } = findPython(bundleOf(places)?.python);
    writeWhole(begun, "");
    // The mark goes first and stays: a folder without it is a person's own.
    mkdirSync(environment, { recursive: true });
    writeFileSync(owner, environment);
    for (const name of readdirSync(environment)) {
      if (name !== environmentMark) rmSync(path.join(environment, name), { recursive: true, force: true });
    }
    const action = "make the Python environment";
    await command(program, ["-I", "-m", "venv", environment], { action, onStart: lock.track });
    if (probePython(python)?.missing.includes("pip") !== false) {
      throw new SetupError(
        `Cannot ${action}: pip is required in ${environment}, got Python ${version} without it`,
        { mend: "Install Python's venv module (Debian, Ubuntu: sudo apt install python3-venv)." },
      );
    }
    rmSync(begun, { force: true });
  }

  return {
    name: "Python environment",
    needed() {
      const why = unmade();
      if (why) return why;
      if (placeBefore() !== environment) return `moved from ${placeBefore()}`;
      const present = installedPackages(environment);
      const missing = mark.made.filter((name) => !present.includes(name));
      if (missing.length > 0) return `lacks ${missing.join(", ")}`;
      return !mark.isDone(print()) && "JupyterLab and nbconvert";
    },
    async run({ note }) {
      const before = placeBefore();
      if (unmade()) await make();
      else if (before !== environment) {
        followMove(places, before);
        writeWhole(owner, environment);
      }
      mark.begin();
      await pipInstall(environment, ["--require-hashes", "--only-binary", ":all:", "-r", pins], {
        action: "install JupyterLab",
        wheels: bundleOf(places)?.wheels,
        note,
        track: lock.track,
      });
      const broken = brokenEnvironment(places);
      if (broken) throw new SetupError(`Cannot make the Python environment: ${broken}`);
      const pinned = readFileSync(pins, "utf8")
        .split("\n")
        .map((line) => plainName(line.split("==")[0]));
      mark.finish(
        print(),
        installedPackages(environment).filter((name) => pinned.includes(name)),
      );
    },
  };
}
