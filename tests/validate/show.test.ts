import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import type { Estimator, EstimatorFold } from "../../src/core/estimator";
import { lineDifferences } from "../../src/validate/lineDifferences";
import { compareRuns, crossValidate, kFold, leaderboard, show } from "../../src/validate/public";

const directory = mkdtempSync(path.join(tmpdir(), "podium-show-"));
test.after(() => rmSync(directory, { recursive: true }));
const at = globalThis as Record<symbol, unknown>;
const sourcesKey = Symbol.for("podium.sources");
const sinkKey = Symbol.for("podium.display");
const displayKey = Symbol.for("Jupyter.display");

const samples = 12;
const truth = Float32Array.from({ length: samples }, (_, i) => i);
const wait = () => new Promise((resolve) => setTimeout(resolve, 30));

/** Is off by a number, and logs as networks do; `onFold` is told of each fold once it has logged an epoch. */
const offBy = (offset: number, onFold = async (_: EstimatorFold) => {}): Estimator => ({
  name: "off",
  config: () => ({ offset, epochs: 2 }),
  async fit(fold) {
    const lines = [0, 1].map((epoch) =>
      JSON.stringify({ epoch, step: epoch, seconds: 1 + epoch, loss: 2 - epoch }),
    );
    const file = path.join(fold.directory as string, "log.jsonl");
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${lines[0]}\n{"epoch": 1, "lo`);
    await onFold(fold);
    writeFileSync(file, `${lines.join("\n")}\n`);
    return {
      report: { epochs: 2, keptEpoch: 1, history: { loss: [2, 1] }, stopReason: undefined },
      predict: async (x) => ({
        data: Float32Array.from((x as { data: Float32Array }).data, (value) => value + offset),
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

function run(estimator: Estimator, cells: readonly string[] = []) {
  at[sourcesKey] = cells;
  return crossValidate({
    folds: kFold(samples, { folds: 3 }),
    data: { x: { data: truth, shape: [samples, 1] }, y: { data: truth, shape: [samples, 1] } },
    estimator,
    scores: {
      mae: ({ indices, prediction }) =>
        indices.reduce((sum, index, i) => sum + Math.abs(prediction.data[i] - truth[index]), 0) /
        indices.length,
    },
    directory,
    progress: false,
  });
}

async function shownOf(value: unknown): Promise<Record<string, string>> {
  return (value as Record<symbol, () => Promise<Record<string, string>>>)[displayKey]();
}

test("a run is drawn while it goes on, live until it ends, and afterwards", async () => {
  const seen: unknown[] = [];
  at[sinkKey] = async (value: unknown) => {
    seen.push(value);
  };
  let following: ReturnType<typeof show> | undefined;
  const estimator = offBy(0.5, async ({ context, directory: own }) => {
    if (context.fold !== 1) return;
    const folder = path.dirname(path.dirname(own as string));
    following = show(folder, { interval: 0.01 });
    while (seen.length === 0) await wait();
  });
  const { directory: folder } = await run(estimator);
  const last = await following!;
  delete at[sinkKey];
  const [first] = seen;
  const text = (await shownOf(first))["text/plain"];
  assert.match(text, /^off-\w+: running, 1 of 3 fits, \d+ s left \(begun /);
  assert.match(text, /fold 1 +0 +done +2 +1.0000 +0.5000/);
  assert.match(text, /fold 2 +0 +begun +1 of 2 +2.0000/);
  assert.match(text, /fold 3 +0 +waiting/);
  assert.match(String(seen.at(-1)), /finished, 3 of 3 fits$/);
  assert.ok(last.isFinished && !last.isRunning);
  const again = await show(folder as string);
  assert.deepEqual(again.scores, { mae: 0.5 });
  const shown = await shownOf(again);
  assert.match(shown["text/plain"], /out of fold +.*0.5000/);
  assert.match(shown["text/html"], /podium-figure/);
  assert.deepEqual(again.toFrame().column("mae").values, [0.5, 0.5, 0.5]);
});

test("a run that was stopped says so, and what is no run is refused", async () => {
  const stop = new Error("power cut");
  const estimator = offBy(7, async ({ context }) => {
    if (context.fold === 1) throw stop;
  });
  await assert.rejects(run(estimator), stop);
  const row = leaderboard(directory).rows.find(({ isFinished }) => !isFinished)!;
  const view = await show(row.directory);
  assert.match((await shownOf(view))["text/plain"], /stopped, 1 of 3 fits \(/);
  await assert.rejects(show(path.join(directory, "nothing")), /nothing/);
  await assert.rejects(
    show(row.directory, { interval: 0 }),
    /interval must be a finite number above 0 to 3600, got 0/,
  );
});

test("two runs stand side by side: scores by fold, settings, and the cells that had run", async () => {
  const common = ["const a = 1;", "const b = 2;", "const c = 3;", "const d = 4;"];
  const first = await run(offBy(1), [...common, "train(<1>);"]);
  const second = await run(offBy(2), [
    "const a = 1;",
    "const b = 2;",
    "const c = 3;",
    "const d = 5;",
    "train(<1>);",
  ]);
  const found = compareRuns(first.directory!, second.directory!);
  assert.deepEqual(found.settings, { offset: [1, 2] });
  assert.deepEqual([found.score, found.scores, found.folds.length], ["mae", [1, 2], 3]);
  assert.deepEqual(
    found.cells.filter(({ kind }) => kind !== "same"),
    [
      { kind: "removed", text: "const d = 4;" },
      { kind: "added", text: "const d = 5;" },
    ],
  );
  const shown = await shownOf(found);
  assert.match(shown["text/plain"], /offset +1 +2/);
  assert.match(shown["text/plain"], /- const d = 4;\n\+ const d = 5;/);
  assert.match(shown["text/html"], /train\(&lt;1&gt;\);/);
  assert.deepEqual(found.toFrame().columns, ["fold", "seed", "first", "second"]);
  const none = await run(offBy(3));
  assert.deepEqual(compareRuns(first.directory!, none.directory!).cells, []);
  assert.throws(
    () => compareRuns(first.directory!, none.directory!, { score: "auc" }),
    /score auc of a finished fold/,
  );
});

test("lines in common are found, and far ones left out", () => {
  const marks = (a: string, b: string) =>
    lineDifferences(a, b).map(({ kind, text }) => `${{ same: " ", removed: "-", added: "+" }[kind]}${text}`);
  assert.deepEqual(marks("a\nb\nc", "a\nc\nd"), [" a", "-b", " c", "+d"]);
  assert.deepEqual(marks("same", "same"), []);
  assert.deepEqual(marks("", "x"), ["-", "+x"]);
  const long = Array.from({ length: 20 }, (_, i) => `line ${i}`);
  const changed = long.with(3, "three").with(16, "sixteen");
  const shown = marks(long.join("\n"), changed.join("\n"));
  assert.deepEqual(shown.slice(0, 4), [" line 1", " line 2", "-line 3", "+three"]);
  assert.ok(shown.includes(" ") && shown.length < 16);
});
