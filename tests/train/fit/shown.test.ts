import assert from "node:assert/strict";
import test from "node:test";
import { displayKey } from "../../../src/core/display";
import { type ProgressState, progressKey } from "../../../src/core/progress";
import { tf } from "../../../src/engine";
import { fit, progress } from "../../../src/train";
import { displayKey as curvesKey } from "../../../src/train/callbacks/liveCurves";
import type { FitOptions } from "../../../src/train/types";

const at = globalThis as {
  [progressKey]?: (state: ProgressState, id: number) => void;
  [curvesKey]?: (value: unknown) => Promise<void>;
};
const x = { data: Float32Array.from({ length: 40 }, (_, i) => i / 40), shape: [40, 1] };
const y = { data: Float32Array.from(x.data, (value) => 2 * value), shape: [40, 1] };

async function train(options: Partial<FitOptions> = {}) {
  const states: ProgressState[] = [];
  const curves: unknown[] = [];
  at[progressKey] = (state) => states.push(state);
  at[curvesKey] = async (value) => {
    curves.push(value);
  };
  const model = tf.sequential();
  model.add(tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: "zeros" }));
  try {
    const history = await fit(
      model,
      { x, y },
      { optimizer: "sgd", loss: "meanSquaredError", mode: "eager", ...options },
    );
    return { states, curves, history };
  } finally {
    model.dispose();
    delete at[progressKey];
    delete at[curvesKey];
  }
}

test("fit shows one line with epoch and losses, unless told not to or given another", async () => {
  const { states } = await train({ epochs: 3 });
  const last = states.at(-1)!;
  assert.deepEqual([last.label, last.done, last.total, last.finished], ["Train", 6, 6, true]);
  assert.match(last.note!, /epoch 3\/3, loss /);
  assert.deepEqual((await train({ progress: false })).states, []);
  const own = await train({ callbacks: [progress({ label: "Second try" })] });
  assert.deepEqual([...new Set(own.states.map(({ label }) => label))], ["Second try"]);
});

test("a training's result is a table of its epochs, with the best one, time and reason", async () => {
  const { history } = await train({ epochs: 60, validation: { x, y } });
  const shown = (history as unknown as { [displayKey](): Record<string, string> })[displayKey]();
  const lines = shown["text/plain"].split("\n");
  assert.match(lines[0], /^epoch +loss +val_loss +learningRate/);
  assert.ok(lines.length < 30, `${lines.length} lines`);
  assert.match(lines.at(-2)!, /^ +60 .* best val_loss$/);
  assert.match(lines.at(-1)!, /^60 epochs in [\d.]+ s, [\d.]+ ms a step \(eager\)$/);
  assert.match(shown["text/html"], /<\/table><div>60 epochs/);
  const frame = history.toFrame();
  assert.deepEqual([frame.shape, frame.columns[0]], [[60, 4], "epoch"]);
  assert.deepEqual(frame.column("loss").values, history.logs.loss);
  assert.equal("toFrame" in { ...history }, false);
});

test("curves are drawn on request, and end with what a notebook keeps", async () => {
  const drawn: string[][] = [];
  const draw = (histories: readonly { logs: object }[]) => {
    drawn.push(Object.keys(histories[0].logs));
    return "figure";
  };
  const { curves } = await train({ epochs: 2, curves: draw });
  assert.deepEqual(drawn.at(-1), ["loss", "learningRate"]);
  assert.equal(curves.at(-1), "figure");
});

test("a line of progress never says more time left than a budget of seconds has", async () => {
  const { states } = await train({
    epochs: 100_000,
    callbacks: [progress({ seconds: 7 }), { name: "end", onEpochEnd: (context) => context.stop("enough") }],
  });
  assert.ok(states.length > 0);
  for (const { remaining } of states) assert.ok(remaining === undefined || remaining <= 7, `${remaining} s`);
  assert.throws(() => progress({ seconds: 0 }), /seconds must be a finite number above 0, got 0/);
});
