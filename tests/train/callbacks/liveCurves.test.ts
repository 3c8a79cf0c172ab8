import assert from "node:assert/strict";
import test, { afterEach } from "node:test";
import type { Logs } from "../../../src/core/estimator";
import { foldCurves } from "../../../src/plot";
import { type DisplaySink, displayKey, liveCurves } from "../../../src/train/callbacks/liveCurves";
import { FakeContext } from "./context";

const scope = globalThis as { [displayKey]?: DisplaySink };

afterEach(() => {
  delete scope[displayKey];
});

/** A context whose history grows as `fit`'s does. */
class GrowingContext extends FakeContext {
  override history: Record<string, number[]> = {};
  async train(losses: readonly number[]): Promise<void> {
    const record = (loss: number): Logs => {
      this.history.loss = [...(this.history.loss ?? []), loss];
      return { loss };
    };
    for (const callback of this.callbacks) await callback.onTrainBegin?.(this);
    for (const loss of losses) {
      const logs = record(loss);
      for (const callback of this.callbacks) await callback.onEpochEnd?.(this, logs);
      // lets what was drawn be shown
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const callback of this.callbacks) await callback.onTrainEnd?.(this);
  }
}

interface Drawing {
  losses: (readonly number[] | undefined)[];
  present: number | undefined;
  names: string[];
  image: boolean;
}

const asDrawing = (
  histories: { logs: Readonly<Record<string, readonly number[]>> }[],
  state: Omit<Drawing, "losses">,
): Drawing => ({ ...state, losses: histories.map(({ logs }) => logs.loss) });

function collect(): { shown: Drawing[]; ids: Set<string> } {
  const shown: Drawing[] = [];
  const ids = new Set<string>();
  scope[displayKey] = async (value, { id }) => {
    shown.push(value as Drawing);
    ids.add(id);
  };
  return { shown, ids };
}

test("one display grows with the epochs of all trainings, the present one told", async () => {
  const { shown, ids } = collect();
  const curves = liveCurves({ draw: asDrawing, interval: 0, names: ["fold 1"] });
  await new GrowingContext([curves]).train([3, 2]);
  await new GrowingContext([curves]).train([5]);
  assert.equal(ids.size, 1);
  const first = { names: ["fold 1"] };
  const both = { names: ["fold 1", "training 2"] };
  assert.deepEqual(shown, [
    { ...first, losses: [[3]], present: 0, image: false },
    { ...first, losses: [[3, 2]], present: 0, image: false },
    { ...first, losses: [[3, 2]], present: undefined, image: true },
    { ...both, losses: [[3, 2], [5]], present: 1, image: false },
    { ...both, losses: [[3, 2], [5]], present: undefined, image: true },
  ]);
});

test("drawings keep their distance, and the last one comes always", async () => {
  const { shown } = collect();
  await new GrowingContext([liveCurves({ draw: asDrawing, interval: 1e9 })]).train([4, 3, 2, 1]);
  assert.deepEqual(
    shown.map(({ losses }) => losses[0]?.length),
    [1, 4],
  );
});

test("a slow display is not flooded, and shows the end", async () => {
  const lengths: (number | undefined)[] = [];
  scope[displayKey] = async (value) => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    lengths.push((value as Drawing).losses[0]?.length);
  };
  await new GrowingContext([liveCurves({ draw: asDrawing, interval: 0 })]).train([4, 3, 2, 1]);
  assert.equal(lengths.at(-1), 4);
  assert.ok(lengths.length < 5, `${lengths}`);
});

test("without a notebook nothing is drawn, and a failing display stops no training", async (context) => {
  const warn = context.mock.method(console, "warn", () => {});
  const draw = (): never => assert.fail("drawn");
  await new GrowingContext([liveCurves({ draw })]).train([1]);
  let calls = 0;
  scope[displayKey] = () => {
    calls++;
    return Promise.reject(new Error("no display"));
  };
  const curves = liveCurves({ draw: asDrawing, interval: 0 });
  await new GrowingContext([curves]).train([1]);
  assert.equal(calls, 2);
  assert.match(String(warn.mock.calls[0].arguments[0]), /Cannot show the curves: no display/);
  // a training without a single epoch has no curve
  const { shown } = collect();
  await new GrowingContext([curves]).train([]);
  assert.equal(shown.length, 0);
});

test("plot.foldCurves draws what it is handed", async () => {
  const figures: unknown[] = [];
  scope[displayKey] = async (value) => {
    figures.push(value);
  };
  await new GrowingContext([liveCurves({ draw: foldCurves, interval: 0 })]).train([3, 2]);
  const { data } = figures.at(-1) as ReturnType<typeof foldCurves>;
  assert.equal(data[0].name, "training 1");
  assert.deepEqual([...(data[0].y as Float64Array)], [3, 2]);
});
