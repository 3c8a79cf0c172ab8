import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../engine";

class LatestTime extends tf.layers.Layer {
  static readonly className = "LatestTime";

  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[], kwargs: object): tfTypes.Tensor {
    this.invokeCallHook(inputs, kwargs);
    const x = Array.isArray(inputs) ? inputs[0] : inputs; // [samples, rows, columns, times]
    return tf.tidy(() => tf.slice(x, [0, 0, 0, (x.shape[3] as number) - 1], [-1, -1, -1, 1]));
  }

  override computeOutputShape(inputShape: tfTypes.Shape): tfTypes.Shape {
    return [...inputShape.slice(0, 3), 1];
  }
}
tf.serialization.registerClass(LatestTime);

/** Options of {@link latestTime}. */
export interface LatestTimeOptions {
  /** Name of the layer; a numbered one by default. */
  name?: string;
}

/**
 * The latest image of a sequence, for networks that predict how it changes.
 *
 * In `[samples, rows, columns, times]`; out `[samples, rows, columns, 1]`.
 *
 * @example
 * latestTime().apply(tf.input({ shape: [120, 120, 4] }));
 */
export function latestTime(options: LatestTimeOptions = {}): tfTypes.layers.Layer {
  return new LatestTime(options);
}
