import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { displayKey } from "../../src/core/display";
import type { Estimator } from "../../src/core/estimator";
import { crossValidate } from "../../src/validate/crossValidate";
import { kFold } from "../../src/validate/folds/folds";
import { leaderboard } from "../../src/validate/leaderboard";
import { open } from "../../src/validate/open";
import { resampledTTest, studentTTail } from "../../src/validate/studentT";

const directory = mkdtempSync(path.join(tmpdir(), "podium-leaderboard-"));
after(() => rmSync(directory, { recursive: true }));
const samples = 20;
const truth = Float32Array.from({ length: samples }, (_, i) => Math.sin(i));

/** Predicts the truth, off by some amount that wobbles. */
const offBy = (offset: number, wobble = 0): Estimator => ({
  name: "off",
  config: () => ({ offset, wobble }),
  async fit({ context }) {
    const own = offset + wobble * Math.cos(7 * (context.fold ?? 0) + 3 * context.seed + offset);
    return {
      report: { epochs: 1, keptEpoch: 0, history: {}, stopReason: undefined },
      predict: async (x) => ({
        data: Float32Array.from((x as { data: Float32Array }).data, (value) => value + own),
        shape: [...x.shape],
      }),
      state: () => ({ tensors: {} }),
      dispose() {},
    };
  },
  restore() {
    throw new Error("not needed");
  },
});

const run = (estimator: Estimator, { folds = 5, directory: folder = directory } = {}) =>
  crossValidate({
    folds: kFold(samples, { folds }),
    data: { x: { data: truth, shape: [samples, 1] }, y: { data: truth, shape: [samples, 1] } },
    estimator,
    seeds: [0, 1],
    scores: {
      mae: ({ indices, prediction }) =>
        Array.from(indices, (index, i) => Math.abs(prediction.data[i] - truth[index])).reduce(
          (a, b) => a + b,
        ) / indices.length,
    },
    directory: folder,
    progress: false,
  });

test("p agrees with SciPy's t.sf, and the correction makes overlapping parts less sure", () => {
  for (const [t, freedom, p] of [
    [0.5, 1, 0.7048327646991335],
    [2, 9, 0.07655282377070101],
    [-3.1, 4, 0.03622111103743915],
    [12, 29, 9.060708333137183e-13],
    [0.01, 200, 0.992031255153281],
  ]) {
    assert.ok(Math.abs(studentTTail(t, freedom) / p - 1) < 1e-9, `t ${t} of ${freedom}`);
  }
  // Mean 2, variance 1: t = 2 / sqrt((1/3 + 1/2) 1) = 2.19089.
  const p = resampledTTest([1, 2, 3], 0.5) as number;
  assert.ok(Math.abs(p - studentTTail(2 / Math.sqrt(5 / 6), 2)) < 1e-12);
  assert.ok(p > (resampledTTest([1, 2, 3], 0) as number));
  assert.equal(resampledTTest([1], 0.5), undefined);
  assert.equal(resampledTTest([0, 0], 0.5), 1);
  assert.equal(resampledTTest([0, Number.NaN], 0.5), undefined);
});

test("runs are ranked with spread, difference in settings, and whether it is chance", async () => {
  const best = await run(offBy(0.1, 0.01));
  const near = await run(offBy(0.1001, 0.02));
  const far = await run(offBy(0.5, 0.02));
  const other = await run(offBy(0.7), { folds: 4 });
  const board = leaderboard(directory);
  assert.equal(board.score, "mae");
  const rows = board.rows.map((row) => row.directory);
  const all = [best, near, far, other].sort((a, b) => a.scores.mae - b.scores.mae);
  assert.deepEqual(
    rows,
    all.map((each) => each.directory),
  );
  const rowOf = (of: typeof best) => board.rows.find((row) => row.directory === of.directory)!;
  const [first, second] = [rowOf(all[0]), rowOf(all[1])];
  assert.equal(first.p, undefined);
  assert.ok(second.p! > 0.05, `chance ${second.p}`);
  assert.ok(rowOf(far).p! < 0.001);
  assert.match(rowOf(far).differs, /^offset 0.5, was 0.1(001)?/);
  assert.equal(rowOf(other).p, undefined, "other folds");
  assert.equal(rowOf(far).folds.length, 10);
  assert.ok(rowOf(far).foldSpread! > 0 && rowOf(far).seedSpread! > 0);
  assert.equal(rowOf(far).scores.mae, far.scores.mae);
  const shown = (board as unknown as Record<symbol, () => Record<string, string>>)[displayKey]();
  assert.match(shown["text/plain"], /^run +mae +over folds .*\noff-\w{8} .* best /);
});

test("a finished run is opened without its estimator", async () => {
  const folder = path.join(directory, "opened");
  const result = await run(offBy(0.1, 0.2), { directory: folder });
  const opened = open(result.directory!);
  assert.deepEqual(opened.predictions, result.predictions);
  assert.deepEqual(opened.scores, result.scores);
  assert.deepEqual(opened.runs, result.runs);
  assert.deepEqual(opened.folds, kFold(samples, { folds: 5 }));
  assert.equal(opened.name, "off");
  assert.throws(() => opened.runs[0].load(), /that takes its estimator/);
  rmSync(path.join(result.runs[3].directory!, "result.safetensors"));
  assert.throws(() => open(result.directory!), {
    name: "RangeError",
    message: /must be finished, got none of .*fold-3/,
  });
  rmSync(folder, { recursive: true });
});

test("a run whose score is NaN comes last", async () => {
  const folder = path.join(directory, "nan");
  await run(offBy(Number.NaN), { directory: folder });
  const { directory: best } = await run(offBy(0.1), { directory: folder });
  const { rows } = leaderboard(folder);
  assert.equal(rows[0].directory, best);
  assert.equal(rows[1].p, undefined);
  assert.ok(Number.isNaN(rows[1].scores.mae));
  rmSync(folder, { recursive: true });
});

test("a folder that is not there is named", () => {
  const missing = path.join(directory, "nowhere");
  assert.throws(() => leaderboard(missing), /Cannot read .*nowhere/);
});

test("a score of one's own must say its direction, and a damaged run is left out", async (context) => {
  assert.throws(
    () => leaderboard(directory, { score: "mine" }),
    /direction must be "min" or "max".* for mine/,
  );
  assert.throws(
    () => leaderboard(directory, { score: "mine", direction: "max" }),
    /score must be one of mae, got mine/,
  );
  const [some] = readdirSync(directory);
  writeFileSync(path.join(directory, some, "run.json"), "{}");
  const said = context.mock.method(console, "warn", () => {});
  assert.equal(leaderboard(directory).rows.length, 3);
  assert.equal(said.mock.callCount(), 1);
  const worst = leaderboard(directory, { direction: "max" }).rows[0];
  assert.equal(worst.scores.mae, Math.max(...leaderboard(directory).rows.map((row) => row.scores.mae)));
});
