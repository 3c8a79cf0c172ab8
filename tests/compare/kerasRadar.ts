/**
 * Trains a small U-Net on radar frames here and in Keras, on the same folds of samples that do not overlap, and compares
 * the out-of-fold scores:
 *
 *   node --import tsx tests/compare/kerasRadar.ts DATA [--python PYTHON] [--seeds 1,2,3] [--folds 2]
 *     [--epochs 4] [--batch 4] [--filters 8] [--depth 3] [--samples 400] [--shared]
 *     [--directory runs/compare/kerasRadar]
 *
 * Both sides: `models.unet`, 255 x mean absolute error, AdamW 1e-3 with weight decay 0.01, no augmentation, the last
 * epoch's weights, the first --samples samples. With --shared, Keras starts from our initial weights, so that the seeds'
 * differences are compared pair by pair. PYTHON (default `$PODIUM_BENCH_PYTHON`) needs NumPy, Keras 3 and TensorFlow. What
 * is finished in the directory is read, not run again; the result is its `comparison.json`.
 */
import { engine, features, metrics, models, radar, validate } from "../../src";
import { comparePair, type Pair } from "./kerasPair";
import { readFlags } from "./pairFlags";
import { runComparison } from "./recipeRows";

async function compare(): Promise<void> {
  const flags = readFlags("kerasRadar", {
    folds: 2,
    epochs: 4,
    batch: 4,
    filters: 8,
    depth: 3,
    samples: 400,
  });
  const { folds: count, epochs, batch: batchSize, filters, depth } = flags.own;
  await engine.ready();
  const competition = await radar.load(flags.data, { train: flags.own.samples, test: 1 });
  const [samples, rows, columns, times] = competition.train.shape;
  const groups = await validate.overlapGroups(competition.train);
  const folds = validate.groupKFold(groups, { folds: count });
  const truth = features.takeTimes(competition.train, { times: [times - 1] });
  const pixels = competition.train.shards.reduce(
    (sum, shard) => shard.reduce((part, pixel) => part + pixel, sum),
    0,
  );
  const pair: Pair = {
    script: "keras_radar.py",
    folds,
    settings: { epochs, batchSize, filters, depth, samples, pixels },
    network: (seed) => models.unet({ inputShape: [rows, columns, times - 1], filters, depth, seed }),
    async train(seed, { directory, network }) {
      const { predictions, runs } = await radar.recipes.unet(competition, {
        folds,
        seeds: [seed],
        epochs,
        batchSize,
        directory,
        model: ({ seed: own }) => network(own),
        keep: "last",
        fit: { augment: undefined, callbacks: [] },
      });
      return { prediction: predictions, seconds: runs.reduce((sum, run) => sum + run.seconds, 0) };
    },
    score(prediction) {
      const forecast = features.asForecast(prediction);
      const { mae, csi, score } = metrics.verify(truth, { forecast, thresholds: [], scales: [] });
      return { MAE: mae, CSI: csi, "MAE / CSI": score };
    },
  };
  await comparePair(pair, flags);
}

runComparison(compare);
