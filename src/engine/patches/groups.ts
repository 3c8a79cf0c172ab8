/**
 * Grouped convolutions: tfjs-layers takes `groups` and ignores it, so a network described for Keras silently becomes a
 * larger one. Here the kernel is `[...kernelSize, channels / groups, filters]`, as Keras's, and the layers' calls (see
 * affine.ts) convolve group by group. Layers keep their class names, so saved models load either way.
 */
import type { layers, Shape, serialization } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import "./affine";

/** A convolutional layer of tfjs's, with what this file reads and sets. */
interface Convolution extends layers.Layer {
  readonly rank: number;
  readonly filters: number;
  readonly dataFormat: string;
  getConfig(): serialization.ConfigDict;
}

interface ConvolutionClass {
  new (options: { groups?: number }): Convolution;
  readonly className: string;
}

function classOf(layer: layers.Layer): ConvolutionClass {
  return layer.constructor as unknown as ConvolutionClass;
}

/** The class `Base` with `groups` honoured, under the same class name. */
function grouped(Base: ConvolutionClass): ConvolutionClass {
  class Grouped extends Base {
    static override readonly className = Base.className;
    readonly groups: number;

    constructor(options: { groups?: number }) {
      super(options);
      this.groups = options.groups ?? 1;
      const { filters, groups, dataFormat } = this;
      if (!(Number.isInteger(groups) && groups > 0 && filters % groups === 0)) {
        throw new RangeError(
          `Cannot group a convolution: filters must be a multiple of groups, got ${filters} filters in ${groups} groups`,
        );
      }
      if (groups > 1 && (dataFormat === "channelsFirst" || this.rank === 3)) {
        throw new RangeError(
          `Cannot group a convolution: it must be conv1d or conv2d with channels last, got ${Base.className}, ${dataFormat}`,
        );
      }
    }

    override build(inputShape: Shape | Shape[]): void {
      const { groups } = this;
      if (groups === 1) {
        super.build(inputShape);
        return;
      }
      const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
      const channels = shape.at(-1) ?? 0;
      if (channels % groups !== 0) {
        throw new RangeError(
          `Cannot group a convolution: the input's channels must be a multiple of ${groups} groups, got ${channels}`,
        );
      }
      super.build([...shape.slice(0, -1), channels / groups]);
      const spec = { ndim: shape.length, axes: { [shape.length - 1]: channels } };
      this.inputSpec = [spec as unknown as (typeof this.inputSpec)[number]];
    }

    override getConfig(): serialization.ConfigDict {
      return { ...super.getConfig(), groups: this.groups };
    }
  }
  tf.serialization.registerClass(Grouped as never);
  return Grouped;
}

const factories = tf.layers as unknown as Record<"conv1d" | "conv2d" | "conv3d", (options: object) => object>;
const kinds = [
  ["conv1d", tf.layers.conv1d({ filters: 1, kernelSize: 1 })],
  ["conv2d", tf.layers.conv2d({ filters: 1, kernelSize: 1 })],
  ["conv3d", tf.layers.conv3d({ filters: 1, kernelSize: 1 })],
] as const;
for (const [name, layer] of kinds) {
  const Grouped = grouped(classOf(layer));
  factories[name] = (options) => new Grouped(options);
}
