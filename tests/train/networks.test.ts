import assert from "node:assert/strict";
import test from "node:test";
import { withReferenceOps } from "../../src/engine";
import { adam, fit } from "../../src/train";
import { nodesOf, withoutDeterministicKernel, withoutGpuKernel } from "../engine/support/gpuAudit";
import { networks } from "../models/smallNetworks";

const steps = 10;
const batch = 2;

for (const [name, build] of Object.entries(networks)) {
  test(`${name}: ten compiled steps equal ten eager ones, dropout included, and a GPU has kernels for them`, async () => {
    const losses = async (mode: "compiled" | "eager") => {
      const model = build(1);
      const shape = [batch * steps, ...(model.inputs[0].shape.slice(1) as number[])];
      const size = shape.reduce((product, extent) => product * extent, 1);
      const x = { data: Float32Array.from({ length: size }, (_, i) => Math.abs(Math.sin(i * i))), shape };
      const isClassifier = model.outputs[0].shape.length === 2;
      const y = isClassifier
        ? { data: Int32Array.from({ length: batch * steps }, (_, i) => i % 7), shape: [batch * steps] }
        : {
            data: Float32Array.from({ length: size / 4 }, (_, i) => Math.abs(Math.cos(i))),
            shape: [...shape.slice(0, -1), 1],
          };
      const seen: number[] = [];
      const history = await fit(
        model,
        { x, y },
        {
          optimizer: adam({ learningRate: 1e-3 }),
          loss: isClassifier ? "sparseCategoricalCrossEntropy" : "meanSquaredError",
          batchSize: batch,
          seed: 3,
          mode,
          callbacks: [{ name: "losses", onBatchEnd: (_, logs) => void seen.push(logs.loss) }],
        },
      );
      assert.equal(history.mode, mode);
      model.dispose();
      return seen;
    };
    let compiled: number[] = [];
    let nodes = await nodesOf(async () => {
      compiled = await losses("compiled");
    });
    // On a GPU recurrent layers are TensorFlow's.
    if (nodes.some(({ op }) => /^Podium/.test(op))) {
      nodes = await withReferenceOps(() => nodesOf(() => losses("compiled")));
    }
    assert.deepEqual(withoutGpuKernel(nodes), []);
    assert.deepEqual(withoutDeterministicKernel(nodes), []);
    const eager = await losses("eager");
    assert.equal(compiled.length, steps);
    compiled.forEach((loss, i) =>
      assert.ok(
        Math.abs(loss - eager[i]) <= 1e-5 * Math.abs(eager[i]),
        `step ${i}: ${loss} is not ${eager[i]}`,
      ),
    );
  });
}
