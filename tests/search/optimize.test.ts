import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import * as python from "../../src/python";
import * as search from "../../src/search";
import * as validate from "../../src/validate/public";

const folder = mkdtempSync(path.join(tmpdir(), "podium-search-"));
after(async () => {
  await python.restart();
  rmSync(folder, { recursive: true });
});

const space = {
  x: search.float(-5, 5),
  rate: search.float(1e-4, 1, { log: true }),
  kind: search.choice(["a", "b"]),
};
type Point = search.Parameters<typeof space>;

const score = ({ x, rate, kind }: Point): number => x * x + Math.abs(Math.log(rate)) + (kind === "a" ? 1 : 0);

/** An objective with scores on the way. */
async function objective(point: Point, trial: search.Trial<typeof space>): Promise<number> {
  for (let step = 0; step < 3; step++) await trial.report(score(point) + 3 - step, step);
  return score(point);
}

const quiet = { space, progress: false, seed: 3 };

/** All that a search found but its times. */
const facts = ({ trials }: search.SearchResult<typeof space>) =>
  trials.map(({ number, parameters, value, state, steps }) => ({ number, parameters, value, state, steps }));

test("every sampler gives the same trials again, also where it was stopped twice and Python ended", async () => {
  for (const sampler of ["tpe", "cmaes", "random"] as const) {
    for (const parallel of [1, 3]) {
      const options = { ...quiet, sampler, parallel, trials: 16, objective };
      const whole = await search.optimize(options);
      const stopAt = (number: number) =>
        search.optimize({
          ...options,
          directory: folder,
          objective: (point, trial) => {
            if (trial.number === number) throw new Error("stopped here");
            return objective(point, trial);
          },
        });
      await assert.rejects(stopAt(7), /stopped here/);
      await python.restart();
      await assert.rejects(stopAt(12), /stopped here/);
      const continued = await search.optimize({ ...options, directory: folder });
      assert.deepEqual(facts(continued), facts(whole));
      assert.equal(whole.trials.length, 16);
    }
  }
});

test("a search goes on with more trials, as it would have gone", async () => {
  const options = { ...quiet, directory: path.join(folder, "more"), objective };
  await search.optimize({ ...options, trials: 5 });
  const more = await search.optimize({ ...options, trials: 12 });
  const once = await search.optimize({ ...quiet, trials: 12, objective });
  assert.deepEqual(facts(more), facts(once));
  const other = await search.optimize({ ...options, seed: 4, trials: 2 });
  assert.notEqual(other.directory, more.directory);
});

test("a search that was killed with its Python goes on, also with a line half written and a lock left", async () => {
  const directory = path.join(folder, "killed");
  const stages = path.join(__dirname, "..", "..", "src");
  const script = `
const search = require(${JSON.stringify(path.join(stages, "search"))});
search.optimize({
  space: { x: search.float(-5, 5) },
  objective: ({ x }, { number }) => { console.log(number); return number < 4 ? x * x : new Promise((r) => setTimeout(r, 60_000)); },
  trials: 8, seed: 1, progress: false, directory: ${JSON.stringify(directory)},
});`;
  const program = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const text of program.stdout.setEncoding("utf8")) if (String(text).includes("4")) break;
  program.kill("SIGKILL");
  if (program.signalCode === null) await once(program, "exit");
  const options = {
    space: { x: search.float(-5, 5) },
    objective: ({ x }: { x: number }) => x * x,
    ...{ trials: 8, seed: 1, progress: false },
  };
  // Named by what it is, so that the folder is found by asking.
  const found = (await import("node:fs")).readdirSync(directory);
  const journal = path.join(directory, found[0], "journal.log");
  appendFileSync(journal, '{"op_code": 5, "wor');
  symlinkSync(journal, `${journal}.lock`);
  const continued = await search.optimize({ ...options, directory });
  const whole = await search.optimize(options);
  const plain = ({ trials }: typeof whole) =>
    trials.map(({ number, parameters, value }) => [number, parameters, value]);
  assert.deepEqual(plain(continued), plain(whole));
});

