import assert from "node:assert/strict";
import test from "node:test";
import { tf } from "../../src/engine";
import { latestTime } from "../../src/layers";

test("the latest image of each sample comes out, and its gradient reaches that image only", () => {
  const x = tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 1, 2, 3]);
  const layer = latestTime();
  const y = layer.apply(x) as typeof x;
  assert.deepEqual(y.shape, [1, 1, 2, 1]);
  assert.deepEqual([...y.dataSync()], [3, 6]);
  assert.deepEqual(layer.computeOutputShape([null, 1, 2, 3]), [null, 1, 2, 1]);
  const gradient = tf.grad((values) => tf.sum(layer.apply(values) as typeof x))(x);
  assert.deepEqual([...gradient.dataSync()], [0, 0, 1, 0, 0, 1]);
});
