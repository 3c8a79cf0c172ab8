import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { randomSource } from "../core/random";
import { tf } from "../engine";
import { initializer } from "./initializers";

/** Options of {@link attentionGate}. */
export interface AttentionGateOptions {
  /** Channels in which the two inputs are compared. Default: half of the first input's, as Attention U-Net. */
  filters?: number;
  /** Seed of the weights. Default 0. */
  seed?: number;
  /** Name of the layer; a numbered one by default. */
  name?: string;
}

class AttentionGate extends tf.layers.Layer {
  static readonly className = "AttentionGate";
  private readonly filters: number | undefined;
  private readonly seed: number;
  private skipKernel!: tfTypes.LayerVariable;
  private gateKernel!: tfTypes.LayerVariable;
  private bias!: tfTypes.LayerVariable;
  private scoreKernel!: tfTypes.LayerVariable;
  private scoreBias!: tfTypes.LayerVariable;

  constructor(options: AttentionGateOptions) {
    super(options);
    this.filters = options.filters ?? undefined;
    this.seed = options.seed ?? 0;
  }

  override build(inputShape: tfTypes.Shape | tfTypes.Shape[]): void {
    const [skip, gate] = inputShape as tfTypes.Shape[];
    if (!Array.isArray(skip) || !Array.isArray(gate) || skip[1] !== gate[1] || skip[2] !== gate[2]) {
      throw new RangeError(
        `Cannot gate attention: need two inputs of equal rows and columns, got [${JSON.stringify(inputShape)}]`,
      );
    }
    const random = randomSource(this.seed);
    const kernel = (name: string, from: number, to: number): tfTypes.LayerVariable =>
      this.addWeight(
        name,
        [1, 1, from, to],
        "float32",
        initializer("glorotUniform", { seed: random.integer(1, 2 ** 31 - 1) }),
      );
    const channels = skip[3] as number;
    const filters = this.filters ?? Math.max(1, channels >> 1);
    this.skipKernel = kernel("skip_kernel", channels, filters);
    this.gateKernel = kernel("gate_kernel", gate[3] as number, filters);
    this.bias = this.addWeight("bias", [filters], "float32", tf.initializers.zeros());
    this.scoreKernel = kernel("score_kernel", filters, 1);
    this.scoreBias = this.addWeight("score_bias", [1], "float32", tf.initializers.zeros());
    this.built = true;
  }

  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[], kwargs: object): tfTypes.Tensor {
    this.invokeCallHook(inputs, kwargs);
    return tf.tidy(() => {
      const [skip, gate] = inputs as tfTypes.Tensor4D[];
      const convolve = (x: tfTypes.Tensor4D, kernel: tfTypes.LayerVariable): tfTypes.Tensor4D =>
        tf.conv2d(x, kernel.read() as tfTypes.Tensor4D, 1, "same");
      const compared = tf.relu(
        tf.add(tf.add(convolve(skip, this.skipKernel), convolve(gate, this.gateKernel)), this.bias.read()),
      ) as tfTypes.Tensor4D; // [samples, rows, columns, filters]
      const attention = tf.sigmoid(tf.add(convolve(compared, this.scoreKernel), this.scoreBias.read()));
      return tf.mul(skip, attention);
    });
  }

  override computeOutputShape(inputShape: tfTypes.Shape | tfTypes.Shape[]): tfTypes.Shape {
    return (inputShape as tfTypes.Shape[])[0];
  }

  override getConfig(): tfTypes.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      seed: this.seed,
      ...(this.filters === undefined ? {} : { filters: this.filters }),
    };
  }
}
tf.serialization.registerClass(AttentionGate);

/**
 * Weighs an encoder's maps by what the decoder looks for (additive attention gate of Attention U-Net, Oktay et al. 2018).
 *
 * In: `[skip, gate]`, `[samples, rows, columns, channels]` each, equal in rows and columns; out: skip's shape.
 *
 * @throws {RangeError} if there are not two inputs of equal rows and columns
 * @example
 * const [skip, upsampled] = [tf.input({ shape: [60, 60, 128] }), tf.input({ shape: [60, 60, 128] })];
 * attentionGate().apply([skip, upsampled]); // skip times weights in [0, 1]
 */
export function attentionGate(options: AttentionGateOptions = {}): tfTypes.layers.Layer {
  return new AttentionGate(options);
}
