import assert from "node:assert/strict";
import test from "node:test";
import type { EstimatorFold } from "../../src/core/estimator";
import { type ProgressState, progressKey } from "../../src/core/progress";
import { OverallProgress } from "../../src/validate/overallProgress";
import { crossValidate, kFold } from "../../src/validate/public";

const at = globalThis as { [progressKey]?: (state: ProgressState, id: number) => void };

/** The states that are shown while something runs. */
async function statesOf(run: () => unknown): Promise<ProgressState[]> {
  const states: ProgressState[] = [];
  at[progressKey] = (state) => states.push(state);
  try {
    await run();
  } finally {
    delete at[progressKey];
  }
  return states;
}

test("the time left is by fits that were made, and by the share of the first one before", (t) => {
  t.mock.timers.enable({ apis: ["Date"] });
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const overall = new OverallProgress(10);
  assert.equal(overall.remaining(), undefined);
  overall.end(); // found in its folder: it took no time
  overall.begin();
  now += 10_000;
  overall.share(0.25);
  // A fit takes 40 s: 30 s of this one, and eight more.
  assert.equal(overall.remaining(), 350);
  now += 10_000;
  overall.end(); // it stopped early, after 20 s
  overall.begin();
  now += 5_000;
  overall.share(0.01);
  assert.equal(overall.remaining(), 15 + 7 * 20);
  now += 50_000;
  assert.equal(overall.remaining(), 7 * 20);
});

test("a cross-validation shows one line over folds and seeds, which ends with all of them", async () => {
  const shares: number[] = [];
  const estimator = {
    name: "half",
    config: () => ({}),
    async fit({ onShare }: EstimatorFold) {
      onShare?.(0.5);
      shares.push(1);
      return {
        report: { epochs: 1, keptEpoch: 0, history: {}, stopReason: undefined },
        predict: async (x: unknown) => {
          const [samples] = (x as { shape: number[] }).shape;
          return { data: new Float32Array(samples), shape: [samples] };
        },
        state: () => ({ tensors: {} }),
        dispose: () => {},
      };
    },
    restore: () => {
      throw new Error("not here");
    },
  };
  const x = { data: new Float32Array(6), shape: [6, 1] };
  const data = { x, y: { data: new Float32Array(6), shape: [6] } };
  const options = { folds: kFold(6, { folds: 3 }), seeds: [0, 1], estimator, data };
  const states = await statesOf(() => crossValidate(options));
  assert.equal(shares.length, 6);
  const last = states.at(-1)!;
  assert.deepEqual([last.label, last.done, last.total, last.finished], ["Cross-validation", 6, 6, true]);
  assert.deepEqual(await statesOf(() => crossValidate({ ...options, progress: false })), []);
});
