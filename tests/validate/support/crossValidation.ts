/** A small cross-validation, also a program: `crossValidation.ts FOLDER` runs it in a process that a test kills. */
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { ArrayData } from "../../../src/core/array";
import { randomSource } from "../../../src/core/random";
import { tf } from "../../../src/engine";
import { changeNetwork, type NetworkChanges, type NetworkOptions, network } from "../../../src/train/network";
import { adam } from "../../../src/train/optimizers";
import { crossValidate } from "../../../src/validate/crossValidate";
import type { CrossValidateOptions } from "../../../src/validate/crossValidateOptions";
import { groupKFold } from "../../../src/validate/folds/groupFolds";

export const samples = 96;
export const folds = 3;

function problem(seed: number, count: number): { x: ArrayData & { data: Float32Array }; labels: Int32Array } {
  const random = randomSource(seed);
  const data = Float32Array.from({ length: count * 4 }, () => random.normal());
  const labels = Int32Array.from({ length: count }, (_, i) => {
    const sum = data[i * 4] + 0.5 * data[i * 4 + 1];
    return sum > 0.5 ? 2 : sum > -0.5 ? 1 : 0;
  });
  return { x: { data, shape: [count, 4] }, labels };
}

export const { x, labels } = problem(1, samples);
export const test = problem(2, 30).x;
export const people = Array.from({ length: samples }, (_, i) => `person ${i % 12}`);

/** Share of right answers among all samples. */
export function accuracyOf(prediction: ArrayData, indices?: Int32Array): number {
  const [rows, classes] = prediction.shape;
  let right = 0;
  for (let row = 0; row < rows; row++) {
    const own = Array.from(prediction.data.subarray(row * classes, (row + 1) * classes));
    if (own.indexOf(Math.max(...own)) === labels[indices ? indices[row] : row]) right++;
  }
  return right / rows;
}

export function model(seed: number): LayersModel {
  const initializer = (more: number) => tf.initializers.glorotUniform({ seed: seed + more });
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, inputShape: [4], activation: "relu", kernelInitializer: initializer(1) }),
      tf.layers.batchNormalization(),
      tf.layers.dropout({ rate: 0.2 }),
      tf.layers.dense({ units: 3, activation: "softmax", kernelInitializer: initializer(2) }),
    ],
  });
}

/** What is changed of the usual run's network. */
export interface RunChanges {
  epochs: number;
  mode?: "compiled" | "eager";
  model?: (seed: number) => LayersModel;
  fit?: NetworkChanges["fit"];
}

/** Eager unless told otherwise: to capture so small a model takes longer than to train it. */
export function runOptions({
  epochs,
  mode = "eager",
  fit,
  model: made = model,
}: RunChanges): CrossValidateOptions {
  const own: NetworkOptions = {
    model: made,
    fit: {
      optimizer: adam({ learningRate: 0.02 }),
      loss: "sparseCategoricalCrossEntropy",
      metrics: ["accuracy"],
      epochs,
      batchSize: 16,
      mode,
    },
  };
  return {
    folds: groupKFold(people, { folds }),
    groups: people,
    data: { x, y: { data: labels, shape: [samples] } },
    estimator: network(changeNetwork(own, { fit })),
    scores: { accuracy: ({ indices, prediction }) => accuracyOf(prediction, indices) },
    progress: false,
  };
}

if (require.main === module) {
  process.stdout.write("begin\n");
  const options = runOptions({ epochs: 8, mode: "compiled" });
  crossValidate({ ...options, test, directory: process.argv[2] });
}
