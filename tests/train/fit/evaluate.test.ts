import assert from "node:assert/strict";
import test from "node:test";
import { randomSource } from "../../../src/core/random";
import { tf } from "../../../src/engine";
import { evaluate, findLearningRate, fit } from "../../../src/train";

const random = randomSource(5);
const samples = 50;
const data = Float32Array.from({ length: samples * 4 }, () => random.normal());
const x = { data, shape: [samples, 4] };
const y = Int32Array.from({ length: samples }, (_, i) => (data[i * 4] > 0 ? 1 : 0));

function classifier(seed: number) {
  const kernelInitializer = tf.initializers.glorotUniform({ seed });
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, inputShape: [4], activation: "relu", kernelInitializer }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 2, activation: "softmax", kernelInitializer }),
    ],
  });
}

const measured = { loss: "sparseCategoricalCrossEntropy", metrics: ["accuracy"] };

for (const mode of ["compiled", "eager"] as const) {
  test(`evaluate tells what fit (${mode}) tells of its validation, with class numbers as they are loaded`, async () => {
    const model = classifier(1);
    const { logs } = await fit(
      model,
      { x, y },
      { ...measured, optimizer: "adam", epochs: 2, seed: 3, mode, validation: { x, y } },
    );
    const before = tf.memory().numTensors;
    for (const batchSize of [7, 50]) {
      const found = await evaluate(model, { x, y }, { ...measured, batchSize });
      assert.ok(Math.abs(found.loss - logs.val_loss[1]) < 1e-5, `${found.loss}, ${logs.val_loss[1]}`);
      assert.equal(found.accuracy, logs.val_accuracy[1]);
    }
    assert.equal(tf.memory().numTensors, before);
    model.dispose();
  });
}

test("an optimizer by name trains as the one of its defaults, and an unknown name is refused", async () => {
  await assert.rejects(
    fit(classifier(1), { x, y }, { ...measured, optimizer: "adma" }),
    /one of sgd, rmsprop, adam, adamw, nadam, got "adma"/,
  );
});

test("a learning rate is found below the one at which training diverges, and the weights are put back", async () => {
  // Least squares by gradient descent diverge from 2 / the greatest eigenvalue of the loss on.
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: "zeros" })],
  });
  const line = { data: Float32Array.of(1, 2, 3, 4), shape: [4, 1] };
  const noisy = { data: Float32Array.of(1, 3, 2, 5), shape: [4, 1] };
  const limit = 2 / (2 * ((1 + 4 + 9 + 16) / 4));
  const before = tf.memory().numTensors;
  const { rates, losses, suggestion } = await findLearningRate(
    model,
    { x: line, y: noisy },
    { loss: "mse", optimizer: "sgd", batchSize: 4, steps: 200, low: 1e-6, high: 10, mode: "eager" },
  );
  assert.equal(tf.memory().numTensors, before);
  assert.equal(rates.length, losses.length);
  assert.ok(rates.length < 200, "ended where the loss rose");
  assert.ok(Math.abs(rates[0] - 1e-6) < 1e-12);
  rates.slice(1).forEach((rate, i) => assert.ok(rate > rates[i]));
  assert.ok(suggestion > limit / 1000 && suggestion < limit, `${suggestion} below ${limit}`);
  assert.deepEqual(model.getWeights()[0].dataSync(), Float32Array.of(0));
  await assert.rejects(
    findLearningRate(model, { x: line, y: line }, { loss: "mse", optimizer: "adam", low: 1, high: 0.1 }),
    /high must be a finite number above 1, got 0.1/,
  );
  model.dispose();
});
