/** Prints the kernels in use and a digest of what an LSTM and a GRU learn in two steps of compiled training. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import type { SymbolicTensor } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../../../src/engine";
import { gru, lstm } from "../../../../src/layers";
import { adam, fit } from "../../../../src/train";

async function main(): Promise<void> {
  const [samples, steps, channels] = [66, 12, 5];
  const data = Float32Array.from({ length: samples * steps * channels }, (_, i) => Math.sin(i * 0.37));
  const x = { data, shape: [samples, steps, channels] };
  const y = { data: Int32Array.from({ length: samples }, (_, i) => i % 3), shape: [samples] };
  const input = tf.input({ shape: [steps, channels] });
  const layers = [
    lstm({ units: 37, returnSequences: true, recurrentDropout: 0.1, seed: 1 }),
    gru({ units: 20, returnSequences: true, seed: 2 }),
    gru({ units: 17, resetAfter: false, goBackwards: true, seed: 3 }),
    tf.layers.dense({
      units: 3,
      activation: "softmax",
      kernelInitializer: tf.initializers.glorotUniform({ seed: 4 }),
    }),
  ];
  const output = layers.reduce((values, layer) => layer.apply(values) as SymbolicTensor, input);
  const model = tf.model({ inputs: input, outputs: output });
  await fit(
    model,
    { x, y },
    { optimizer: adam(), loss: "sparseCategoricalCrossEntropy", epochs: 1, batchSize: 33, mode: "compiled" },
  );
  const hash = createHash("sha1");
  for (const weight of model.getWeights()) hash.update(weight.dataSync());
  const folder = path.dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json"));
  const file = path.join(folder, "lib", "napi-v8", "podium_ops.node");
  const kernels = existsSync(file) ? require(file).kernels : "none";
  console.log(`${kernels} ${hash.digest("hex")}`);
}

void main();
