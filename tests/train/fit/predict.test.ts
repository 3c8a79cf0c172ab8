import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { frames } from "../../../src/core/frames";
import { tf } from "../../../src/engine";
import { loadWeights, saveCheckpoint, saveWeights } from "../../../src/train/fit/checkpoint";
import { fit } from "../../../src/train/fit/fit";
import { predict } from "../../../src/train/fit/predict";
import { sgd } from "../../../src/train/optimizers";
import type { FitOptions } from "../../../src/train/types";

function summing(inputShape: number[]): tfTypes.LayersModel {
  const input = tf.input({ shape: inputShape });
  const flat = inputShape.length > 1 ? tf.layers.flatten().apply(input) : input;
  const sum = tf.layers.dense({ units: 1, useBias: false, kernelInitializer: "ones" }).apply(flat);
  return tf.model({ inputs: input, outputs: sum as tfTypes.SymbolicTensor });
}

test("every sample gets its output, whatever the batch size", async () => {
  const x = { data: Float32Array.from({ length: 14 }, (_, i) => i), shape: [7, 2] };
  for (const batchSize of [1, 3, 7, 50]) {
    const { data, shape } = await predict(summing([2]), x, { batchSize });
    assert.deepEqual(shape, [7, 1]);
    assert.deepEqual([...data], [1, 5, 9, 13, 17, 21, 25]);
  }
});

test("frames of bytes are scaled and prepared as fit prepares them", async () => {
  const bytes = frames(Uint8Array.of(0, 255, 51, 102, 255, 255, 0, 0), {
    shape: [2, 1, 1, 4],
    unit: "pixel",
  });
  const arrange = ({ x }: { x: tfTypes.Tensor }) => {
    const front = tf.slice(x, [0, 0, 0, 0], [-1, 1, 1, 3]);
    return { x: front, y: front };
  };
  const { data } = await predict(summing([1, 1, 3]), bytes, { scaleX: 1 / 255, arrange });
  assert.ok(Math.abs(data[0] - 1.2) < 1e-6 && Math.abs(data[1] - 2) < 1e-6, `${data}`);
});

test("tensors are left as they are, and none is left behind", async () => {
  const model = summing([2]);
  const x = tf.ones([5, 2]);
  const before = tf.memory().numTensors;
  await predict(model, x, { batchSize: 2 });
  assert.equal(tf.memory().numTensors, before);
  assert.equal(x.isDisposed, false);
});

test("wrong data, wrong batch sizes and an aborted signal are refused", async () => {
  const model = summing([2]);
  const x = { data: new Float32Array(3), shape: [2, 2] };
  await assert.rejects(predict(model, x), /needs 4 values, got 3/);
  await assert.rejects(
    predict(model, { data: new Float32Array(4), shape: [2, 2] }, { batchSize: 0.5 }),
    RangeError,
  );
  await assert.rejects(
    predict(model, { data: new Float64Array(4) as never, shape: [2, 2] }),
    /got Float64Array/,
  );
  const signal = AbortSignal.abort();
  await assert.rejects(predict(model, { data: new Float32Array(4), shape: [2, 2] }, { signal }), {
    name: "AbortError",
  });
});

test("predictions are made from inputs as the fit made them, also by a model that takes its weights", async () => {
  const make = () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  const bytes = { data: Uint8Array.from({ length: 16 }, (_, i) => 15 * i), shape: [8, 2] };
  const units = {
    data: Float32Array.from(bytes.data, (value) => value * Math.fround(1 / 255)),
    shape: [8, 2],
  };
  const y = { data: Float32Array.from({ length: 8 }, (_, i) => i), shape: [8, 1] };
  const model = make();
  const directory = mkdtempSync(path.join(tmpdir(), "podium-predict-"));
  const at = (name: string) => path.join(directory, name);
  try {
    const { state } = await fit(model, { x: bytes, y }, { optimizer: sgd(), loss: "mse", scaleX: 1 / 255 });
    const wanted = (await predict(model, units, { scaleX: 1 })).data;
    assert.deepEqual((await predict(model, bytes)).data, wanted);
    saveWeights(at("model.safetensors"), model);
    saveCheckpoint(at("last.safetensors"), state);
    for (const source of [at("model.safetensors"), at("last.safetensors"), state]) {
      const other = make();
      loadWeights(source, other);
      assert.deepEqual((await predict(other, bytes)).data, wanted);
      other.dispose();
    }
    const twice: FitOptions["transform"] = ({ x, y: truth }) => ({ x: tf.mul(x, 2), y: truth });
    await fit(model, { x: units, y }, { optimizer: sgd({ learningRate: 0 }), loss: "mse", transform: twice });
    const doubled = { data: units.data.map((value) => 2 * value), shape: [8, 2] };
    const same: FitOptions["transform"] = (batch) => batch;
    assert.deepEqual(
      (await predict(model, units)).data,
      (await predict(model, doubled, { transform: same })).data,
    );
  } finally {
    rmSync(directory, { recursive: true });
    model.dispose();
  }
});
