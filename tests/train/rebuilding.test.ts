import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { FoldContext } from "../../src/core/estimator";
import { readSafetensors } from "../../src/data/safetensors";
import { tf } from "../../src/engine";
import { adam, loadWeights, network, predict, saveWeights } from "../../src/train";
import { networks } from "../models/smallNetworks";

const directory = mkdtempSync(path.join(tmpdir(), "podium-rebuilding-"));
after(() => rmSync(directory, { recursive: true }));

/** Weights that no seed draws, moving averages included. */
function change(model: LayersModel): void {
  tf.tidy(() => model.setWeights(model.getWeights().map((weight) => tf.add(tf.mul(weight, 0.9), 0.05))));
}

for (const [name, build] of Object.entries(networks)) {
  test(`${name}: a model of another seed with the saved weights predicts the same`, async () => {
    const shape = [3, ...(build(0).inputs[0].shape.slice(1) as number[])];
    const size = shape.reduce((product, extent) => product * extent, 1);
    const x = { data: Float32Array.from({ length: size }, (_, i) => Math.abs(Math.sin(i * i))), shape };
    const model = build(1);
    change(model);
    const { data } = await predict(model, x);
    const file = path.join(directory, "model.safetensors");
    saveWeights(file, model);
    const other = build(2);
    loadWeights(file, other);
    assert.deepEqual((await predict(other, x)).data, data);
    const context = { foldSeed: 7 } as FoldContext;
    const fitted = network({ model: build, fit: { optimizer: adam(), loss: "mse" } }).restore(
      { tensors: readSafetensors(file).tensors },
      context,
    );
    assert.deepEqual((await fitted.predict(x)).data, data);
    fitted.dispose();
    for (const made of [model, other]) made.dispose();
  });
}

// tensorflow/tfjs#7104: seeds that change nothing.
test("one's own layers without seeds begin alike for the same seed, and otherwise for another", async () => {
  const layers = () => [
    tf.layers.conv1d({ filters: 3, kernelSize: 2, inputShape: [6, 2] }),
    tf.layers.lstm({ units: 3, returnSequences: true, recurrentInitializer: "orthogonal" }),
    tf.layers.dense({ units: 3, kernelInitializer: "heNormal", biasInitializer: "randomUniform" }),
    tf.layers.dropout({ rate: 0.5 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 3, kernelInitializer: "leCunNormal", activation: "softmax" }),
  ];
  const x = { data: Float32Array.from({ length: 96 }, (_, i) => Math.sin(i)), shape: [8, 6, 2] };
  const y = { data: Int32Array.from({ length: 8 }, (_, i) => i % 3), shape: [8] };
  const run = async (foldSeed: number) => {
    const own = network({
      model: () => tf.sequential({ layers: layers() }),
      fit: { optimizer: adam(), loss: "sparseCategoricalCrossEntropy", batchSize: 4 },
    });
    const context = { foldSeed } as FoldContext;
    const fitted = await own.fit({
      context,
      train: { x, y },
      directory: undefined,
      progress: false,
      label: "",
    });
    const { data } = await fitted.predict(x);
    fitted.dispose();
    return data;
  };
  const { random } = Math as { random: () => number };
  const first = await run(3);
  assert.deepEqual(await run(3), first);
  assert.notDeepEqual(await run(4), first);
  assert.equal((Math as { random: () => number }).random, random);
});
