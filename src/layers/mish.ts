import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../engine";

/** x tanh(softplus(x)) with the gradient in closed form, which keeps one tensor for it instead of four. */
function mishValue(x: tfTypes.Tensor): tfTypes.Tensor {
  const op = tf.customGrad((value, save) => {
    const input = value as tfTypes.Tensor;
    (save as tfTypes.GradSaveFunc)([input]);
    return {
      value: tf.mul(input, tf.tanh(tf.softplus(input))),
      gradFunc: (gradient: tfTypes.Tensor, saved: tfTypes.Tensor[]) => {
        const [kept] = saved;
        const bend = tf.tanh(tf.softplus(kept));
        const slope = tf.mul(tf.mul(kept, tf.sigmoid(kept)), tf.sub(1, tf.square(bend)));
        return tf.mul(gradient, tf.add(bend, slope));
      },
    };
  });
  return op(x);
}

class MishLayer extends tf.layers.Layer {
  static readonly className = "MishLayer";
  override supportsMasking = true;

  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[], kwargs: object): tfTypes.Tensor {
    this.invokeCallHook(inputs, kwargs);
    return tf.tidy(() => mishValue(Array.isArray(inputs) ? inputs[0] : inputs));
  }

  override computeOutputShape(inputShape: tfTypes.Shape): tfTypes.Shape {
    return inputShape;
  }
}
tf.serialization.registerClass(MishLayer);

/** Options of {@link mish}. */
export interface MishOptions {
  /** Name of the layer; a numbered one by default. */
  name?: string;
}

/**
 * The activation x tanh(ln(1 + eˣ)) (Misra 2019).
 *
 * In and out: any shape, the same.
 *
 * @example
 * mish().apply(tf.input({ shape: [120, 120, 64] }));
 */
export function mish(options: MishOptions = {}): tfTypes.layers.Layer {
  return new MishLayer(options);
}
