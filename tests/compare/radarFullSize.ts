/**
 * Runs the radar competition at its full size on simulated samples, and tells the time and the memory of each stage:
 *
 *   node --import tsx tests/compare/radarFullSize.ts [--samples 62735] [--test 2674] [--recipe best] [--filters N]
 *     [--batch 32] [--directory runs/compare/radarFullSize]
 *
 * The recipe trains one epoch on each of two folds and forecasts every sample, held out or of the test set, without changed
 * copies. Its network is one of two small layers, since the data are on trial; with --filters it is the recipe's own.
 * What is finished in the directory is read, not run again; at full size it takes 12 GB of disk.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import { engine, features, metrics, radar, validate } from "../../src";
import { tf } from "../../src/engine";
import { runComparison, startClock, writeRow } from "./recipeRows";

interface Stage {
  stage: string;
  seconds: number;
  "processor seconds": number;
  /** The most memory that the process has held until then, in GiB. */
  "peak GiB": number;
}

const stages: Stage[] = [];

async function timed<T>(stage: string, run: () => Promise<T> | T): Promise<T> {
  const start = performance.now();
  const spent = startClock();
  const result = await run();
  stages.push({
    stage,
    seconds: Number(((performance.now() - start) / 1000).toFixed(1)),
    "processor seconds": Number(spent().toFixed(1)),
    "peak GiB": Number((process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)),
  });
  console.log(JSON.stringify(stages.at(-1)));
  return result;
}

/** Two convolutions. */
function smallNetwork({ seed, inputShape }: { seed: number; inputShape: number[] }): LayersModel {
  const { conv2d } = tf.layers;
  const { heNormal } = tf.initializers;
  return tf.sequential({
    layers: [
      conv2d({
        filters: 4,
        kernelSize: 3,
        padding: "same",
        activation: "relu",
        kernelInitializer: heNormal({ seed }),
        inputShape,
      }),
      conv2d({
        filters: 1,
        kernelSize: 3,
        padding: "same",
        kernelInitializer: heNormal({ seed: seed + 1 }),
      }),
    ],
  });
}

async function compare(): Promise<void> {
  const { values } = parseArgs({
    options: {
      samples: { type: "string", default: "62735" },
      test: { type: "string", default: "2674" },
      filters: { type: "string" },
      batch: { type: "string", default: "32" },
      recipe: { type: "string", default: "best" },
      directory: { type: "string", default: "runs/compare/radarFullSize" },
    },
  });
  const recipe = radar.recipes[values.recipe as keyof typeof radar.recipes];
  if (!recipe) throw new RangeError(`Cannot run ${values.recipe}: no such recipe`);
  const directory = path.resolve(values.directory);
  const data = path.join(directory, "data");
  await engine.ready();
  await timed("write", () =>
    radar.writeSample(data, { samples: Number(values.samples), testSamples: Number(values.test) }),
  );
  const competition = await timed("load", () => radar.load(data));
  const groups = await timed("group", () => validate.overlapGroups(competition.train));
  const folds = validate.groupKFold(groups, { folds: 2 });
  const run = await timed(values.recipe, () =>
    recipe(competition, {
      folds,
      epochs: 1,
      ...(values.filters ? { filters: Number(values.filters) } : { model: smallNetwork }),
      batchSize: Number(values.batch),
      testAugment: { rounds: 0, augment: (frames) => frames },
      directory: path.join(directory, values.recipe),
    }),
  );
  const { target } = features.splitTarget(competition.train);
  const { mae, csi, score } = await timed("verify", () => metrics.verify(target, { forecast: run.forecast }));
  await timed("submit", () =>
    radar.writeSubmission(path.join(directory, "submission.csv"), run.testForecast, {
      names: competition.testNames,
      template: competition.template,
    }),
  );
  console.table(stages);
  console.log({ mae, csi, score });
  writeRow(directory, values.recipe, { samples: values.samples, mae, csi, score, stages });
}

runComparison(compare);
