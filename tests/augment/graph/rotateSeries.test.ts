import assert from "node:assert/strict";
import test from "node:test";
import { rotateSeries } from "../../../src/augment/graph/rotateSeries";
import { randomNormal, randomUniform } from "../../../src/engine";
import { assertNear, batch, channels, draws, one, run, steps } from "./support/batch";

/** One triple of a window's step. */
const triple = (window: Float32Array, t: number, first: number): number[] =>
  Array.from(window.subarray(t * channels + first, t * channels + first + 3));
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

test("rotations keep lengths and angles of each triple and turn its axes right-handed", () => {
  run(rotateSeries()).x.forEach((window, w) => {
    const before = one(w);
    for (const first of [0, 3]) {
      for (let t = 1; t < steps; t++) {
        const [a, b] = [triple(before, t - 1, first), triple(before, t, first)];
        const [c, d] = [triple(window, t - 1, first), triple(window, t, first)];
        assert.ok(Math.abs(dot(a, b) - dot(c, d)) < 1e-4);
        assert.ok(Math.abs(dot(a, a) - dot(c, c)) < 1e-4);
      }
      const volume = (of: Float32Array): number => {
        const [a, b, c] = [0, 1, 2].map((t) => triple(of, t, first));
        return dot(a, [b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0]]);
      };
      assert.ok(Math.abs(volume(window) - volume(before)) < 1e-3);
    }
  });
});

test("a rotation turns by Rodrigues' formula, and triples of a group turn together", () => {
  const { axes, angles } = draws(() => {
    const drawn = randomNormal([batch, 1, 3]).dataSync();
    const turned = randomUniform([batch, 1, 1], { min: -Math.PI / 2, max: Math.PI / 2 }).dataSync();
    return { axes: drawn, angles: turned };
  });
  const groups = [
    [
      [0, 1, 2],
      [3, 4, 5],
    ],
  ] as const;
  run(rotateSeries({ groups, angle: 90 })).x.forEach((window, w) => {
    const length = Math.hypot(...axes.slice(3 * w, 3 * w + 3));
    const k = Array.from(axes.slice(3 * w, 3 * w + 3), (value) => value / length);
    for (const first of [0, 3]) {
      for (let t = 0; t < steps; t++) {
        const v = triple(one(w), t, first);
        const cross = [k[1] * v[2] - k[2] * v[1], k[2] * v[0] - k[0] * v[2], k[0] * v[1] - k[1] * v[0]];
        const [c, s] = [Math.cos(angles[w]), Math.sin(angles[w])];
        const expected = v.map((value, i) => value * c + cross[i] * s + k[i] * dot(k, v) * (1 - c));
        assertNear(triple(window, t, first), expected, 1e-4);
      }
    }
  });
});

test("a rotation leaves channels outside its triples alone", () => {
  run(rotateSeries({ groups: [[[5, 0, 2]]] })).x.forEach((window, w) => {
    const kept = (of: Float32Array): number[] => [...of].filter((_, i) => [1, 3, 4].includes(i % channels));
    assert.deepEqual(kept(window), kept(one(w)));
    assert.notDeepEqual(window, one(w));
  });
});

test("what cannot be done is refused", () => {
  assert.throws(() => rotateSeries({ angle: 270 }), /\[0, 180\] degrees, got 270/);
  assert.throws(() => run(rotateSeries({ groups: [[[0, 1, 1]]] })), /different whole numbers/);
});
