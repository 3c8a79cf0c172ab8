/**
 * Holds what `train.exportKeras` writes to what Keras makes of it, for every network of `models` and every layer that it
 * knows: outputs equal to 1e-5. Writes the checksums of the files that Keras has read to `tests/golden/exportKeras.json`,
 * which the suite compares with.
 *
 *     node --import tsx tests/compare/exportKeras.ts PYTHON    # a Python with Keras 3 and TensorFlow
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Tensor } from "@tensorflow/tfjs-node-gpu";
import { writeNpy } from "../../src/data";
import { exportKeras } from "../../src/train";
import { exported, fileNameOf, inputsOf } from "../train/keras/exported";

async function main(python: string): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), "podium-keras-"));
  const golden: Record<string, string> = {};
  try {
    for (const [name, build] of Object.entries(exported)) {
      const model = build();
      const file = path.join(directory, fileNameOf(name));
      const written = exportKeras(model, directory, { name: fileNameOf(name) });
      golden[name] = createHash("sha256").update(readFileSync(written.model)).digest("hex");
      const inputs = inputsOf(model);
      const outputs = [model.predict(inputs, { batchSize: 3 })].flat() as Tensor[];
      for (const [kind, tensors] of Object.entries({ in: inputs, out: outputs })) {
        for (const [index, tensor] of tensors.entries()) {
          const data = tensor.dataSync() as Float32Array;
          await writeNpy(`${file}.${kind}${index}.npy`, { data, shape: tensor.shape });
        }
      }
    }
    const script = path.join(__dirname, "..", "golden", "check_exports.py");
    execFileSync(python, [script, directory], { stdio: "inherit" });
  } finally {
    rmSync(directory, { recursive: true });
  }
  const file = path.join(__dirname, "..", "golden", "exportKeras.json");
  writeFileSync(file, `${JSON.stringify(golden, undefined, 2)}\n`);
}

main(process.argv[2] ?? "python3").catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
