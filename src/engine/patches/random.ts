/**
 * Makes tfjs's own random functions draw from the step's seed while a step runs. tfjs draws in JavaScript: slow, from
 * the clock where no seed is given, and in a captured step the same numbers for ever.
 */
import type { DataType, Rank, ShapeMap, Tensor, TensorLike } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import { inRandomState, randomNormal, randomUniform } from "../random";
import { core } from "../tfjsCore";

const { dropout, randomNormal: looseNormal, randomUniform: looseUniform } = core;

core.dropout = function seededDropout(
  x: Tensor | TensorLike,
  rate: number,
  noiseShape?: (number | null)[],
  seed?: number | string,
): Tensor {
  if (!inRandomState() || !(x instanceof tf.Tensor)) return dropout(x, rate, noiseShape as number[], seed);
  if (rate === 0) return tf.clone(x);
  const shape = x.shape.map((extent, axis) => noiseShape?.[axis] ?? extent);
  return tf.tidy(() => {
    // floor(u + keep) is 1 with probability keep; scaling the mask, not x, saves a pass where it broadcasts.
    const keep = 1 - rate;
    const mask = tf.mul(tf.floor(tf.add(randomUniform(shape), keep)), 1 / keep);
    return tf.mul(x, mask);
  });
};

core.randomUniform = function seededUniform<R extends Rank>(
  shape: ShapeMap[R],
  min = 0,
  max = 1,
  dtype: DataType = "float32",
  seed?: number | string,
): Tensor<R> {
  if (!inRandomState() || dtype !== "float32") {
    return looseUniform(shape, min, max, dtype as "float32", seed);
  }
  return randomUniform(shape, { min, max }) as Tensor<R>;
};

core.randomNormal = function seededNormal<R extends Rank>(
  shape: ShapeMap[R],
  mean = 0,
  deviation = 1,
  dtype?: "float32" | "int32",
  seed?: number,
): Tensor<R> {
  if (!inRandomState() || dtype === "int32") return looseNormal(shape, mean, deviation, dtype, seed);
  return randomNormal(shape, { mean, deviation }) as Tensor<R>;
};
