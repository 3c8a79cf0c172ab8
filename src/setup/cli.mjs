#!/usr/bin/env node
import { bench } from "./commands/bench.mjs";
import { bundle } from "./commands/bundle.mjs";
import { check } from "./commands/check.mjs";
import { docs } from "./commands/docs.mjs";
import { doctor } from "./commands/doctor.mjs";
import { machineFacts } from "./commands/inspection.mjs";
import { install } from "./commands/install.mjs";
import { lab } from "./commands/lab.mjs";
import { ray } from "./commands/ray.mjs";
import { runs } from "./commands/runs.mjs";
import { slurm } from "./commands/slurm.mjs";
import { runNotebooks, startOptions } from "./commands/start.mjs";
import { task } from "./commands/task.mjs";
import { runClusterTests, runTests } from "./commands/tests.mjs";
import { asSetupError, SetupError } from "./failure.mjs";
import { placesOf } from "./places.mjs";
import { setUp } from "./steps/setUp.mjs";

const places = placesOf();

/** What each command does with its arguments; each gives its exit status. */
const commands = {
  async start(args) {
    const options = startOptions(args);
    await setUp(places);
    return runNotebooks(places, options);
  },
  async setup() {
    await setUp(places);
    return 0;
  },
  async lab(args) {
    await setUp(places);
    return lab(places, args);
  },
  async runs(args) {
    await setUp(places);
    return runs(places, args);
  },
  install: (args) => install(places, args),
  /** Without set-up, which would build anew what a running notebook has loaded. */
  ray: (args) => ray(places, args),
  async slurm(args) {
    await setUp(places);
    return slurm(places, args);
  },
  /** Set-up is left to whoever starts many of them. */
  task: (args) => task(places, args),
  doctor: (args) => doctor(places, args),
  /** For the engine's report, in JSON. */
  facts() {
    console.log(JSON.stringify(machineFacts(places)));
    return 0;
  },
  async test(args) {
    await setUp(places);
    return runTests(places, args);
  },
  async "test-cluster"(args) {
    await setUp(places);
    return runClusterTests(places, args);
  },
  async check() {
    await setUp(places, { only: "packages" });
    return check(places);
  },
  async docs(args) {
    await setUp(places);
    return docs(places, args);
  },
  async bundle(args) {
    await setUp(places);
    return bundle(places, args);
  },
  async bench(args) {
    await setUp(places);
    return bench(places, args);
  },
};

/** Those that need the sources and tests, which an installed package has not. */
const ofClones = new Set(["test", "test-cluster", "check", "docs", "bench", "bundle"]);

async function main(name, args) {
  const known = Object.keys(commands).filter((command) => places.isClone || !ofClones.has(command));
  if (!known.includes(name)) {
    throw new SetupError(`Cannot run ${name}: a command is required, got an unknown one`, {
      mend: `Known commands: ${known.join(", ")}.`,
    });
  }
  return commands[name](args);
}

const [name = "start", ...args] = process.argv.slice(2);

main(name, args).then(
  (status) => {
    process.exitCode = status;
  },
  (error) => {
    // Of the system: a full disk, a folder of another user. Others are mistakes of Podium's own.
    if (!(error instanceof SetupError || error.syscall)) throw error;
    const { detail, message, mend, exitCode } = asSetupError(`run ${name}`, error);
    const parts = [detail && `${detail}\n`, message, mend].filter(Boolean);
    process.stderr.write(`${parts.join("\n")}\n`);
    process.exitCode = exitCode;
  },
);
