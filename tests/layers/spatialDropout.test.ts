import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf, withRandomState } from "../../src/engine";
import { spatialDropout1d, spatialDropout2d } from "../../src/layers";

function dropped(layer: tfTypes.layers.Layer, shape: number[], step = 0): tfTypes.Tensor {
  return withRandomState(
    { seed: 3, step },
    () => layer.apply(tf.ones(shape), { training: true }) as tfTypes.Tensor,
  );
}

for (const [name, layer, shape] of [
  ["series", spatialDropout1d({ rate: 0.25 }), [40, 9, 50]],
  ["frames", spatialDropout2d({ rate: 0.25 }), [40, 3, 5, 50]],
] as const) {
  test(`whole channels of ${name} are dropped, a quarter of them, the others scaled up`, () => {
    tf.tidy(() => {
      const out = dropped(layer, [...shape]).reshape([shape[0], -1, shape[shape.length - 1]]);
      const least = out.min(1).dataSync();
      assert.deepEqual(least, out.max(1).dataSync(), "a channel is one value throughout");
      const zeros = least.filter((value) => value === 0).length / least.length;
      assert.ok(Math.abs(zeros - 0.25) < 0.04, `dropped ${zeros}`); // 4 standard deviations of 2,000 draws
      for (const value of least) assert.ok(value === 0 || Math.abs(value - 4 / 3) < 1e-6);
    });
  });
}

test("the same seed and step drop the same channels, another step others", () => {
  tf.tidy(() => {
    const layer = spatialDropout1d({ rate: 0.5 });
    const first = dropped(layer, [8, 4, 20]).dataSync();
    assert.deepEqual(dropped(layer, [8, 4, 20]).dataSync(), first);
    assert.notDeepEqual(dropped(layer, [8, 4, 20], 1).dataSync(), first);
  });
});

test("predictions and a rate of 0 drop nothing", () => {
  tf.tidy(() => {
    const x = tf.ones([2, 3, 4]);
    const predicted = spatialDropout1d({ rate: 0.9 }).apply(x, { training: false }) as tfTypes.Tensor;
    assert.deepEqual(predicted.dataSync(), x.dataSync());
    assert.deepEqual(dropped(spatialDropout1d({ rate: 0 }), [2, 3, 4]).dataSync(), x.dataSync());
  });
});

test("a rate outside [0, 1) is refused", () => {
  for (const rate of [-0.1, 1, Number.NaN]) {
    assert.throws(() => spatialDropout2d({ rate }), /Cannot drop channels: the rate must be in \[0, 1\)/);
  }
});
