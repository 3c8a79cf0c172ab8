/**
 * TensorFlow's gradients where tfjs has others or none: tied extremes share theirs, PReLU has none at 0, padding by
 * reflection adds up what it repeated, resizing counts half pixels, and comparisons and top-k are differentiable.
 */
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import { type NativeAttribute, nativeOp } from "../native";
import { replaceGradient } from "./gradients";

const float: NativeAttribute = { type: "float32" };
const int32: NativeAttribute = { type: "int32" };

for (const kernel of ["Max", "Min"] as const) {
  replaceGradient(kernel, { inputs: ["x"], output: true }, (dy, [x, y], attributes) => {
    const axes = tf.util.parseAxisParam(
      (attributes.reductionIndices ?? attributes.axis) as unknown as number[],
      x.shape,
    );
    const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
    return {
      x: () => {
        const extreme = tf.cast(tf.equal(x, tf.reshape(y, kept)), "float32");
        const share = tf.div(tf.reshape(dy, kept), tf.sum(extreme, axes, true));
        return tf.mul(extreme, share);
      },
    };
  });
}

/** What an input that was broadcast gets of a gradient. */
function summedTo(gradient: Tensor, shape: number[]): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, shape);
}

// The first of two equal values gets all.
for (const [kernel, chosen] of [
  ["Maximum", tf.greaterEqual],
  ["Minimum", tf.lessEqual],
] as const) {
  replaceGradient(kernel, { inputs: ["a", "b"] }, (dy, [a, b]) => ({
    a: () => summedTo(tf.mul(dy, tf.cast(chosen(a, b), "float32")), a.shape),
    b: () => summedTo(tf.mul(dy, tf.sub(1, tf.cast(chosen(a, b), "float32"))), b.shape),
  }));
}

replaceGradient("SquaredDifference", { inputs: ["a", "b"] }, (dy, [a, b]) => ({
  a: () => summedTo(tf.mul(dy, tf.mul(2, tf.sub(a, b))), a.shape),
  b: () => summedTo(tf.mul(dy, tf.mul(2, tf.sub(b, a))), b.shape),
}));

replaceGradient("Prelu", { inputs: ["x", "alpha"] }, (dy, [x, alpha]) => ({
  x: () => {
    const positive = tf.cast(tf.greater(x, 0), "float32");
    const negative = tf.cast(tf.less(x, 0), "float32");
    return tf.mul(dy, tf.add(positive, tf.mul(alpha, negative)));
  },
  alpha: () => summedTo(tf.mul(dy, tf.minimum(x, 0)), alpha.shape),
}));

replaceGradient("MirrorPad", { inputs: ["x"] }, (dy, _, { paddings, mode }) => ({
  x: () => {
    const widths = tf.tensor2d(paddings as unknown as number[][], undefined, "int32");
    const text = mode === "reflect" ? "REFLECT" : "SYMMETRIC";
    const attributes = { T: float, Tpaddings: int32, mode: { text } };
    return nativeOp("MirrorPadGrad", [dy, widths], { attributes })[0];
  },
}));

replaceGradient("ResizeBilinear", { inputs: ["images"] }, (dy, [images], attributes) => ({
  images: () =>
    nativeOp("ResizeBilinearGrad", [dy, images], {
      attributes: {
        T: float,
        align_corners: { bool: attributes.alignCorners as boolean },
        half_pixel_centers: { bool: attributes.halfPixelCenters as boolean },
      },
    })[0],
}));

replaceGradient("ResizeNearestNeighbor", { inputs: ["images"] }, (dy, [images], attributes) => ({
  images: () => {
    const [samples, rows, columns, channels] = images.shape as Tensor4D["shape"];
    const [, dyRows, dyColumns] = dy.shape as Tensor4D["shape"];
    const [height, width] = [dyRows / rows, dyColumns / columns];
    if (!attributes.alignCorners && Number.isInteger(height) && Number.isInteger(width)) {
      // Every pixel became a whole block. On a GPU TensorFlow's own op refuses to run deterministically.
      const ofRows = tf.sum(tf.reshape(dy, [samples * rows, height, columns * width * channels]), 1);
      const blocks = tf.sum(tf.reshape(ofRows, [samples * rows * columns, width, channels]), 1);
      return tf.reshape(blocks, images.shape);
    }
    return nativeOp("ResizeNearestNeighborGrad", [dy, tf.tensor1d([rows, columns], "int32")], {
      attributes: {
        T: float,
        align_corners: { bool: attributes.alignCorners as boolean },
        half_pixel_centers: { bool: attributes.halfPixelCenters as boolean },
      },
    })[0];
  },
}));

replaceGradient("StridedSlice", { inputs: ["x"] }, (dy, [x], attributes) => ({
  x: () => {
    const list = (name: string) => tf.tensor1d(attributes[name] as unknown as number[], "int32");
    const mask = (name: string) => ({ int: (attributes[name] as number | undefined) ?? 0 });
    return nativeOp(
      "StridedSliceGrad",
      [tf.tensor1d(x.shape, "int32"), list("begin"), list("end"), list("strides"), dy],
      {
        attributes: {
          T: float,
          Index: int32,
          begin_mask: mask("beginMask"),
          end_mask: mask("endMask"),
          ellipsis_mask: mask("ellipsisMask"),
          new_axis_mask: mask("newAxisMask"),
          shrink_axis_mask: mask("shrinkAxisMask"),
        },
      },
    )[0];
  },
}));

tf.registerGradient({
  kernelName: "TopK",
  inputsToSave: ["x"],
  outputsToSave: [false, true],
  gradFunc: (dy, [x, places]) => ({
    x: () => {
      const [values] = dy as Tensor[];
      const rows = tf.oneHot(tf.cast(places, "int32"), x.shape[x.rank - 1]); // [..., k, n]
      return tf.sum(tf.mul(tf.cast(rows, "float32"), tf.expandDims(values, -1)), -2);
    },
  }),
});

// A condition has no slope; without one, `where` cannot be differentiated.
for (const kernel of ["Greater", "Less", "LessEqual", "Equal", "NotEqual", "LogicalAnd", "LogicalOr"]) {
  replaceGradient(kernel, { inputs: ["a", "b"] }, (_, [a, b]) => ({
    a: () => tf.zerosLike(a),
    b: () => tf.zerosLike(b),
  }));
}
replaceGradient("LogicalNot", { inputs: ["x"] }, (_, [x]) => ({ x: () => tf.zerosLike(x) }));
