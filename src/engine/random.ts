/**
 * Random tensors from TensorFlow's stateless ops: what is drawn depends on a seed, a step and the number of the call
 * within the step, on nothing else. A training step takes seed and step as inputs, so a captured step draws the
 * numbers that the eager one draws, and a resumed run those of the uninterrupted one.
 */
import type { Scalar, Tensor } from "@tensorflow/tfjs-node-gpu";
import { seedBits } from "../core/random";
import { tf } from "./load";
import { nativeOp } from "./native";

/** Where the present step's random numbers come from. */
interface RandomState {
  /** int32 `[2]`: seed and step. */
  readonly key: Tensor;
  /** Draws so far in this step. */
  calls: number;
}

let current: RandomState | undefined;
let looseSeed = 0;
let looseCalls = 0;

/** Spreads consecutive call numbers over the 32-bit keys (2^32 divided by the golden ratio). */
const spread = 0x9e3779b1;

/** The int32 `[2]` key of the next draw. */
function nextKey(): Tensor {
  if (!current) return tf.tensor1d([Math.imul(++looseCalls, spread) ^ looseSeed, -1], "int32");
  const call = Math.imul(++current.calls, spread);
  return tf.add(current.key, tf.tensor1d([call, 0], "int32"));
}

/** Whether a step with a seed of its own is running. */
export function inRandomState(): boolean {
  return current !== undefined;
}

function asScalar(value: number | Scalar): Scalar {
  return typeof value === "number" ? tf.scalar(value | 0, "int32") : value;
}

/**
 * Runs `f` with the random functions below drawing from `seed` and `step`: the first call in `f` draws the first
 * stream of that step, the second another, and so on.
 *
 * @param state `seed` and `step`: whole numbers (of the step 32 bits are used) or int32 scalars, which a captured step keeps as inputs
 * @example
 * const mask = withRandomState({ seed: 7, step: 0 }, () => randomUniform([16, 600, 18]));
 */
export function withRandomState<T>(state: { seed: number | Scalar; step: number | Scalar }, f: () => T): T {
  const outer = current;
  const seed = typeof state.seed === "number" ? seedBits(state.seed) : state.seed;
  const key = tf.tidy(() => tf.stack([asScalar(seed), asScalar(state.step)]));
  current = { key, calls: 0 };
  try {
    return f();
  } finally {
    current = outer;
    key.dispose();
  }
}

/**
 * Starts the stream that the random functions draw from outside a training step (seed 0 when the process starts).
 *
 * @throws {RangeError} if the seed is not a whole number
 * @example
 * seedRandom(2021);
 */
export function seedRandom(seed: number): void {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Cannot seed the random functions: the seed must be a whole number, got ${seed}`);
  }
  looseSeed = seedBits(seed);
  looseCalls = 0;
}

function draw(op: string, shape: readonly number[]): Tensor {
  const sizes = tf.tensor1d([...shape], "int32");
  return nativeOp(op, [sizes, nextKey()], {
    attributes: { dtype: { type: "float32" }, T: { type: "int32" }, Tseed: { type: "int32" } },
  })[0];
}

/**
 * Uniform float32 numbers in `[min, max)`, of any shape.
 *
 * @param options `min` (default 0) and `max` (default 1)
 * @example
 * const shift = randomUniform([16, 1, 1], { min: -0.5, max: 0.5 });
 */
export function randomUniform(
  shape: readonly number[],
  options: { min?: number; max?: number } = {},
): Tensor {
  const { min = 0, max = 1 } = options;
  return tf.tidy(() => {
    const unit = draw("StatelessRandomUniform", shape);
    const scaled = max - min === 1 ? unit : tf.mul(unit, max - min);
    return min === 0 ? scaled : tf.add(scaled, min);
  });
}

/**
 * Normal float32 numbers, of any shape.
 *
 * @param options `mean` (default 0) and `deviation` (default 1)
 * @example
 * const noisy = tf.add(tf.ones([16, 600]), randomNormal([16, 600], { deviation: 0.03 }));
 */
export function randomNormal(
  shape: readonly number[],
  options: { mean?: number; deviation?: number } = {},
): Tensor {
  const { mean = 0, deviation = 1 } = options;
  return tf.tidy(() => {
    const standard = draw("StatelessRandomNormal", shape);
    const scaled = deviation === 1 ? standard : tf.mul(standard, deviation);
    return mean === 0 ? scaled : tf.add(scaled, mean);
  });
}

/**
 * Whole int32 numbers in `[min, max)`, of any shape.
 *
 * @throws {RangeError} if the range is empty
 * @example
 * const turns = randomInteger([16], { min: 0, max: 4 });
 */
export function randomInteger(shape: readonly number[], options: { min: number; max: number }): Tensor {
  const { min, max } = options;
  if (!(Number.isInteger(min) && Number.isInteger(max) && min < max)) {
    throw new RangeError(`Cannot draw integers: need whole numbers min < max, got [${min}, ${max})`);
  }
  return tf.tidy(() => {
    const sizes = tf.tensor1d([...shape], "int32");
    return nativeOp(
      "StatelessRandomUniformInt",
      [sizes, nextKey(), tf.scalar(min, "int32"), tf.scalar(max, "int32")],
      { attributes: { dtype: { type: "int32" }, T: { type: "int32" }, Tseed: { type: "int32" } } },
    )[0];
  });
}
