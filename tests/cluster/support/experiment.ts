/** A small experiment as a module that tasks run, and the library as they run it: built. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export const root = path.join(__dirname, "..", "..", "..");
/** The built library: functions of an experiment have the same text here and in tasks. */
export const podium = require(path.join(root, "dist", "index.js")) as typeof import("../../../src/index");
export const command = path.join(root, "src", "setup", "cli.mjs");

/** Options of the module's function. */
export interface BlobOptions {
  folds?: number;
  epochs?: number;
  /** Milliseconds that every epoch waits, so that it is found at work. */
  pause?: number;
  /** A file whose numbers are the samples, four each. */
  file?: string;
  /** A file to which each fit adds a line when it begins and when an epoch ends. */
  journal?: string;
}

const moduleText = `
import { appendFileSync, readFileSync } from "node:fs";
import { data, engine, train, validate } from "podium";
import { classes } from "./classes";

const { tf } = engine;
const initializer = (seed: number) => tf.initializers.glorotUniform({ seed });

interface Options { folds?: number; epochs?: number; pause?: number; file?: string; journal?: string }

export function experiment({ folds = 3, epochs = 4, pause = 0, file, journal }: Options = {}): validate.CrossValidateOptions {
  const random = data.randomSource(1);
  const values: Float32Array = file
    ? Float32Array.from(JSON.parse(readFileSync(file, "utf8")))
    : Float32Array.from({ length: 240 }, () => random.normal());
  const samples = values.length / 4;
  const y = Int32Array.from({ length: samples }, (_, i) => {
    const sum = values[i * 4] + 0.5 * values[i * 4 + 1];
    return sum > 0.5 ? 2 : sum > -0.5 ? 1 : 0;
  });
  return {
    folds: validate.kFold(samples, { folds, shuffle: true, seed: 3 }),
    data: { x: { data: values, shape: [samples, 4] }, y: { data: y, shape: [samples] } },
    estimator: train.network({
      model: (seed) =>
        tf.sequential({
          layers: [
            tf.layers.dense({ units: 8, inputShape: [4], activation: "relu", kernelInitializer: initializer(seed) }),
            tf.layers.dropout({ rate: 0.2 }),
            tf.layers.dense({ units: classes, activation: "softmax", kernelInitializer: initializer(seed + 1) }),
          ],
        }),
      fit: {
        optimizer: train.adam({ learningRate: 0.02 }),
        loss: "sparseCategoricalCrossEntropy",
        epochs,
        batchSize: 16,
        mode: "eager",
        callbacks: [
          {
            name: "pause",
            config: null,
            onTrainBegin: ({ epoch }) => {
              if (journal) appendFileSync(journal, \`begun at \${epoch}\\n\`);
            },
            onEpochEnd: async ({ epoch }) => {
              if (journal) appendFileSync(journal, \`ended \${epoch}\\n\`);
              await new Promise<void>((resolve) => setTimeout(resolve, pause));
            },
          },
        ],
      },
    }),
  };
}

export const notAFunction = 1;
export const nothing = () => undefined;
`;

/** A folder with the module, as the working folder until `leave`. */
export function enterFolder(): { folder: string; leave(): void } {
  const before = process.cwd();
  const folder = mkdtempSync(path.join(tmpdir(), "podium-cluster-"));
  mkdirSync(path.join(folder, "experiments"));
  writeFileSync(path.join(folder, "experiments", "blobs.ts"), moduleText);
  writeFileSync(path.join(folder, "experiments", "classes.ts"), "export const classes: number = 3;\n");
  process.chdir(folder);
  const leave = (): void => {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, leave };
}

/** The options of the module's experiment. */
export function blobs(options: BlobOptions = {}) {
  return podium.cluster.experiment("experiments/blobs.ts", { options });
}

/** All bytes of an array's numbers. */
export function bytesOf(array: { data: ArrayLike<number> & { buffer?: unknown } } | undefined): string {
  return Buffer.from(Float32Array.from(array!.data).buffer).toString("hex");
}