test("one process at a time searches in a folder", async () => {
  const directory = path.join(folder, "locked");
  let release = () => {};
  const first = search.optimize({
    ...quiet,
    directory,
    trials: 1,
    objective: () => new Promise<number>((resolve) => (release = () => resolve(1))),
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await assert.rejects(search.optimize({ ...quiet, directory, trials: 1, objective }), /one run at a time/);
  release();
  await first;
});

test("a grid has each point once, whatever is asked for, and the best one is found", async () => {
  const grid = { depth: search.int(1, 3), kind: search.choice(["a", "b"]) };
  const seen: string[] = [];
  const result = await search.optimize({
    space: grid,
    sampler: "grid",
    trials: 100,
    progress: false,
    objective: ({ depth, kind }) => {
      seen.push(`${depth}${kind}`);
      return (depth - 2) ** 2 + (kind === "a" ? 1 : 0);
    },
  });
  assert.deepEqual(seen, ["1a", "1b", "2a", "2b", "3a", "3b"]);
  assert.deepEqual(result.best.parameters, { depth: 2, kind: "b" });
});

test("points to try first come first, the rest of their parameters chosen", async () => {
  const first = [{ x: 2, rate: 0.5, kind: "b" } as const, { x: 1 }];
  const { trials } = await search.optimize({ ...quiet, trials: 3, first, objective });
  assert.deepEqual(trials[0].parameters, first[0]);
  assert.equal(trials[1].parameters.x, 1);
  await assert.rejects(
    search.optimize({ ...quiet, trials: 1, first: [{ x: 9 }], objective }),
    /values that x may be, got 9/,
  );
  await assert.rejects(
    search.optimize({ ...quiet, trials: 1, first: [{ y: 9 } as never], objective }),
    /name parameters of the space, got y/,
  );
});

test("NaN is a trial that failed, an infinite score is the worst or best, and neither stops the search", async () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, 3, Number.NEGATIVE_INFINITY, 2];
  const run = (direction: "minimize" | "maximize", given: number[]) =>
    search.optimize({
      ...quiet,
      direction,
      trials: given.length,
      objective: (_, { number }) => given[number],
    });
  const low = await run("minimize", values);
  assert.deepEqual(
    low.trials.map(({ state }) => state),
    ["failed", "complete", "complete", "complete", "complete"],
  );
  assert.equal(low.best.value, Number.NEGATIVE_INFINITY);
  assert.equal(low.trials[0].reason, "the score is NaN");
  assert.equal((await run("maximize", values)).best.value, Number.POSITIVE_INFINITY);
  await assert.rejects(
    run("minimize", [Number.NaN, Number.NaN]),
    /one trial must have a score, got 2 trials without \(the score is NaN\)/,
  );
});

test("a search whose trials are all given up says so", async () => {
  const giveUp = () => {
    throw new search.TrialPruned("by hand");
  };
  await assert.rejects(
    search.optimize({ ...quiet, trials: 2, objective: giveUp }),
    /got 2 trials without \(pruned\)/,
  );
});

test("an objective that throws stops the search, or is noted where that is asked for", async () => {
  const failing = (_: Point, { number }: search.Trial<typeof space>) => {
    if (number === 1) throw new RangeError("out of reach");
    return number;
  };
  await assert.rejects(search.optimize({ ...quiet, trials: 3, objective: failing }), /out of reach/);
  const { trials } = await search.optimize({ ...quiet, trials: 3, onError: "continue", objective: failing });
  assert.deepEqual(
    trials.map(({ state, reason }) => [state, reason]),
    [
      ["complete", undefined],
      ["failed", "out of reach"],
      ["complete", undefined],
    ],
  );
  await assert.rejects(
    search.optimize({ ...quiet, objective: () => "1" as never }),
    /must give a number, got string/,
  );
});

test("trials that are worse on the way are given up, each step by the trials before", async () => {
  const result = await search.optimize({
    ...quiet,
    trials: 8,
    direction: "maximize",
    prunerOptions: { n_startup_trials: 3 },
    objective: async (_, trial) => {
      for (let step = 0; step < 4; step++) await trial.report(trial.number >= 6 ? -1 : step, step);
      return 1;
    },
  });
  assert.deepEqual(result.trials.map(({ state }) => state).slice(5), ["complete", "pruned", "pruned"]);
  assert.deepEqual(result.trials[6].steps, [[0, -1]]);
  assert.equal(result.trials[6].value, -1);
});

