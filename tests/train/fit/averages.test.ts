import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import type { LayersModel, Tensor, Variable } from "@tensorflow/tfjs-node-gpu";
import type { ArrayData } from "../../../src/core/array";
import { tf } from "../../../src/engine";
import { averageWeights, earlyStopping, modelCheckpoint, swa } from "../../../src/train/callbacks";
import { loadCheckpoint, loadWeights } from "../../../src/train/fit/checkpoint";
import { fit } from "../../../src/train/fit/fit";
import { adam, withEma } from "../../../src/train/optimizers";
import type { Callback, FitOptions, History } from "../../../src/train/types";

const directory = mkdtempSync(path.join(tmpdir(), "podium-averages-"));
after(() => rmSync(directory, { recursive: true }));

const wave = (length: number, phase = 0) =>
  Float32Array.from({ length }, (_, i) => 1 + Math.sin(i * 0.7 + phase));
const x: ArrayData = { data: wave(40 * 3), shape: [40, 3] };
const y: ArrayData = { data: wave(40, 1), shape: [40, 1] };
const validation = { x: { data: wave(30, 2), shape: [10, 3] }, y: { data: wave(10, 3), shape: [10, 1] } };

function network(): LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const kernelConstraint = tf.constraints.unitNorm({ axis: 0 });
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 4, inputShape: [3], useBias: false, kernelInitializer, kernelConstraint }),
      tf.layers.batchNormalization({ momentum: 0.9 }),
      tf.layers.dense({ units: 1, kernelInitializer }),
    ],
  });
}

/** A layer that keeps a moving value of its own. */
class Trailing extends tf.layers.Layer {
  static readonly className = "Trailing";
  private mean!: { read(): Variable };
  override build(): void {
    this.mean = this.addWeight("mean", [], "float32", tf.initializers.zeros(), undefined, false) as never;
    super.build([]);
  }
  override call(inputs: Tensor | Tensor[], { training }: { training?: boolean }): Tensor {
    const [input] = Array.isArray(inputs) ? inputs : [inputs];
    if (training) this.mean.read().assign(tf.mean(input) as Variable);
    return tf.sub(input, this.mean.read());
  }
}

/** The model's own mean square error on the validation data. */
function errorOf(model: LayersModel): number {
  const { data, shape } = validation.x;
  const predicted = tf.tidy(() =>
    (model.predict(tf.tensor(data, shape)) as ReturnType<typeof tf.tensor>).dataSync<"float32">(),
  );
  return predicted.reduce((sum, value, i) => sum + (value - validation.y.data[i]) ** 2, 0) / predicted.length;
}

const averages: Record<string, () => Pick<FitOptions, "optimizer"> & { callback: Callback }> = {
  averageWeights: () => ({
    optimizer: withEma(adam({ learningRate: 0.2 }), { momentum: 0.8 }),
    callback: averageWeights(),
  }),
  swa: () => ({ optimizer: adam({ learningRate: 0.2 }), callback: swa({ startEpoch: 1 }) }),
};

