/** Trains a small network once and prints its weights' bytes, for a test that compares processes. */
import { tf } from "../../../../src/engine";
import { fit } from "../../../../src/train/fit/fit";
import { adam } from "../../../../src/train/optimizers";

async function main(): Promise<void> {
  const input = tf.input({ shape: [12, 3] });
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const conv = tf.layers
    .conv1d({ filters: 16, kernelSize: 3, padding: "same", kernelInitializer })
    .apply(input);
  const pooled = tf.layers.globalAveragePooling1d().apply(tf.layers.dropout({ rate: 0.2 }).apply(conv));
  const head = tf.layers.dense({ units: 3, activation: "softmax", kernelInitializer }).apply(pooled);
  const model = tf.model({ inputs: input, outputs: head as ReturnType<typeof tf.input> });
  const x = { data: Float32Array.from({ length: 40 * 36 }, (_, i) => Math.sin(i * 0.7)), shape: [40, 12, 3] };
  const y = { data: Int32Array.from({ length: 40 }, (_, i) => i % 3), shape: [40] };
  await fit(
    model,
    { x, y },
    { optimizer: adam(), loss: "sparseCategoricalCrossEntropy", epochs: 3, batchSize: 16 },
  );
  for (const weight of model.weights) {
    const values = weight.read().dataSync() as Float32Array;
    process.stdout.write(
      `${Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("hex")}\n`,
    );
  }
}

void main();
