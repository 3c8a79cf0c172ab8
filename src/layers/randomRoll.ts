import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { randomSource } from "../core/random";
import { tf } from "../engine";
import { randomInteger } from "../engine/random";

/** What shares one shift: every batch of the model, the windows of a batch, or nothing. */
export type RollMode = "fixed" | "batch" | "window";

/** Options of {@link randomRoll}. */
export interface RandomRollOptions {
  /**
   * `fixed`: one shift drawn from the seed when the layer is made, as the author's layer did. `batch`, `window`: a new
   * shift for each training batch or each of its windows. Predictions are not rolled. Default `window`.
   */
  mode?: RollMode;
  /** Smallest shift, steps. Default 0. */
  low?: number;
  /** First shift that is too large, steps. Default: the number of steps. */
  high?: number;
  /** Seed of the fixed shift. Default 0. */
  seed?: number;
  /** Name of the layer; a numbered one by default. */
  name?: string;
}

/** Takes rows of a [rows, channels] matrix; its gradient takes them back, which costs less than adding them up. */
function permuteRows(x: tfTypes.Tensor, to: tfTypes.Tensor1D, back: tfTypes.Tensor1D): tfTypes.Tensor {
  const permute = tf.customGrad((values, save) => {
    (save as tfTypes.GradSaveFunc)([back]);
    return {
      value: tf.gather(values as tfTypes.Tensor, to),
      gradFunc: (gradient: tfTypes.Tensor, saved: tfTypes.Tensor[]) =>
        tf.gather(gradient, saved[0] as tfTypes.Tensor1D),
    };
  });
  return permute(x);
}

class RandomRoll extends tf.layers.Layer {
  static readonly className = "RandomRoll";
  private readonly mode: RollMode;
  private readonly low: number;
  private readonly high: number | undefined;
  private readonly seed: number;

  constructor(options: RandomRollOptions = {}) {
    super(options);
    this.mode = options.mode ?? "window";
    this.low = options.low ?? 0;
    this.high = options.high ?? undefined;
    this.seed = options.seed ?? 0;
    if (!["fixed", "batch", "window"].includes(this.mode)) {
      throw new RangeError(`Cannot roll: the mode must be fixed, batch or window, got ${this.mode}`);
    }
    if (!Number.isInteger(this.low) || (this.high !== undefined && !(this.low < this.high))) {
      throw new RangeError(`Cannot roll: need whole shifts low < high, got [${this.low}, ${this.high})`);
    }
  }

  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[], kwargs: { training?: boolean }): tfTypes.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tfTypes.Tensor3D;
    this.invokeCallHook(inputs, kwargs);
    if (!kwargs.training) return x.clone();
    return tf.tidy(() => {
      const [windows, steps, channels] = x.shape;
      const high = this.high ?? steps;
      if (this.mode === "fixed") {
        const shift = randomSource(this.seed).integer(this.low, high);
        const cut = steps - (((shift % steps) + steps) % steps);
        return tf.concat([x.slice([0, cut, 0]), x.slice([0, 0, 0], [-1, cut, -1])], 1);
      }
      const shape = this.mode === "batch" ? [1, 1] : [windows, 1];
      const shift = randomInteger(shape, { min: this.low, max: high }); // [windows or 1, 1]
      const time = tf.range(0, steps, 1, "int32").reshape([1, steps]);
      const first = tf.range(0, windows * steps, steps, "int32").reshape([windows, 1]);
      const length = tf.scalar(steps, "int32");
      const rows = (from: tfTypes.Tensor): tfTypes.Tensor1D =>
        tf.add(tf.mod(from, length), first).reshape([windows * steps]);
      const rolled = permuteRows(
        x.reshape([windows * steps, channels]),
        rows(tf.sub(time, shift)), // out[t] = in[(t - shift) mod steps], as NumPy's roll
        rows(tf.add(time, shift)),
      );
      return rolled.reshape([windows, steps, channels]);
    });
  }

  override computeOutputShape(inputShape: tfTypes.Shape): tfTypes.Shape {
    return inputShape;
  }

  override getConfig(): tfTypes.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      mode: this.mode,
      low: this.low,
      seed: this.seed,
      ...(this.high === undefined ? {} : { high: this.high }),
    };
  }
}
tf.serialization.registerClass(RandomRoll);

/**
 * Rolls windows along time in training, what leaves at the end coming back at the start; predictions are not rolled.
 *
 * In and out: `[windows, steps, channels]`.
 *
 * @throws {RangeError} if the mode is unknown or low is not below high
 * @see the author's `Rolling` layer (DACON 235689, third place), which kept one shift for the life of a model
 * @example
 * randomRoll({ mode: "fixed", seed: 2021 }).apply(tf.input({ shape: [600, 18] }));
 */
export function randomRoll(options: RandomRollOptions = {}): tfTypes.layers.Layer {
  return new RandomRoll(options);
}
