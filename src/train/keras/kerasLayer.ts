/** What each layer is called in Keras 3, and where its weights lie in a file. */
import { randomSource } from "../../core/random";
import { ownPackage } from "./ownLayers";

/** A layer's configuration as `toJSON` of tfjs writes it. */
export type Config = Readonly<Record<string, unknown>>;

/** A layer as Keras 3 writes it. */
export interface KerasLayer {
  readonly className: string;
  readonly config: Record<string, unknown>;
  /** Where its weights lie below the layer, in order: a folder for each part that holds some. */
  readonly parts: readonly string[];
  /** Names of what Keras has not. */
  readonly own: readonly string[];
}

/** How a class is written in Keras. */
interface Rule {
  /** The class in Keras; default the same name. */
  readonly as?: string;
  /** Options that are the same in both. */
  readonly keep?: readonly string[];
  /** Further options. */
  readonly set?: (config: Config, shape: readonly (number | null)[]) => Record<string, unknown>;
  /** Whether the class is one of ours, which Keras has not. */
  readonly own?: true;
  /** Where the weights lie; default in the layer itself. */
  readonly parts?: readonly string[];
}

const convolution = [
  "filters",
  "kernel_size",
  "strides",
  "padding",
  "data_format",
  "dilation_rate",
  "activation",
  "use_bias",
];
const pooling = ["pool_size", "strides", "padding", "data_format"];
const recurrent = [
  "units",
  "activation",
  "recurrent_activation",
  "use_bias",
  "dropout",
  "recurrent_dropout",
  "return_sequences",
  "go_backwards",
];
const normalization = ["axis", "momentum", "epsilon", "center", "scale"];
const cell = ["cell"];

const rules: Readonly<Record<string, Rule>> = {
  InputLayer: {
    set: ({ batch_input_shape: shape, dtype }) => ({ batch_shape: shape, dtype }),
  },
  Conv1D: { keep: convolution },
  Conv2D: { keep: convolution },
  Conv2DTranspose: { keep: convolution },
  SeparableConv2D: { keep: [...convolution, "depth_multiplier"] },
  DepthwiseConv2D: {
    keep: [...convolution.slice(1), "depth_multiplier"],
  },
  Dense: { keep: ["units", "activation", "use_bias"] },
  Embedding: { keep: ["input_dim", "output_dim", "mask_zero"] },
  BatchNormalization: { keep: normalization },
  LayerNormalization: { keep: ["axis", "epsilon", "center", "scale"] },
  Activation: { keep: ["activation"] },
  ReLU: { keep: ["max_value"] },
  LeakyReLU: { set: ({ alpha }) => ({ negative_slope: alpha }) },
  ELU: { keep: ["alpha"] },
  Softmax: { keep: ["axis"] },
  Dropout: { keep: ["rate"] },
  SpatialDropout1D: { keep: ["rate"] },
  SpatialDropout2D: { keep: ["rate"] },
  GaussianDropout: { keep: ["rate"] },
  AlphaDropout: { keep: ["rate"] },
  GaussianNoise: { keep: ["stddev"] },
  SeededGaussianNoise: { as: "GaussianNoise", set: ({ deviation }) => ({ stddev: deviation }) },
  Add: {},
  Multiply: {},
  Average: {},
  Maximum: {},
  Minimum: {},
  Concatenate: { keep: ["axis"] },
  Flatten: { keep: ["data_format"] },
  Reshape: { keep: ["target_shape"] },
  Permute: { keep: ["dims"] },
  RepeatVector: { keep: ["n"] },
  Masking: { keep: ["mask_value"] },
  MaxPooling1D: { keep: pooling },
  MaxPooling2D: { keep: pooling },
  AveragePooling1D: { keep: pooling },
  AveragePooling2D: { keep: pooling },
  GlobalAveragePooling1D: {},
  GlobalMaxPooling1D: {},
  GlobalAveragePooling2D: { keep: ["data_format"] },
  GlobalMaxPooling2D: { keep: ["data_format"] },
  UpSampling2D: { keep: ["size", "data_format", "interpolation"] },
  ZeroPadding2D: { keep: ["padding", "data_format"] },
  Cropping2D: { keep: ["cropping", "data_format"] },
  SimpleRNN: { keep: recurrent.filter((name) => name !== "recurrent_activation"), parts: cell },
  LSTM: { keep: recurrent, parts: cell },
  GRU: { keep: recurrent, set: () => ({ reset_after: false }), parts: cell },
  FastLstm: { as: "LSTM", keep: recurrent, parts: cell },
  FastGru: { as: "GRU", keep: [...recurrent, "reset_after"], parts: cell },
  FastConvLstm2D: {
    as: "ConvLSTM2D",
    keep: ["filters", "kernel_size", "recurrent_activation", "return_sequences"],
    set: () => ({ padding: "same" }),
    parts: cell,
  },
  GroupedConv2D: {
    as: "Conv2D",
    keep: ["filters", "kernel_size", "groups"],
    set: () => ({ padding: "same" }),
  },
  MishLayer: { as: "Activation", set: () => ({ activation: "mish" }) },
  FoldTime: { own: true },
  UnfoldTime: { own: true, keep: ["times"] },
  LatestTime: { own: true },
  AttentionGate: { own: true, keep: ["filters"] },
  ChannelAttention: { own: true, keep: ["reduction"] },
  SpatialAttention: { own: true, keep: ["kernel_size"] },
  RandomRoll: {
    own: true,
    set({ mode, low, high, seed }, shape) {
      const least = low as number;
      const end = (high as number | undefined) ?? (shape[1] as number);
      if (mode !== "fixed") return { low: least, high: end, per_window: mode === "window" };
      const shift = randomSource(seed as number).integer(least, end);
      return { low: shift, high: shift + 1, per_window: false };
    },
  },
};

