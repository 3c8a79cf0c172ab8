import assert from "node:assert/strict";
import test from "node:test";
import { type Frames, frames } from "../../src/core/frames";
import { splitTarget } from "../../src/core/frameViews";
import { prepareFrames } from "../../src/validate/prepareFrames";

const source = frames(
  Uint8Array.from({ length: 3 * 2 * 3 }, (_, i) => i),
  { shape: [3, 1, 2, 3], unit: "pixel" },
);

test("the last image is the target", () => {
  const { inputs, target } = splitTarget(source);
  assert.deepEqual(inputs.shape, [3, 1, 2, 2]);
  assert.deepEqual([...target.shards[0]], [2, 5, 8, 11, 14, 17]);
  assert.throws(() => splitTarget(target), /at least 2 times, got 1/);
});

test("a fold gets its own samples, bytes as they were", () => {
  const prepared = prepareFrames(source, { test: source })({
    fold: 0,
    seed: 0,
    foldSeed: 0,
    trainIndices: Int32Array.of(2, 0),
    validationIndices: Int32Array.of(1),
  });
  assert.deepEqual((prepared.train.x as Frames).shards[0], Uint8Array.of(12, 13, 15, 16, 0, 1, 3, 4));
  assert.deepEqual((prepared.train.y as Frames).shards[0], Uint8Array.of(14, 17, 2, 5));
  assert.deepEqual((prepared.validation!.x as Frames).shards[0], Uint8Array.of(6, 7, 9, 10));
  assert.equal(prepared.test, source);
});
