import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf, withRandomState } from "../../src/engine";
import { gaussianNoise } from "../../src/layers";

test("noise has the deviation asked for while training, and is none in prediction", () => {
  tf.tidy(() => {
    const x = tf.fill([100, 200], 2);
    const layer = gaussianNoise({ deviation: 0.03 });
    const noisy = withRandomState(
      { seed: 1, step: 0 },
      () => layer.apply(x, { training: true }) as tfTypes.Tensor,
    );
    const { mean, variance } = tf.moments(noisy);
    assert.ok(Math.abs(mean.dataSync()[0] - 2) < 0.001);
    assert.ok(Math.abs(Math.sqrt(variance.dataSync()[0]) - 0.03) < 0.001);
    const again = withRandomState(
      { seed: 1, step: 0 },
      () => layer.apply(x, { training: true }) as tfTypes.Tensor,
    );
    assert.deepEqual(again.dataSync(), noisy.dataSync());
    assert.deepEqual((layer.apply(x, { training: false }) as tfTypes.Tensor).dataSync(), x.dataSync());
  });
});

test("a negative deviation is refused", () => {
  assert.throws(() => gaussianNoise({ deviation: -1 }), /the deviation must be 0 or more, got -1/);
});
