import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import { engine, features, motion, radar, train, validate } from "../../src/index";

const { tf } = engine;

/** A small network of windows `[600, 18]` and the sample's three classes. */
function makeClassifier(): LayersModel {
  const model = tf.sequential();
  model.add(tf.layers.globalAveragePooling1d({ inputShape: [600, 18] }));
  model.add(tf.layers.dense({ units: 3, activation: "softmax" }));
  return model;
}

/** A small network of four images, which predicts the next. */
function makeForecaster(): LayersModel {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [120, 120, 4], filters: 1, kernelSize: 3, padding: "same" }));
  return model;
}

function crossValidateSmall(optimizer: string, competition: motion.MotionData, folds: validate.Fold[]) {
  return validate.crossValidate({
    folds,
    data: { x: motion.basicFeatures(competition.train), y: competition.labels },
    test: motion.basicFeatures(competition.test),
    estimator: train.network({
      model: makeClassifier,
      fit: { optimizer, loss: "sparseCategoricalCrossEntropy", metrics: ["accuracy"] },
    }),
    progress: false,
  });
}

/** An experiment as a module. */
const experimentText = `import { data, models, validate } from "podium";

export function experiment({ epochs }: { epochs: number }): validate.CrossValidateOptions {
  const random = data.randomSource(epochs);
  const x = { data: Float32Array.from({ length: 80 }, () => random.normal()), shape: [20, 4] };
  const y = { data: Int32Array.from({ length: 20 }, (_, i) => i % 2), shape: [20] };
  return { folds: validate.kFold(20, { folds: 2 }), data: { x, y }, estimator: models.ridge() };
}
`;

/**
 * Writes samples of both competitions into a new working folder and makes the values that examples take for granted:
 * those of a notebook that has loaded them.
 */
async function makeValues() {
  await motion.writeSample("data/motion", { windows: 24, testWindows: 6, classes: 3, subjects: 4 });
  await radar.writeSample("data/radar", { samples: 6, testSamples: 2 });
  mkdirSync("experiments");
  writeFileSync("experiments/first.ts", experimentText);
  execFileSync("tar", ["-czf", "train.tar.gz", "-C", "data/radar/train", "."]);
  const competition = await motion.load("data/motion", { cache: false });
  const radarCompetition = await radar.load("data/radar");
  const { train: raw, labels, labelNames } = competition;
  const people = competition.subjects!;
  const windows = motion.basicFeatures(raw);
  const { inputs, target } = features.splitTarget(radarCompetition.train);
  const folds = validate.stratifiedGroupKFold(labels, { groups: people, folds: 2 });
  const first = await crossValidateSmall("adam", competition, folds);
  const [model, forecaster] = [makeClassifier(), makeForecaster()];
  mkdirSync("runs/a", { recursive: true });
  train.saveWeights("runs/a/best.safetensors", model);
  const options = { optimizer: "adam", loss: "sparseCategoricalCrossEntropy", epochs: 1 };
  const history = await train.fit(model, { x: windows, y: labels }, options);
  train.saveCheckpoint("runs/a/last.safetensors", history.state);
  const shares = { data: new Float32Array(labels.length * 3), shape: [labels.length, 3] };
  labels.forEach((label, i) => shares.data.set([1], 3 * i + label));
  const [earlier, latest] = features.imagesOf(inputs, 0).slice(-2);
  return {
    tf,
    // Windows with labels, a network that classifies them, and two runs of it.
    ...{ competition, raw, windows, labels, shares, labelNames, people, folds, fold: folds[0] },
    ...{
      model,
      options,
      history,
      x: windows,
      y: labels,
      validation: { x: windows, y: labels },
      first,
      result: first,
    },
    second: await crossValidateSmall("sgd", competition, folds),
    test: motion.basicFeatures(competition.test),
    // Images, a network that forecasts them, and a forecast.
    ...{ radarCompetition, images: radarCompetition.train, inputs, target, earlier, latest, forecaster },
    forecast: features.persist(inputs),
    paths: readdirSync("data/radar/train").map((name) => path.join("data/radar/train", name)),
  };
}

export type Scope = Awaited<ReturnType<typeof makeValues>>;

/** The names that examples may use without making them; `competition` is the one that the example's file is about. */
export const scopeNames: (keyof Scope)[] = [
  ...([
    "tf",
    "competition",
    "raw",
    "windows",
    "labels",
    "shares",
    "labelNames",
    "people",
    "folds",
    "fold",
  ] as const),
  ...(["model", "options", "history", "x", "y", "validation", "first", "second", "result", "test"] as const),
  ...(["images", "inputs", "target", "earlier", "latest", "forecaster", "forecast", "paths"] as const),
];

/** The values that examples find, in a temporary folder that is the working folder until `remove`. */
export async function makeScope(): Promise<{ scope: Scope; remove(): void }> {
  const before = process.cwd();
  const folder = mkdtempSync(path.join(tmpdir(), "examples-"));
  process.chdir(folder);
  process.env.PODIUM_DATA = path.join(folder, "data");
  process.env.PODIUM_RUN = path.join(folder, "runs", "notebook");
  const remove = (): void => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  };
  return { scope: await makeValues(), remove };
}
