import assert from "node:assert/strict";
import test from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { tf } from "../../src/engine";
import { conv1d } from "../../src/models";
import { adam, fit } from "../../src/train";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test("twenty fits in one process leave its memory and its tensors as they were", async () => {
  const model = conv1d({ inputShape: [120, 6], classes: 5, seed: 1 });
  const x = { data: Float32Array.from({ length: 96 * 120 * 6 }, (_, i) => Math.sin(i)), shape: [96, 120, 6] };
  const y = { data: Int32Array.from({ length: 96 }, (_, i) => i % 5), shape: [96] };
  const options = { optimizer: adam(), loss: "sparseCategoricalCrossEntropy", epochs: 2, batchSize: 16 };
  const once = async () => {
    await fit(model, { x, y }, options);
    // Garbage is no leak, and when it is collected is up to the machine's load.
    collectGarbage();
  };
  // The first fits fill caches of TensorFlow and of the allocator.
  for (let i = 0; i < 8; i++) await once();
  const { numTensors, numBytes } = tf.memory();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 20; i++) await once();
  const after = process.memoryUsage().rss;
  assert.equal(tf.memory().numTensors, numTensors);
  assert.equal(tf.memory().numBytes, numBytes);
  assert.ok(after < 1.05 * before, `memory grew from ${before} to ${after} bytes`);
});
