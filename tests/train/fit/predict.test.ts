import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { frames } from "../../../src/core/frames";
import { tf } from "../../../src/engine";
import { predict } from "../../../src/train/fit/predict";

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
