import assert from "node:assert/strict";
import test from "node:test";
import type { LayersModel, Tensor } from "@tensorflow/tfjs-node-gpu";
import { composeAugmentations } from "../../src/augment/graph/compose";
import { jitterSeries } from "../../src/augment/graph/series";
import { tf } from "../../src/engine";
import type { BatchTransform } from "../../src/engine/batchTransform";
import { atEpoch, scheduled } from "../../src/engine/batchTransform";
import { compile } from "../../src/train/fit/compile";
import { fit } from "../../src/train/fit/fit";
import { adam, sgd } from "../../src/train/optimizers";
import type { FitOptions, History } from "../../src/train/types";
import { batch, one, run } from "../augment/graph/support/batch";

/** A sum of one weight, started at 1. */
function linear(): LayersModel {
  return tf.sequential({
    layers: [tf.layers.dense({ units: 1, useBias: false, kernelInitializer: "ones", inputShape: [1] })],
  });
}

const zeros = {
  x: { data: new Float32Array(6), shape: [6, 1] },
  y: { data: new Float32Array(6), shape: [6, 1] },
};

/** Adds a number to x; with one weight of 1 and no learning the loss is its square. */
const add =
  (by: number | (() => Tensor)): BatchTransform =>
  ({ x, y }) => ({ x: tf.add(x, typeof by === "number" ? by : by()), y });

async function losses(augment: BatchTransform, options: Partial<FitOptions> = {}): Promise<number[]> {
  const model = linear();
  const how = { optimizer: sgd({ learningRate: 0 }), loss: "mse", batchSize: 4, epochs: 5 };
  const history = await fit(model, zeros, { ...how, augment, ...options });
  assert.equal(history.mode, options.mode ?? "compiled");
  model.dispose();
  return history.logs.loss.map((loss) => Math.round(loss * 1e4) / 1e4);
}

for (const mode of ["compiled", "eager"] as const) {
  test(`${mode} training follows a schedule epoch by epoch, last small batch included`, async () => {
    const values = [3, 1, 4, 1, 5];
    assert.deepEqual(
      await losses(
        add(() => scheduled((epoch) => values[epoch])),
        { mode },
      ),
      [9, 1, 16, 1, 25],
    );
  });

  test(`${mode} training alternates between steps by epoch`, async () => {
    const augment = composeAugmentations([
      { apply: add(2), when: (epoch) => epoch % 2 === 0 },
      { apply: add(3), when: (epoch) => epoch % 2 === 1 },
      { apply: add(10), probability: (epoch) => (epoch === 4 ? 1 : 0) },
    ]);
    assert.deepEqual(await losses(augment, { mode }), [4, 9, 4, 9, 144]);
  });
}

test("a schedule of thousands of epochs is captured too", async () => {
  const augment = add(() => scheduled((epoch) => epoch));
  const callbacks: FitOptions["callbacks"] = [
    { name: "stop", onEpochEnd: (context) => (context.epoch === 3 ? context.stop("enough") : undefined) },
  ];
  assert.deepEqual(await losses(augment, { epochs: 100_000, callbacks }), [0, 1, 4]);
});

test("a probability that rises with the epochs chooses more and more windows", () => {
  const augment = composeAugmentations([{ apply: jitterSeries(), probability: (epoch) => epoch / 10 }]);
  const changed = (epoch: number): number =>
    atEpoch(epoch, () => run(augment)).x.filter((window, w) => window.join() !== one(w).join()).length;
  assert.equal(changed(0), 0);
  assert.ok(changed(5) > 4 && changed(5) < batch - 4);
  assert.equal(changed(10), batch);
  // outside of an epoch it is the first
  assert.deepEqual(
    run(augment),
    atEpoch(0, () => run(augment)),
  );
});

test("compiled and eager training agree, and one that goes on ends where the uninterrupted one does", async () => {
  const augment = composeAugmentations([
    { apply: jitterSeries({ deviation: 0.5 }), when: (epoch) => epoch % 2 === 0, probability: 0.7 },
    { apply: jitterSeries({ deviation: 0.1 }), probability: (epoch) => epoch / 4 },
  ]);
  const x = { data: Float32Array.from({ length: 22 * 15 }, (_, i) => Math.sin(i * 0.7)), shape: [22, 5, 3] };
  const y = { data: Int32Array.from({ length: 22 }, (_, i) => i % 3), shape: [22] };
  const train = async (options: Partial<FitOptions>): Promise<{ history: History; kernel: Float32Array }> => {
    const model = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [5, 3] }),
        tf.layers.dense({
          units: 3,
          activation: "softmax",
          kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
        }),
      ],
    });
    const how = { optimizer: adam({ learningRate: 0.05 }), loss: "sparseCategoricalCrossEntropy" };
    const history = await fit(model, { x, y }, { ...how, batchSize: 4, seed: 3, augment, ...options });
    const kernel = (model.weights[0].read().dataSync() as Float32Array).slice();
    model.dispose();
    return { history, kernel };
  };
  const whole = await train({ epochs: 4 });
  const eager = await train({ epochs: 4, mode: "eager" });
  for (const [i, value] of whole.kernel.entries()) assert.ok(Math.abs(value - eager.kernel[i]) < 1e-5);
  const first = await train({ epochs: 1 });
  const rest = await train({ epochs: 4, initial: structuredClone(first.history.state) });
  assert.deepEqual(rest.kernel, whole.kernel);
  assert.deepEqual(rest.history.logs, whole.history.logs);
  // the schedules do change what is learned
  const plain = await train({ epochs: 4, augment: undefined });
  assert.notDeepEqual(plain.kernel, whole.kernel);
});

test("a loop of one's own tells the compiled model its epochs", () => {
  const model = linear();
  const augment = add(() => scheduled((epoch) => 1 + epoch));
  const optimizer = sgd({ learningRate: 0 });
  const y = { shape: [1], dtype: "float32" } as const;
  const compiled = compile(model, { optimizer, loss: "mse", batchSize: 6, epochs: 3, augment, y });
  const given = { x: zeros.x.data, y: zeros.y.data };
  const seen = [0, 1, 2].map((epoch) => Math.round(compiled.trainOnBatch({ ...given, epoch }).loss));
  assert.deepEqual(seen, [1, 4, 9]);
  assert.throws(() => compiled.trainOnBatch({ ...given, epoch: 3 }), /\[0, 3\), got 3/);
  compiled.dispose();
  model.dispose();
});

test("impossible schedules are refused, and none leaves a tensor behind", async () => {
  const before = tf.memory().numTensors;
  const wrong = composeAugmentations([{ apply: jitterSeries(), probability: (epoch) => 2 * epoch }]);
  assert.throws(() => atEpoch(1, () => run(wrong)), /probability must lie in \[0, 1\], got 2/);
  assert.throws(() => scheduled(() => Number.NaN), /a number for each epoch, got NaN for 0/);
  assert.throws(() => atEpoch(-1, () => 0), /whole number from 0, got -1/);
  assert.equal(tf.memory().numTensors, before);
});
