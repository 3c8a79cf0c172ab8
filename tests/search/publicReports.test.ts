/* What people reported of Optuna, in its smallest form. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import * as python from "../../src/python";
import * as search from "../../src/search";

const folder = mkdtempSync(path.join(tmpdir(), "podium-reports-"));
after(async () => {
  await python.restart();
  rmSync(folder, { recursive: true });
});

const quiet = { progress: false, seed: 1 };

test("a score that is NaN fails its trial, which does not stay begun (optuna/optuna#3132, #2727)", async () => {
  const { trials } = await search.optimize({
    ...quiet,
    space: { x: search.float(0, 1) },
    trials: 3,
    objective: (_, { number }) => (number === 1 ? Number.NaN : number),
  });
  assert.deepEqual(
    trials.map(({ state }) => state),
    ["complete", "failed", "complete"],
  );
});

test("a search without a finished trial says why (optuna/optuna#2867)", async () => {
  const run = search.optimize({
    ...quiet,
    space: { x: search.float(0, 1) },
    trials: 2,
    onError: "continue",
    objective: () => Promise.reject(new Error("no memory")),
  });
  await assert.rejects(run, /got 2 trials without \(no memory\)/);
});

test("a grid has no point twice, several at once and points to try first among them (optuna/optuna#4627, #5489, #6073)", async () => {
  const space = { a: search.choice(["0", "1"]), b: search.choice(["0", "1"]) };
  const plain = await search.optimize({ ...quiet, space, sampler: "grid", parallel: 3, objective: () => 0 });
  const seen = plain.trials.map(({ parameters: { a, b } }) => a + b);
  assert.deepEqual(seen, ["00", "01", "10", "11"]);
  const first = [{ a: "1", b: "0" }] as const;
  const led = await search.optimize({ ...quiet, space, sampler: "grid", first, objective: () => 0 });
  const order = led.trials.map(({ parameters: { a, b } }) => a + b);
  assert.deepEqual(order, ["10", "00", "01", "11"]);
});

test("choices of different types, true beside 1 among them (optuna/optuna#3129)", async () => {
  const choices = [1, true, "1", null, 0.5, false] as const;
  const { trials } = await search.optimize({
    ...quiet,
    space: { x: search.choice(choices) },
    trials: 16,
    objective: ({ x }) => choices.indexOf(x),
  });
  for (const { parameters, value } of trials) assert.equal(choices.indexOf(parameters.x), value);
});

test("a seeded search that goes on does not try the same again (optuna/optuna#3255)", async () => {
  const options = {
    ...quiet,
    space: { x: search.float(0, 1) },
    directory: folder,
    objective: ({ x }: { x: number }) => x,
  };
  const begun = await search.optimize({ ...options, trials: 4 });
  const { trials } = await search.optimize({ ...options, trials: 8 });
  assert.equal(new Set(trials.map(({ parameters }) => parameters.x)).size, 8);
  assert.deepEqual(trials.slice(0, 4), begun.trials);
});

test("a lock that a killed process left, and a line cut short, stop nothing (optuna/optuna#5921, #5138)", async () => {
  const directory = path.join(folder, "left");
  const options = {
    ...quiet,
    space: { x: search.float(0, 1) },
    directory,
    objective: ({ x }: { x: number }) => x,
  };
  const { directory: own } = await search.optimize({ ...options, trials: 2 });
  const journal = path.join(own as string, "journal.log");
  symlinkSync(journal, `${journal}.lock`);
  writeFileSync(journal, '{"op_code": 4', { flag: "a" });
  const { trials } = await search.optimize({ ...options, trials: 4 });
  assert.equal(trials.length, 4);
  assert.deepEqual(
    readdirSync(own as string).filter((name) => name.includes("lock")),
    [],
  );
});

test("a logarithmic scale from 0, or from below 1 for whole numbers, is refused (optuna/optuna#1279)", () => {
  assert.throws(() => search.float(0, 1, { log: true }), /above 0/);
  assert.throws(() => search.int(0, 8, { log: true }), /above 0/);
});

test("values keep to their step and their limits (optuna/optuna#3820, #5457)", async () => {
  const { trials } = await search.optimize({
    ...quiet,
    space: {
      x: search.float(0, 1, { step: 0.25 }),
      n: search.int(1, 10, { step: 4 }),
      log: search.float(1e-3, 0.1, { log: true }),
    },
    trials: 20,
    objective: ({ x }) => x,
  });
  for (const { parameters } of trials) {
    assert.ok(Number.isInteger(parameters.x * 4) && [1, 5, 9].includes(parameters.n));
    assert.ok(parameters.log >= 1e-3 && parameters.log <= 0.1);
  }
});

test("a score on the way that is NaN is the worst (optuna/optuna-examples#40, optuna/optuna#264)", async () => {
  const { trials } = await search.optimize({
    ...quiet,
    space: { x: search.float(0, 1) },
    trials: 7,
    objective: async (_, trial) => {
      await trial.report(trial.number === 6 ? Number.NaN : trial.number, 0);
      return 1;
    },
  });
  assert.equal(trials[6].state, "pruned");
});

test("what is asked for at once differs (optuna/optuna#2826)", async () => {
  const { trials } = await search.optimize({
    ...quiet,
    space: { x: search.float(0, 1) },
    trials: 16,
    parallel: 4,
    objective: ({ x }) => x,
  });
  assert.equal(new Set(trials.map(({ parameters }) => parameters.x)).size, 16);
});
