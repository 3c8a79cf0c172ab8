import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../engine";
import { type InitializerName, initializer } from "./initializers";

/** Options of {@link groupedConv2d}. */
export interface GroupedConv2dOptions {
  /** Channels out; a multiple of `groups`. */
  filters: number;
  /** Parts of the channels that do not see each other, such as the time steps. */
  groups: number;
  /** Rows and columns of the kernel. Default 3. */
  kernelSize?: number;
  /** Default `glorotUniform`. */
  kernelInitializer?: InitializerName;
  /** Seed of the kernel. Default 1. */
  seed?: number;
  /** Name of the layer; a numbered one by default. */
  name?: string;
}

class GroupedConv2D extends tf.layers.Layer {
  static readonly className = "GroupedConv2D";
  private readonly options: Required<Omit<GroupedConv2dOptions, "name">>;
  private kernel!: tfTypes.LayerVariable;
  private bias!: tfTypes.LayerVariable;

  constructor(options: GroupedConv2dOptions) {
    super(options);
    const { filters, groups, kernelSize = 3, kernelInitializer = "glorotUniform", seed = 1 } = options;
    if (!(Number.isInteger(groups) && groups > 0 && filters % groups === 0)) {
      throw new RangeError(
        `Cannot group a convolution: filters must be a multiple of groups, got ${filters} filters in ${groups} groups`,
      );
    }
    this.options = { filters, groups, kernelSize, kernelInitializer, seed };
  }

  override build(inputShape: tfTypes.Shape | tfTypes.Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfTypes.Shape;
    const channels = shape[3] as number;
    const { filters, groups, kernelSize, kernelInitializer, seed } = this.options;
    if (channels % groups !== 0) {
      throw new RangeError(
        `Cannot group a convolution: the input's channels must be a multiple of ${groups} groups, got ${channels}`,
      );
    }
    this.kernel = this.addWeight(
      "kernel",
      [kernelSize, kernelSize, channels / groups, filters],
      "float32",
      initializer(kernelInitializer, { seed }),
    );
    this.bias = this.addWeight("bias", [filters], "float32", tf.initializers.zeros());
    this.built = true;
  }

  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[], kwargs: object): tfTypes.Tensor {
    this.invokeCallHook(inputs, kwargs);
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tfTypes.Tensor4D;
      const { groups } = this.options;
      const parts = tf.split(x, groups, 3) as tfTypes.Tensor4D[];
      const kernels = tf.split(this.kernel.read(), groups, 3) as tfTypes.Tensor4D[];
      const convolved = parts.map((part, group) => tf.conv2d(part, kernels[group], 1, "same"));
      return tf.add(tf.concat(convolved, 3), this.bias.read());
    });
  }

  override computeOutputShape(inputShape: tfTypes.Shape): tfTypes.Shape {
    return [...inputShape.slice(0, 3), this.options.filters];
  }

  override getConfig(): tfTypes.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options };
  }
}
tf.serialization.registerClass(GroupedConv2D);

/**
 * A convolution whose channels are in groups that do not see each other, weights laid out as Keras's `groups` (which
 * tfjs ignores).
 *
 * In `[samples, rows, columns, channels]`, out `[samples, rows, columns, filters]`, padding `same`.
 *
 * @throws {RangeError} if filters or the input's channels are not a multiple of groups
 * @example
 * groupedConv2d({ filters: 64, groups: 4 }).apply(tf.input({ shape: [120, 120, 4] }));
 */
export function groupedConv2d(options: GroupedConv2dOptions): tfTypes.layers.Layer {
  return new GroupedConv2D(options);
}
