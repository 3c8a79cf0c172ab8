import { tf } from "../../engine";
import { attentionGate, channelAttention, groupedConv2d, spatialAttention } from "../../layers";
import type { EncoderDecoderParts } from "./encoderDecoder";
import { joinGroups, padLike } from "./frames";
import type { Activation, Symbolic, Toolkit } from "./toolkit";

/** How the levels of a U-Net are made. */
export interface UnetPartsOptions {
  /** Channels of the first level, doubled by each below. */
  filters: number;
  depth: number;
  activation: Activation;
  /** Groups of channels that do not see each other; more than 1 keeps time steps apart. */
  groups?: number;
  /** Channel and spatial attention after each block on the way down (CBAM, Woo et al. 2018). */
  attention?: boolean;
  /** Attention gates where the decoder reads the encoder's maps (Oktay et al. 2018). */
  gates?: boolean;
  /** Batch normalisation after each convolution. Default true. */
  normalization?: boolean;
  /** What stands in for a convolution of 3 x 3. Default: that. */
  convolve?(x: Symbolic, filters: number): Symbolic;
}

/** The parts of a U-Net: two convolutions a block, pooling, transposed convolutions. */
export function unetParts(net: Toolkit, options: UnetPartsOptions): EncoderDecoderParts {
  const { filters, depth, activation, groups = 1, attention = false, gates = false } = options;
  const { normalization = true, convolve = plain } = options;

  function plain(x: Symbolic, channels: number): Symbolic {
    if (groups > 1) {
      const layer = groupedConv2d({
        filters: channels,
        groups,
        kernelInitializer: "heNormal",
        seed: net.nextSeed(),
      });
      return net.apply(layer, x);
    }
    return net.conv2d(x, {
      filters: channels,
      kernelSize: 3,
      kernelInitializer: "heNormal",
      useBias: !normalization,
    });
  }
  const block = (from: Symbolic, level: number, way: "down" | "up"): Symbolic => {
    let x = from;
    for (let turn = 0; turn < 2; turn++) {
      x = convolve(x, filters * 2 ** level);
      x = net.activate(normalization ? net.normalize(x) : x, activation);
    }
    if (!attention || way === "up") return x;
    x = net.apply(channelAttention({ seed: net.nextSeed() }), x);
    return net.apply(spatialAttention({ seed: net.nextSeed() }), x);
  };
  return {
    depth,
    block,
    shrink: (x) => net.apply(tf.layers.maxPooling2d({ poolSize: 2 }), x),
    enlarge(x, level, skip) {
      const channels = filters * 2 ** level;
      if (groups > 1) {
        const larger = padLike(net, net.apply(tf.layers.upSampling2d({ size: [2, 2] }), x), skip);
        return plain(larger, channels);
      }
      return padLike(net, net.conv2dTranspose(x, { filters: channels, kernelSize: 2, strides: 2 }), skip);
    },
    join(skip, enlarged) {
      const seen = gates ? net.apply(attentionGate({ seed: net.nextSeed() }), [skip, enlarged]) : skip;
      return groups > 1 ? joinGroups(net, seen, enlarged, groups) : net.join(seen, enlarged);
    },
  };
}
