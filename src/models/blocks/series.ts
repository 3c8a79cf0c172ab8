/** Blocks of the networks for series, `[windows, steps, channels]`. */
import { tf } from "../../engine";
import type { Activation, Symbolic, Toolkit } from "./toolkit";

/** Three convolutions with the first one's output added to the third's (the third-placed motion network's block). */
export function residualBlock1d(
  net: Toolkit,
  x: Symbolic,
  options: { filters: number; kernelSize: number; activation: Activation },
): Symbolic {
  const { filters, kernelSize, activation } = options;
  const convolve = (from: Symbolic): Symbolic =>
    net.conv1d(from, { filters, kernelSize, kernelInitializer: "heUniform" });
  const shortcut = convolve(x);
  let path = net.activate(net.normalize(shortcut), activation);
  path = net.activate(net.normalize(convolve(path)), activation);
  return net.activate(net.normalize(net.add(convolve(path), shortcut)), activation);
}

/** The greatest of every `poolSize` steps. @throws {RangeError} if there are fewer steps */
export function maxPool1d(net: Toolkit, x: Symbolic, poolSize: number): Symbolic {
  const steps = x.shape[1] as number;
  if (steps < poolSize) {
    throw new RangeError(
      `Cannot build a network: inputShape must leave ${poolSize} steps to pool, got ${steps}; give longer windows or a smaller poolSize`,
    );
  }
  return net.apply(tf.layers.maxPooling1d({ poolSize }), x);
}

/** The mean over time: `[windows, steps, channels]` -> `[windows, channels]`. */
export function meanOverTime(net: Toolkit, x: Symbolic): Symbolic {
  return net.apply(tf.layers.globalAveragePooling1d(), x);
}

/** A dense layer, batch-normalised, with dropout, and the classes' probabilities after it. */
export function classifierHead(
  net: Toolkit,
  x: Symbolic,
  options: { units: number; activation: Activation; dropout: number; classes: number },
): Symbolic {
  const { units, activation, dropout, classes } = options;
  const hidden = net.normalize(net.dense(x, { units, kernelInitializer: "heUniform" }));
  return net.dense(net.dropout(net.activate(hidden, activation), dropout), {
    units: classes,
    activation: "softmax",
  });
}
