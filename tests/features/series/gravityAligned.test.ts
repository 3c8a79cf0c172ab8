import assert from "node:assert/strict";
import test from "node:test";
import { rotateSeries } from "../../../src/augment/rotateSeries";
import { randomSource } from "../../../src/core/random";
import { series } from "../../../src/core/series";
import { gravityAligned } from "../../../src/features/series/gravityAligned";

const channels = ["acc_x", "acc_y", "acc_z", "gy_x", "gy_y", "gy_z"];
const random = randomSource(3);
const steps = 80;
const source = series(
  Float32Array.from({ length: 2 * steps * 6 }, (_, i) => random.normal() + (i % 6 === 1 ? 3 : 0)),
  { steps, channels },
);

test("what is along gravity and across it does not depend on how the sensor is worn", () => {
  const found = gravityAligned(source);
  assert.deepEqual(found.shape, [2, steps, 4]);
  assert.deepEqual(found.channels, ["acc.vertical", "acc.horizontal", "gy.vertical", "gy.horizontal"]);
  const triples = [channels.slice(0, 3), channels.slice(3)] as [string, string, string][];
  const turned = gravityAligned(rotateSeries(source, { triples, together: true, seed: 5, probability: 1 }));
  found.data.forEach((value, i) => assert.ok(Math.abs(value - turned.data[i]) < 1e-4, `${i}`));
  // Both parts together are the whole.
  for (let row = 0; row < 2 * steps; row++) {
    const [x, y, z] = source.data.subarray(row * 6, row * 6 + 3);
    const [vertical, horizontal] = found.data.subarray(row * 4, row * 4 + 2);
    assert.ok(Math.abs(Math.hypot(vertical, horizontal) - Math.hypot(x, y, z)) < 1e-5);
  }
});

test("a sensor at rest feels gravity alone, free fall has no direction, a step may be the only one", () => {
  const still = series(Float32Array.of(0, 0, 1, 3, 4, 9), { steps: 1, channels });
  assert.deepEqual([...gravityAligned(still).data], [1, 0, 9, 5]);
  const falling = series(new Float32Array(12), { steps: 2, channels });
  assert.ok(gravityAligned(falling).data.every((value) => value === 0));
  const spoilt = gravityAligned({ ...source, data: source.data.with(0, Number.NaN) }, { length: 1 });
  assert.deepEqual(
    [...spoilt.data.keys()].filter((i) => Number.isNaN(spoilt.data[i])),
    [0, 1, 2, 3],
  );
  assert.throws(() => gravityAligned(source, { length: 0 }), /length must be a whole number from 1/);
  assert.throws(() => gravityAligned(source, { acceleration: ["x", "y", "z"] }), RangeError);
});
