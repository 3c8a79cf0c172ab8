// The run that folder.mjs and header.mjs look at: a small network, synthetic windows.
// Usage: node --import tsx many.mjs PROJECT cv|cv-stop|cv-list FOLDER|FILE
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { load, random } from "./support.mjs";

const [what, target] = process.argv.slice(3);
const index = await load("index.ts");
const { models, train, validate } = index.default ?? index;
const g = random(11);
const n = 60;
const labels = Int32Array.from({ length: n }, (_, i) => i % 3);
const x = {
  data: Float32Array.from(
    { length: n * 40 * 3 },
    (_, i) => g.next() - 0.5 + (labels[Math.floor(i / 120)] === i % 3 ? 0.5 : 0),
  ),
  shape: [n, 40, 3],
};
const hash = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 12);
const hashOf = (a) => hash(new Uint8Array(a.buffer, a.byteOffset, a.byteLength));
const stop = new AbortController();
let epochs = 0;
// The same callback whether it stops or not: another would be another run.
const stopper = {
  name: "stopper",
  onEpochEnd() {
    if (what === "cv-stop" && ++epochs === 17) stop.abort();
  },
};

async function go(directory) {
  const result = await validate.crossValidate({
    folds: validate.kFold(n, { folds: 2, shuffle: true, seed: 1 }),
    data: { x, y: { data: labels, shape: [n] } },
    estimator: train.network({
      model: (seed) => models.conv1d({ inputShape: [40, 3], classes: 3, filters: [4, 6], seed }),
      fit: {
        optimizer: train.adam(),
        loss: "sparseCategoricalCrossEntropy",
        epochs: 12,
        batchSize: 8,
        callbacks: [stopper],
      },
    }),
    directory,
    progress: false,
    signal: stop.signal,
  });
  const history = JSON.stringify(result.runs.map((f) => [f.history, f.keptEpoch, f.epochs, f.scores]));
  return {
    runs: result.runs,
    shown: { predictions: hashOf(result.predictions.data), history: hash(history) },
  };
}

console.log("BEGUN");
try {
  if (what === "cv") console.log(JSON.stringify((await go(target)).shown));
  if (what === "cv-stop") await go(target).catch((error) => console.log(String(error)));
  if (what === "cv-list") {
    for (const [task, { dir }] of JSON.parse(readFileSync(target, "utf8")).entries()) {
      const line = { task };
      try {
        const { runs, shown } = await go(dir);
        line.result = shown;
        for (const run of runs) {
          try {
            run.load().dispose();
          } catch (error) {
            line.reread = `model of fold ${run.fold} damaged; found only when it is loaded: ${error.message}`;
          }
        }
      } catch (error) {
        line.error = `${error.name}: ${error.message}`;
      }
      console.log(JSON.stringify(line));
    }
  }
  process.exit(0);
} catch (error) {
  console.log(`${error.name}: ${error.message}`);
  process.exit(3);
}
