import assert from "node:assert/strict";
import test from "node:test";
import { composeAugmentations, jitterSeries, preview, rollSeries } from "../../../src/augment/graph";
import { series } from "../../../src/core/series";
import { tf } from "../../../src/engine";

const windows = series(
  Float32Array.from({ length: 2 * 6 * 2 }, (_, i) => i),
  { steps: 6, channels: ["a", "b"] },
);

test("a preview shows what the training step would make of windows, by seed and epoch", () => {
  const before = tf.memory().numTensors;
  const rolled = preview(windows, rollSeries(), { seed: 3 });
  assert.deepEqual(
    [...rolled.data].sort((a, b) => a - b),
    [...windows.data],
  );
  assert.deepEqual(rolled.channels, windows.channels);
  assert.deepEqual(preview(windows, rollSeries(), { seed: 3 }).data, rolled.data);
  const other = preview(windows, jitterSeries(), { seed: 4 }).data;
  assert.notDeepEqual(preview(windows, jitterSeries(), { seed: 5 }).data, other);
  const late = composeAugmentations([{ apply: jitterSeries(), when: (epoch) => epoch > 1 }]);
  assert.deepEqual(preview(windows, late).data, windows.data);
  assert.notDeepEqual(preview(windows, late, { epoch: 2 }).data, windows.data);
  assert.equal(tf.memory().numTensors, before);
  assert.throws(
    () => preview(windows, ({ x, y }) => ({ x: tf.sum(x, 1), y })),
    /must keep the shape \[2,6,2\], got \[2,2\]/,
  );
});
