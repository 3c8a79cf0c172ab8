import assert from "node:assert/strict";
import test from "node:test";
import { rotateSeries } from "../../src/augment/rotateSeries";
import { series } from "../../src/core/series";
import { channels, data, raw, steps, testSeriesContract } from "./seriesContract";

testSeriesContract("rotateSeries", rotateSeries);

test("rotation keeps the lengths of triples and the angles between rows, each triple apart or all together", () => {
  const dot = (values: Float32Array, a: number, b: number): number =>
    values[a] * values[b] + values[a + 1] * values[b + 1] + values[a + 2] * values[b + 2];
  for (const together of [true, false]) {
    const turned = rotateSeries(raw, { together, seed: 9 });
    for (const first of [0, 3]) {
      for (let t = 1; t < steps; t++) {
        const at = first + t * channels;
        assert.ok(Math.abs(dot(turned.data, at, at) - dot(data, at, at)) < 1e-4);
        assert.ok(Math.abs(dot(turned.data, at, first) - dot(data, at, first)) < 1e-4);
      }
    }
    // between the triples angles are kept only where both turn alike
    const off = Math.abs(dot(turned.data, 0, 3) - dot(data, 0, 3));
    assert.equal(off < 1e-4, together);
  }
});

test("rotation touches only the named triples, and a right-handed system stays right-handed", () => {
  const axes = series(Float32Array.of(1, 0, 0, 7, 0, 1, 0, 7, 0, 0, 1, 7), {
    steps: 3,
    channels: ["x", "y", "z", "w"],
  });
  const m = rotateSeries(axes, { triples: [["x", "y", "z"]], seed: 5 }).data;
  assert.deepEqual([m[3], m[7], m[11]], [7, 7, 7]);
  const determinant =
    m[0] * (m[5] * m[10] - m[6] * m[9]) -
    m[1] * (m[4] * m[10] - m[6] * m[8]) +
    m[2] * (m[4] * m[9] - m[5] * m[8]);
  assert.ok(Math.abs(determinant - 1) < 1e-5);
  assert.throws(() => rotateSeries(axes), /multiple of three .*got 4/);
});