/** The piecewise sigmoid of Keras 2, which Keras 3 has under no name. */
const hardSigmoid = {
  module: "builtins",
  class_name: "function",
  config: `${ownPackage}>hard_sigmoid`,
  registered_name: "function",
};

/** A class and its settings as Keras 3 writes them. */
export function kerasObject({ className, config, own }: KerasLayer): Record<string, unknown> {
  const isOwn = own.includes(className);
  return {
    module: isOwn ? null : "keras.layers",
    class_name: className,
    config,
    registered_name: isOwn ? `${ownPackage}>${className}` : null,
  };
}

/** Whether a layer's weights are kept from learning; Keras's SpatialDropout takes no word of it. */
function frozen({ className, config }: { className: string; config: Config }): { trainable?: false } {
  return config.trainable === false && !className.startsWith("SpatialDropout") ? { trainable: false } : {};
}

/**
 * A layer in Keras's words.
 *
 * @param options `name`: the layer's name in Keras; `inputShape`: what it is given
 * @throws {RangeError} if Keras has no such layer and there is no twin of it
 */
export function kerasLayer(
  { className, config }: { className: string; config: Config },
  options: { name: string; inputShape: readonly (number | null)[] },
): KerasLayer {
  const { name, inputShape } = options;
  if (className === "Bidirectional" || className === "TimeDistributed") {
    return wrapped({ className, config }, options);
  }
  const rule = rules[className];
  if (!rule) {
    throw new RangeError(
      `Cannot export "${name}" to Keras: layers must be of ${Object.keys(rules).join(", ")}, Bidirectional or TimeDistributed, got ${className}`,
    );
  }
  const kept = (rule.keep ?? []).filter((key) => config[key] !== undefined && config[key] !== null);
  const written: Record<string, unknown> = {
    name,
    ...(className !== "InputLayer" && { dtype: "float32" }),
    ...frozen({ className, config }),
    ...Object.fromEntries(kept.map((key) => [key, config[key]])),
    ...rule.set?.(config, inputShape),
  };
  const own = rule.own ? [className] : [];
  for (const key of ["activation", "recurrent_activation"]) {
    // tfjs writes its names in Keras's form or in its own.
    if (written[key] === "hard_sigmoid" || written[key] === "hardSigmoid") {
      written[key] = hardSigmoid;
      own.push("hard_sigmoid");
    }
  }
  return { className: rule.as ?? className, config: written, parts: rule.parts ?? [""], own };
}

/** A layer around another. */
function wrapped(
  { className, config }: { className: string; config: Config },
  options: { name: string; inputShape: readonly (number | null)[] },
): KerasLayer {
  const { class_name: innerClass, config: innerConfig } = config.layer as {
    class_name: string;
    config: Config;
  };
  const { name, inputShape } = options;
  const inner = kerasLayer(
    { className: innerClass, config: innerConfig },
    { name: `${name}_inner`, inputShape },
  );
  const both = className === "Bidirectional";
  const folders = both ? ["forward_layer", "backward_layer"] : ["layer"];
  return {
    className,
    config: {
      name,
      dtype: "float32",
      ...frozen({ className, config }),
      layer: kerasObject(inner),
      ...(both && { merge_mode: config.merge_mode ?? null }),
    },
    parts: folders.flatMap((folder) => inner.parts.map((part) => (part ? `${folder}/${part}` : folder))),
    own: inner.own,
  };
}
