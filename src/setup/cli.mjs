#!/usr/bin/env node
import { bench } from "./commands/bench.mjs";
import { check } from "./commands/check.mjs";
import { doctor } from "./commands/doctor.mjs";
import { machineFacts } from "./commands/inspection.mjs";
import { lab } from "./commands/lab.mjs";
import { runNotebooks, startOptions } from "./commands/start.mjs";
import { runTests } from "./commands/tests.mjs";
import { SetupError } from "./failure.mjs";
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
  async check() {
    await setUp(places, { only: "packages" });
    return check(places);
  },
  async bench(args) {
    await setUp(places);
    return bench(places, args);
  },
};

/** Those that need the sources and tests, which an installed package has not. */
const ofClones = new Set(["test", "check", "bench"]);

async function main([name = "start", ...args]) {
  const known = Object.keys(commands).filter((command) => places.isClone || !ofClones.has(command));
  if (!known.includes(name)) {
    throw new SetupError(`Cannot run ${name}: a command is required, got an unknown one`, {
      mend: `Known commands: ${known.join(", ")}.`,
    });
  }
  return commands[name](args);
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error) => {
    if (!(error instanceof SetupError)) throw error;
    const parts = [error.detail && `${error.detail}\n`, error.message, error.mend].filter(Boolean);
    process.stderr.write(`${parts.join("\n")}\n`);
    process.exitCode = error.exitCode;
  },
);