test("an interrupt stops the search, and the trial at hand runs again", async () => {
  const directory = path.join(folder, "interrupted");
  const stop = new AbortController();
  const begun: number[] = [];
  const options = { ...quiet, directory, trials: 3 };
  const running = search.optimize({
    ...options,
    signal: stop.signal,
    objective: async (point, trial) => {
      begun.push(trial.number);
      if (trial.number === 1) stop.abort();
      return objective(point, trial);
    },
  });
  await assert.rejects(running, { name: "AbortError" });
  assert.deepEqual(begun, [0, 1]);
  const { trials } = await search.optimize({ ...options, objective });
  assert.equal(trials.length, 3);
});

test("options that make no sense are refused before any work", async () => {
  const run = (options: object) => search.optimize({ ...quiet, trials: 1, objective, ...options } as never);
  await assert.rejects(run({ trials: 0 }), /trials/);
  await assert.rejects(run({ sampler: "best" }), /sampler must be/);
  await assert.rejects(run({ trails: 3 }), /did you mean trials/);
  await assert.rejects(run({ space: {} }), /must have a parameter/);
  await assert.rejects(run({ seed: 0.5 }), /seed/);
  await assert.rejects(run({ samplerOptions: { n_nothing: 1 } }), /n_nothing/);
});

test("results are a table and a frame, importances add up to 1, figures are drawn", async () => {
  const result = await search.optimize({ ...quiet, trials: 20, objective });
  const shown = (result as never as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ]();
  assert.match(shown["text/plain"].split("\n")[1], new RegExp(`^ *${result.best.number} .*complete`));
  const frame = result.toFrame();
  assert.deepEqual(frame.columns, ["trial", "score", "state", "x", "rate", "kind", "seconds"]);
  assert.equal(frame.shape[0], 20);
  const importances = await result.importances();
  const sum = [...importances.values()].reduce((all, one) => all + one, 0);
  assert.ok(
    Math.abs(sum - 1) < 1e-9 && (importances.get("x") as number) > (importances.get("kind") as number),
  );
  for (const figure of [
    search.history(result),
    await search.importance(result),
    search.slices(result),
    search.parallelCoordinates(result),
  ]) {
    assert.ok(JSON.stringify(figure.toJSON()).length > 500);
  }
  const one = await search.optimize({ ...quiet, trials: 1, objective });
  assert.ok(search.slices(one) && search.parallelCoordinates(one) && search.history(one));
  await assert.rejects(search.importance(one), /two trials must have a score, got 1/);
});

test("parameters of an estimator are searched by its cross-validated score, folds that are worse given up", async () => {
  await python.requirePackages("The test", { sklearn: "scikit-learn" });
  await python.run("from sklearn import datasets\nloaded = datasets.load_iris()");
  const x = await python.get<{ data: Float32Array; shape: number[] }>("loaded.data.astype('float32')");
  const y = (await python.get<{ data: Int32Array }>("loaded.target")).data;
  const accuracy: validate.Score = ({ indices, prediction: { data } }) => {
    const isRight = (sample: number, i: number) =>
      data.subarray(3 * i, 3 * i + 3).indexOf(Math.max(...data.subarray(3 * i, 3 * i + 3))) === y[sample];
    return Array.from(indices).filter(isRight).length / indices.length;
  };
  const options = {
    space: { depth: search.int(1, 6), leaf: search.int(1, 40, { log: true }) },
    estimator: ({ depth, leaf }: { depth: number; leaf: number }) =>
      python.estimator("sklearn.tree.DecisionTreeClassifier", { max_depth: depth, min_samples_leaf: leaf }),
    folds: validate.stratifiedKFold(y, { folds: 3, shuffle: true, seed: 1 }),
    data: { x, y },
    score: accuracy,
    ...{
      direction: "maximize" as const,
      trials: 12,
      seed: 2,
      progress: false,
      directory: path.join(folder, "trees"),
    },
  };
  const found = await search.forEstimator(options);
  assert.ok(found.best.value > 0.9, `accuracy ${found.best.value}`);
  const best = await validate.crossValidate({
    folds: options.folds,
    data: options.data,
    estimator: options.estimator(found.best.parameters),
    scores: { accuracy },
    progress: false,
  });
  assert.equal(best.scores.accuracy, found.best.value);
  const again = await search.forEstimator(options);
  assert.deepEqual(again.trials, found.trials);
});
