/*
 * Kills a notebook's process, or its Python, with -9 at chance moments of a cross-validation with scikit-learn and of a
 * search, and continues until both are done: the results must be those of runs that nothing disturbed.
 *
 *   node --import tsx tests/attack/pythonKills.ts [--kills 50] [--seed 1]
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { randomSource } from "../../src/core/random";
import * as python from "../../src/python";
import { session } from "../../src/python/session";
import * as search from "../../src/search";
import * as validate from "../../src/validate/public";

const {
  kills: killsWanted,
  seed,
  work,
} = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    work: { type: "string" },
  },
}).values;

/** The notebook: a training and a search, each begun again where its Python was killed. */
async function notebook(directory: string): Promise<void> {
  const tell = (name: string, value: unknown) => console.log(`${name} ${JSON.stringify(value)}`);

  async function untilDone<T>(run: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof python.PythonEnded)) throw error;
        tell("ended", error.message.split(";")[0]);
      }
    }
  }
  const random = randomSource(1);
  const x = { data: Float32Array.from({ length: 600 * 20 }, () => random.normal()), shape: [600, 20] };
  const y = Int32Array.from({ length: 600 }, (_, i) =>
    x.data[20 * i] + x.data[20 * i + 1] ** 2 > 1 ? 1 : 0,
  );
  const pids = setInterval(async () => tell("python", await session.pid()), 20);
  const trained = await untilDone(() =>
    validate.crossValidate({
      folds: validate.stratifiedKFold(y, { folds: 6, shuffle: true, seed: 1 }),
      data: { x, y },
      estimator: python.estimator("sklearn.ensemble.ExtraTreesClassifier", { n_estimators: 60 }),
      directory,
      progress: false,
    }),
  );
  const found = await untilDone(() =>
    search.optimize({
      space: { x: search.float(-5, 5), rate: search.float(1e-4, 1, { log: true }) },
      async objective({ x: place, rate }, trial) {
        const score = (await python.call("math.hypot", place, Math.log(rate))) as number;
        for (let step = 0; step < 3; step++) await trial.report(score + 3 - step, step);
        return score;
      },
      ...{ trials: 30, parallel: 2, seed: 2, progress: false, directory },
    }),
  );
  clearInterval(pids);
  const trials = found.trials.map(({ parameters, value, state, steps }) => [parameters, value, state, steps]);
  tell("result", { predictions: Array.from(trained.predictions.data), trials });
}

interface Tally {
  notebook: number;
  python: number;
  ends: Set<string>;
}

/** Runs the notebook once, killing what chance chooses; the result where it came to one. */
async function once(directory: string, random: ReturnType<typeof randomSource>, tally: Tally, left: number) {
  const program = spawn(process.execPath, ["--import", "tsx", __filename, "--work", directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let pid: number | undefined;
  let result: string | undefined;
  let isOver = false;
  let isReady = () => {};
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const over = new Promise<void>((resolve) => program.once("close", () => resolve(isReady())));
  createInterface({ input: program.stdout }).on("line", (line) => {
    const [name] = line.split(" ", 1);
    const value = line.slice(name.length + 1);
    if (name === "python" && value !== "undefined") {
      pid = Number(value);
      isReady();
    }
    if (name === "ended") tally.ends.add(value);
    if (name === "result") result = value;
  });
  void over.then(() => {
    isOver = true;
  });
  await ready;
  for (let kills = 0; kills < left && !isOver; ) {
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, random.integer(30, 1500)))]);
    if (isOver) break;
    const isNotebook = random.uniform() < 0.5;
    const victim = isNotebook ? program.pid : pid;
    if (victim === undefined) continue;
    try {
      process.kill(victim, "SIGKILL");
    } catch {
      continue;
    }
    if (!isNotebook) pid = undefined;
    kills++;
    tally[isNotebook ? "notebook" : "python"]++;
    if (isNotebook) break;
  }
  await over;
  return result;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "podium-kills-"));
  try {
    const random = randomSource(Number(seed));
    const whole = await once(
      path.join(folder, "whole"),
      random,
      { notebook: 0, python: 0, ends: new Set() },
      0,
    );
    if (!whole) throw new Error("The notebook gave no result without a kill");
    const tally: Tally = { notebook: 0, python: 0, ends: new Set() };
    const wanted = Number(killsWanted);
    let rounds = 0;
    for (let round = 0; tally.notebook + tally.python < wanted; round++) {
      const directory = path.join(folder, `round-${round}`);
      let result: string | undefined;
      while (result === undefined) {
        result = await once(directory, random, tally, wanted - tally.notebook - tally.python);
      }
      if (result !== whole) throw new Error(`Round ${round} ended with another result after its kills`);
      rounds++;
    }
    console.log(
      `${tally.notebook} kills of the notebook, ${tally.python} of Python, in ${rounds} rounds: every result the same; Python's ends: ${[...tally.ends].join("; ")}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void (work === undefined ? main() : notebook(work));