for (const [name, make] of Object.entries(averages)) {
  for (const mode of ["compiled", "eager"] as const) {
    const run = (
      model: LayersModel,
      callbacks: (average: Callback) => Callback[],
      changes = {},
    ): Promise<History> => {
      const { optimizer, callback } = make();
      const options = { loss: "mse", batchSize: 8, epochs: 5, validation, mode, ...changes };
      return fit(model, { x, y }, { ...options, optimizer, callbacks: callbacks(callback) });
    };
    const close = (actual: number, expected: number, message?: string) =>
      assert.ok(
        Math.abs(actual - expected) < 1e-5 * Math.max(1, expected),
        message ?? `${actual} is not ${expected}`,
      );

    test(`${name}, ${mode}: what is scored is what is kept, at the end, by early stopping and in the best file`, async () => {
      const last = network();
      const { logs, state } = await run(last, (average) => [average]);
      close(errorOf(last), logs.val_loss[4]);
      loadWeights(state, last);
      close(errorOf(last), logs.val_loss[4]);
      const best = Math.min(...logs.val_loss);
      const keep = () => earlyStopping({ patience: 99, restoreBestWeights: true });
      for (const [place, order] of [
        (average: Callback) => [average, keep()],
        (average: Callback) => [keep(), average],
      ].entries()) {
        const model = network();
        const { logs: again } = await run(model, order);
        assert.deepEqual(again, logs);
        close(errorOf(model), best, `early stopping at ${1 - place}`);
        model.dispose();
      }
      const folder = path.join(directory, `${name}-${mode}`);
      const model = network();
      await run(model, (average) => [average, modelCheckpoint(folder)]);
      loadWeights(path.join(folder, "best.safetensors"), model);
      close(errorOf(model), best);
      model.dispose();
      last.dispose();
    });

    test(`${name}, ${mode}: training goes on from its own weights, also after a resume`, async () => {
      const folder = path.join(directory, `${name}-${mode}-resumed`);
      const whole = network();
      const { logs, state } = await run(whole, (average) => [average, modelCheckpoint(folder)]);
      const part = network();
      await run(part, (average) => [average, modelCheckpoint(folder)], { epochs: 3 });
      const second = network();
      const initial = loadCheckpoint(path.join(folder, "last.safetensors"), { model: second });
      const rest = await run(second, (average) => [average], { initial });
      assert.deepEqual(rest.logs, logs);
      assert.deepEqual(Object.keys(rest.state.tensors).sort(), Object.keys(state.tensors).sort());
      assert.deepEqual(rest.state.tensors["weights/dense#1/kernel"], state.tensors["weights/dense#1/kernel"]);
      assert.deepEqual(rest.state.tensors["scored/dense#1/kernel"], state.tensors["scored/dense#1/kernel"]);
      for (const model of [whole, part, second]) model.dispose();
    });

    // Lightning-AI/pytorch-lightning#14866: averaged weights with the statistics of others.
    test(`${name}, ${mode}: the statistics are the averaged weights' own, and constraints hold`, async () => {
      const model = network();
      await run(model, (average) => [average]);
      const [kernel] = model.layers[0].getWeights().map((weight) => weight.arraySync() as number[][]);
      for (let unit = 0; unit < 4; unit++) close(Math.hypot(...kernel.map((row) => row[unit])), 1);
      const [, , mean, variance] = model.layers[1].getWeights().map((weight) => [...weight.dataSync()]);
      for (let unit = 0; unit < 4; unit++) {
        const outputs = Array.from({ length: 40 }, (_, i) =>
          kernel.reduce((sum, row, at) => sum + row[unit] * x.data[i * 3 + at], 0),
        );
        const whole = outputs.reduce((sum, value) => sum + value, 0) / 40;
        // Every batch has 8 samples, so the mean of their means is the mean of all.
        close(mean[unit], whole);
        const spread = outputs.reduce((sum, value) => sum + (value - whole) ** 2, 0) / 40;
        assert.ok(variance[unit] > 0 && variance[unit] <= spread * (8 / 7) + 1e-5, "means of batches differ");
      }
      model.dispose();
    });
  }
}

test("frozen statistics stay, and other moving values are refused by name", async () => {
  const frozen = network();
  frozen.layers[1].trainable = false;
  const before = frozen.layers[1].getWeights().map((weight) => [...weight.dataSync()]);
  const { optimizer, callback } = averages.averageWeights();
  await fit(frozen, { x, y }, { optimizer, loss: "mse", callbacks: [callback] });
  assert.deepEqual(
    frozen.layers[1].getWeights().map((weight) => [...weight.dataSync()]),
    before,
  );
  frozen.dispose();
  const own = tf.sequential({ layers: [new Trailing({ inputShape: [3] }), tf.layers.dense({ units: 1 })] });
  await assert.rejects(
    fit(own, { x, y }, { ...averages.averageWeights(), loss: "mse", callbacks: [averageWeights()] }),
    /"trailing#1\/mean" changes with the batches and cannot be measured anew/,
  );
  own.dispose();
});
