import assert from "node:assert/strict";
import test from "node:test";
import {
  randomInteger,
  randomNormal,
  randomUniform,
  seedRandom,
  tf,
  withRandomState,
} from "../../src/engine";

const draw = (seed: number, step: number) =>
  withRandomState({ seed, step }, () => [...randomUniform([4]).dataSync(), ...randomUniform([4]).dataSync()]);

test("the same seed and step draw the same numbers, and another of either draws others", () => {
  assert.deepEqual(draw(7, 3), draw(7, 3));
  assert.notDeepEqual(draw(7, 3), draw(8, 3));
  assert.notDeepEqual(draw(7, 3), draw(7, 4));
  for (const seed of [7 + 2 ** 32, 7 - 2 ** 32, 7 + 2 ** 33]) assert.notDeepEqual(draw(7, 3), draw(seed, 3));
});

test("two calls within a step draw different numbers", () => {
  const numbers = draw(7, 3);
  assert.notDeepEqual(numbers.slice(0, 4), numbers.slice(4));
});

test("a seed given as a tensor draws what the number draws", () => {
  const step = tf.scalar(3, "int32");
  const asTensor = withRandomState({ seed: 7, step }, () => [...randomUniform([4]).dataSync()]);
  assert.deepEqual(asTensor, draw(7, 3).slice(0, 4));
});

test("uniform, normal and whole numbers have the moments and ranges that were asked for", () => {
  seedRandom(1);
  const uniform = randomUniform([20000], { min: -2, max: 4 });
  assert.ok(Math.abs(tf.mean(uniform).dataSync()[0] - 1) < 0.05);
  assert.ok(tf.min(uniform).dataSync()[0] >= -2 && tf.max(uniform).dataSync()[0] < 4);
  const { mean, variance } = tf.moments(randomNormal([20000], { mean: 3, deviation: 2 }));
  assert.ok(Math.abs(mean.dataSync()[0] - 3) < 0.06 && Math.abs(variance.dataSync()[0] - 4) < 0.2);
  const counts = [0, 0, 0, 0];
  for (const value of randomInteger([8000], { min: -1, max: 3 }).dataSync()) counts[value + 1]++;
  for (const count of counts) assert.ok(Math.abs(count - 2000) < 200, `${counts}`);
});

test("outside a step the stream follows seedRandom", () => {
  seedRandom(5);
  const first = [...randomUniform([3]).dataSync(), ...randomUniform([3]).dataSync()];
  seedRandom(5);
  assert.deepEqual([...randomUniform([3]).dataSync(), ...randomUniform([3]).dataSync()], first);
  assert.notDeepEqual(first.slice(0, 3), first.slice(3));
  seedRandom(5 + 2 ** 32);
  assert.notDeepEqual([...randomUniform([3]).dataSync()], first.slice(0, 3));
});

test("an empty range and a seed that is no whole number are refused", () => {
  assert.throws(() => randomInteger([2], { min: 3, max: 3 }), RangeError);
  assert.throws(() => seedRandom(0.5), RangeError);
});

test("drawing leaves no tensors behind", () => {
  const before = tf.memory().numTensors;
  tf.tidy(() => withRandomState({ seed: 1, step: 2 }, () => void randomNormal([3], { mean: 1 })));
  const value = withRandomState({ seed: 1, step: 2 }, () => randomUniform([3], { max: 2 }));
  value.dispose();
  assert.equal(tf.memory().numTensors, before);
});
