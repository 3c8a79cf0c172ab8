import assert from "node:assert/strict";
import test from "node:test";
import { tf } from "../../src/engine";
import { type InitializerName, initializer } from "../../src/layers";

function draw(name: InitializerName, shape: number[], seed: number): Float32Array {
  return tf.tidy(() => initializer(name, { seed }).apply(shape).dataSync() as Float32Array);
}

function deviation(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

// Keras: variance 2 / fan in, 2 / fan in, 1 / fan in, 2 / (fan in + fan out); limits sqrt(3 variance), 2 deviations.
const shape = [9, 100, 80];
for (const [name, expected, limit] of [
  ["heUniform", Math.sqrt(2 / 900), Math.sqrt(6 / 900)],
  ["heNormal", Math.sqrt(2 / 900), (2 * Math.sqrt(2 / 900)) / 0.8796256610342398],
  ["leCunNormal", Math.sqrt(1 / 900), (2 * Math.sqrt(1 / 900)) / 0.8796256610342398],
  ["glorotUniform", Math.sqrt(2 / 1620), Math.sqrt(6 / 1620)],
] as const) {
  test(`${name} has Keras's deviation and limit`, () => {
    const values = draw(name, shape, 5);
    assert.ok(Math.abs(deviation(values) / expected - 1) < 0.01, `${deviation(values)} for ${expected}`);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    assert.ok(largest <= limit * 1.000001 && largest > 0.98 * limit, `${largest} for ${limit}`);
    assert.deepEqual(draw(name, shape, 5), values);
    assert.notDeepEqual(draw(name, shape, 6), values);
  });
}

for (const size of [
  [40, 120],
  [120, 40],
  [3, 3, 4, 16],
]) {
  test(`orthogonal weights of shape [${size}] are orthonormal on their shorter side`, () => {
    tf.tidy(() => {
      const columns = size[size.length - 1];
      const matrix = tf.tensor(draw("orthogonal", size, 2), [
        size.reduce((a, b) => a * b, 1) / columns,
        columns,
      ]);
      const [rows] = matrix.shape;
      const wide = rows < columns;
      const gram = tf.matMul(matrix as never, matrix as never, !wide, wide);
      assert.ok(tf.max(tf.abs(tf.sub(gram, tf.eye(Math.min(rows, columns))))).dataSync()[0] < 1e-5);
    });
  });
}

test("an unknown initializer is named with the known ones", () => {
  assert.throws(
    () => initializer("ones" as "heNormal", { seed: 1 }),
    /the name must be glorotUniform, heNormal, heUniform, leCunNormal, orthogonal or zeros, got ones/,
  );
});
