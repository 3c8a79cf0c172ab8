import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { command } from "../command.mjs";
import { SetupError } from "../failure.mjs";
import { sitePackages } from "../places.mjs";
import { findPython } from "../requirements.mjs";
import { fingerprint, readOr, workMark } from "../stamp.mjs";

/**
 * Removes the traces of installations that were stopped half-way: pip takes a package that has its metadata for
 * installed, though its files may be missing. The last thing that pip writes is the list of files, with INSTALLER in it.
 *
 * @param {string} folder the environment's packages
 * @returns {string[]} what was removed
 */
export function removeHalfInstalled(folder) {
  if (!existsSync(folder)) return [];
  const halves = readdirSync(folder)
    .filter((name) => name.endsWith(".dist-info"))
    .filter((name) => !readOr(path.join(folder, name, "RECORD")).includes(`${name}/INSTALLER`));
  for (const name of halves) rmSync(path.join(folder, name), { recursive: true, force: true });
  return halves;
}

/**
 * Installs Python packages. A folder of wheels that is set (`PIP_FIND_LINKS`) is tried alone first, and an index that
 * does not answer is asked only twice.
 *
 * @param {string} environment the environment's folder
 * @param {string[]} args pip's arguments
 * @param {{ action: string, note?: (line: string) => void, track?: (pid: number) => void }} options
 */
export async function pipInstall(environment, args, { action, note, track }) {
  const python = path.join(environment, "bin", "python");
  const patience = process.env.PIP_RETRIES ? [] : ["--retries", "1"];
  if (!process.env.PIP_DEFAULT_TIMEOUT) patience.push("--timeout", "20");
  const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"];
  const options = { action, onLine: note, onStart: track };
  removeHalfInstalled(sitePackages(environment) ?? "");
  if (process.env.PIP_FIND_LINKS) {
    try {
      await command(python, [...pip, "--no-index", ...args], options);
      return;
    } catch (error) {
      // A folder without one of them is no failure yet: the index may have it.
      if (error.exitCode === 130 || /disk is full/.test(error.message)) throw error;
    }
  }
  await command(python, [...pip, ...patience, ...args], options);
}

/**
 * The Python environment with JupyterLab and nbconvert, at the versions of constraints.txt.
 *
 * @param {import("../places.mjs").Places} places
 * @param {{ track: (pid: number) => void }} lock
 * @returns {import("./steps.mjs").Step}
 */
export function environmentStep(places, lock) {
  const constraints = path.join(places.setup, "constraints.txt");
  const mark = workMark(
    path.join(places.marks, "environment-begun"),
    path.join(places.environment, ".podium-jupyter"),
  );
  const creation = workMark(
    path.join(places.marks, "venv-begun"),
    path.join(places.environment, ".podium-environment"),
  );
  const print = () => fingerprint({ files: [constraints] });
  async function hasPip() {
    try {
      return existsSync(places.python) && Boolean(await command(places.python, ["-m", "pip", "--version"]));
    } catch {
      return false;
    }
  }
  return {
    name: "Python environment",
    needed: () =>
      !(mark.isDone(print()) && !creation.wasStopped && existsSync(places.python)) &&
      "JupyterLab and nbconvert",
    async run({ note }) {
      mark.begin();
      if (creation.wasStopped || !(await hasPip())) {
        const { program } = findPython();
        creation.begin();
        const action = "make the Python environment";
        await command(program, ["-m", "venv", "--clear", places.environment], {
          action,
          onStart: lock.track,
        });
        if (!(await hasPip())) {
          throw new SetupError(
            `Cannot make the Python environment: pip is required in ${places.environment}, got none`,
            {
              mend: "Install Python's venv module (Debian, Ubuntu: sudo apt install python3-venv).",
            },
          );
        }
        creation.finish("");
      }
      await pipInstall(places.environment, ["-c", constraints, "jupyterlab", "nbconvert", "nbclient"], {
        action: "install JupyterLab",
        note,
        track: lock.track,
      });
      mark.finish(print());
    },
  };
}
