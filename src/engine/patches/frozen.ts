/**
 * `trainable` of a model reaches all layers in it, as in Keras. tfjs only keeps their weights from the optimizer, so
 * that a batch normalisation in a frozen model goes on with batch statistics, and moves its averages.
 */
import { tf } from "../load";

interface Container {
  readonly layers?: readonly { trainable: boolean }[];
  trainable_: boolean;
}

const container = Object.getPrototypeOf(tf.LayersModel.prototype) as Container;
const sequential = tf.Sequential.prototype as unknown as { build(shape: unknown): void };
const { build } = sequential;
let building = false;

Object.defineProperty(container, "trainable", {
  configurable: true,
  get(this: Container) {
    return this.trainable_;
  },
  set(this: Container, trainable: boolean) {
    this.trainable_ = trainable;
    if (building) return;
    for (const layer of this.layers ?? []) layer.trainable = trainable;
  },
});

// A sequential model hands its own flag to the model that it makes of its layers, some of which may be frozen.
sequential.build = function buildUnchanged(shape) {
  building = true;
  try {
    build.call(this, shape);
  } finally {
    building = false;
  }
};
