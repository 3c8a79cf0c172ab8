import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Where everything is. In a clone, all of it is in the clone; where Podium is a package in another folder's
 * node_modules, what set-up makes goes into that folder.
 *
 * @typedef {ReturnType<typeof placesOf>} Places
 */

/** Podium's own folder: the clone, or the installed package. */
export const ownFolder = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The file by which a Python environment is known as Podium's; it holds the folder that it was made in. */
export const environmentMark = ".podium-environment";

/** The environment's folder; where the person has one of their own there, another that leaves it alone. */
function environmentIn(home) {
  const usual = path.join(home, ".venv");
  const other = path.join(home, ".venv-podium");
  if (existsSync(other)) return other;
  const isFree = !existsSync(usual) || readdirSync(usual).length === 0;
  return isFree || existsSync(path.join(usual, environmentMark)) ? usual : other;
}

/** Whether files can be made in a folder. */
function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} [root] Podium's own folder */
export function placesOf(root = ownFolder) {
  const packageRoot = existsSync(root) ? realpathSync(root) : path.resolve(root);
  // The first one: some package managers put packages into node_modules within node_modules.
  const above = packageRoot.indexOf(`${path.sep}node_modules${path.sep}`);
  const isClone = above < 0;
  const home = isClone ? packageRoot : packageRoot.slice(0, above);
  const environment = environmentIn(home);
  const cache = path.join(home, ".cache");
  const canWrite = isWritable(home);
  const work = canWrite ? home : path.join(os.homedir(), "podium");
  return {
    /** Podium's own package. */
    packageRoot,
    /** The folder that holds Podium: set-up works here. */
    home,
    /** Whether this user may change it. */
    canWrite,
    /** The folder that the person works in: another where Podium's may not be written. */
    work,
    /** Whether Podium is a clone, with sources and tests, and not an installed package. */
    isClone,
    setup: path.join(packageRoot, "src", "setup"),
    dist: path.join(packageRoot, "dist"),
    notebooks: path.join(work, "notebooks"),
    /** Copies of the notebooks to change: in a clone, outputs in the notebooks themselves would be changes to commit. */
    workingCopies: path.join(work, isClone && canWrite ? "lab" : "notebooks"),
    modules: path.join(home, "node_modules"),
    environment,
    python: path.join(environment, "bin", "python"),
    kernel: path.join(environment, "share", "jupyter", "kernels", "podium"),
    cache,
    lock: path.join(cache, "setup.lock"),
    marks: path.join(cache, "setup"),
    runs: path.join(work, "runs"),
    sample: path.join(work, ".cache", "sample"),
    benchEnvironment: path.join(home, ".venv-bench"),
  };
}

/**
 * A package's folder, found as Podium's own modules find it.
 *
 * @param {Places} places
 * @param {string} name
 * @returns {string | undefined}
 */
export function packageFolder(places, name) {
  const lookups = createRequire(path.join(places.packageRoot, "package.json")).resolve.paths(name) ?? [];
  const folder = lookups.map((lookup) => path.join(lookup, name)).find((found) => existsSync(found));
  return folder && realpathSync(folder);
}

/** @param {string} folder a package's folder */
export function versionOf(folder) {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")).version;
}

/**
 * The folder of the Python environment's packages.
 *
 * @param {string} environment
 * @returns {string | undefined}
 */
export function sitePackages(environment) {
  const library = path.join(environment, "lib");
  if (!existsSync(library)) return undefined;
  const python = readdirSync(library).find((name) => /^python3\.\d+$/.test(name));
  return python && path.join(library, python, "site-packages");
}
