import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { command } from "../command.mjs";
import { SetupError } from "../failure.mjs";
import { takeLock } from "../lock.mjs";
import { findGpu, findPython } from "../requirements.mjs";
import { filesBelow, readOr, writeWhole } from "../stamp.mjs";
import { pinsOf, pipInstall } from "../steps/environment.mjs";
import { hugePages } from "../steps/kernelSpec.mjs";
import { shortNumber, textTable } from "./table.mjs";

/**
 * The suites by name.
 *
 * @param {string} root folder above `tests`
 * @returns {Map<string, string>} name to file
 */
export function benchSuites(root) {
  const files = filesBelow(path.join(root, "tests", "bench"), (name) => /^[^\\/.]+\.ts$/.test(name));
  return new Map(files.map((file) => [path.basename(file, ".ts"), file]));
}

/**
 * @param {string[]} args arguments of `npm run bench`
 * @param {Map<string, string>} suites
 * @returns {{ json: boolean, chosen: string[] }} the suites asked for, or all
 * @throws {SetupError} where one is unknown
 */
export function benchOptions(args, suites) {
  const json = args.includes("--json");
  const names = args.filter((arg) => arg !== "--json");
  const unknown = names.filter((name) => !suites.has(name));
  if (unknown.length > 0) {
    const known = [...suites.keys()].join(", ");
    throw new SetupError(`Cannot run bench: a suite of ${known} is required, got ${unknown.join(", ")}`);
  }
  return { json, chosen: names.length > 0 ? names : [...suites.keys()] };
}

/** Runs a suite in a process of its own; gives its peers, or its rows as they come. */
function runSuite(places, file, { python = "", onRow = () => {} }) {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(import.meta.dirname, "benchSuite.mjs"), [file, python ? "run" : "peers"], {
      cwd: places.packageRoot,
      execArgv: ["--expose-gc", "--import", import.meta.resolve("tsx")],
      // The kernel's own setting, so that what is measured is what a notebook does; NumPy has it of its own accord.
      env: { GLIBC_TUNABLES: hugePages, ...process.env, PODIUM_BENCH_PYTHON: python },
      // What a suite or TensorFlow prints must not get between the rows.
      stdio: ["ignore", 2, 2, "ipc"],
    });
    let peers;
    child.on("message", (message) => {
      if (message.peers) peers = message.peers;
      if (message.row) onRow(message.row);
    });
    child.on("error", reject);
    child.on("close", (status, signal) => {
      if (status === 0) return resolve(peers ?? []);
      const name = path.basename(file, ".ts");
      reject(new SetupError(`Cannot run bench ${name}: it ended with ${signal ?? `status ${status}`}`));
    });
  });
}

/**
 * A Python that has the packages a suite is measured against, made on first use (`PODIUM_BENCH_PYTHON` names another instead).
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} peers packages by name
 */
async function benchPython(places, peers) {
  const environment = places.benchEnvironment;
  const python = path.join(environment, "bin", "python");
  const file = path.join(environment, ".podium-peers");
  const lock = await takeLock(path.join(places.cache, "bench.lock"));
  const note = (line) => process.stderr.write(`${line}\n`);
  try {
    if (!existsSync(file)) {
      const { program } = findPython();
      await command(program, ["-m", "venv", "--clear", environment], {
        action: "make the peers' Python environment",
        onStart: lock.track,
      });
      writeWhole(file, "");
    }
    const present = readOr(file).split("\n");
    const missing = peers.filter((peer) => !present.includes(peer));
    if (missing.length > 0) {
      note(`… Python packages to measure against: ${missing.join(", ")}`);
      const gpu = findGpu().present;
      const packages = missing.map((peer) => {
        if (peer === "tensorflow" || peer === "tensorflow-cpu")
          return gpu ? "tensorflow[and-cuda]" : "tensorflow-cpu";
        return peer;
      });
      await pipInstall(environment, ["-c", pinsOf("bench"), ...packages], {
        action: "install the packages to measure against",
        track: lock.track,
      });
      writeWhole(file, [...present, ...missing].filter(Boolean).join("\n"));
    }
    return python;
  } finally {
    lock.release();
  }
}

function printRows(suite, rows) {
  const cells = rows.map(({ name, unit, ours, peer, peerName, ratio }) => [
    suite,
    name,
    `${shortNumber(ours)} ${unit}`,
    `${shortNumber(peer)} ${unit}`,
    peerName,
    `${ratio.toFixed(2)} ×`,
  ]);
  console.log(`${textTable(["suite", "name", "ours", "peer", "peer's name", "ratio"], cells)}\n`);
}

/**
 * Measures the suites and prints a table each, or one object a line with `--json`; a ratio above 1 is in our favour.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} args suites and `--json`
 * @returns {Promise<number>} 1 where a suite failed
 */
export async function bench(places, args) {
  const suites = benchSuites(places.packageRoot);
  const { json, chosen } = benchOptions(args, suites);
  let status = 0;
  for (const suite of chosen) {
    const file = suites.get(suite);
    const rows = [];
    try {
      const peers = await runSuite(places, file, {});
      const own = process.env.PODIUM_BENCH_PYTHON;
      const python = own || (peers.length > 0 ? await benchPython(places, peers) : "none");
      const onRow = ({ name, unit, ours, peer, peerName, ratio }) => {
        const row = { suite, name, unit, ours, peer, peerName, ratio };
        rows.push(row);
        if (json) console.log(JSON.stringify(row));
      };
      await runSuite(places, file, { python, onRow });
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      process.stderr.write(`${[error.detail, error.message, error.mend].filter(Boolean).join("\n")}\n`);
      status = 1;
    }
    if (!json && rows.length > 0) printRows(suite, rows);
  }
  return status;
}
