/**
 * Trains the third place's motion pipeline here and in Keras on the same folds and compares the out-of-fold scores:
 *
 *   node --import tsx tests/compare/kerasMotion.ts DATA [--python PYTHON] [--seeds 1,2,3] [--folds 3] [--epochs 12]
 *     [--batch 16] [--filters 32] [--shared] [--directory runs/compare/kerasMotion]
 *
 * Both sides: the author's 18 channels, a scaler of each fold's train part, no oversampling, `models.motionConv1d` with
 * one roll for each model's life, Nadam 1e-3, the last epoch's weights. The author's network has 128 filters. With
 * --shared, Keras starts from our initial weights, so that the seeds' differences are compared pair by pair. PYTHON
 * (default `$PODIUM_BENCH_PYTHON`) needs NumPy, pandas, SciPy, Keras 3 and TensorFlow. What is finished in the directory
 * is read, not run again; the result is its `comparison.json`.
 */
import { engine, features, metrics, models, motion, validate } from "../../src";
import { comparePair, type Pair } from "./kerasPair";
import { readFlags } from "./pairFlags";
import { runComparison } from "./recipeRows";

async function compare(): Promise<void> {
  const flags = readFlags("kerasMotion", { folds: 3, epochs: 12, batch: 16, filters: 32 });
  const { folds: count, epochs, batch: batchSize, filters } = flags.own;
  await engine.ready();
  const competition = await motion.load(flags.data);
  const { labels, labelNames } = competition;
  const classes = labelNames.length;
  const folds = validate.stratifiedKFold(labels, { folds: count, shuffle: "scikit-learn", seed: 2021 });

  const windows = motion.basicFeatures(competition.train);
  const scalers = folds.map(({ train: indices }) => {
    const { centre, scale } = features.standardScaler().fit(windows, { indices }).state;
    return { centre, scale };
  });
  const [, steps, channels] = windows.shape;
  const pair: Pair = {
    script: "keras_motion.py",
    folds,
    settings: { epochs, batchSize, filters, classes, scalers },
    network: (seed) => models.motionConv1d({ inputShape: [steps, channels], classes, filters, seed }),
    async train(seed, { directory, network }) {
      const { predictions, runs } = await motion.recipes.third(competition, {
        folds,
        seeds: [seed],
        epochs,
        directory,
        model: (options) => network(options.seed),
        oversample: false,
        keep: "last",
        fit: { batchSize, callbacks: [] },
      });
      return { prediction: predictions, seconds: runs.reduce((sum, run) => sum + run.seconds, 0) };
    },
    score: (prediction) => ({
      logLoss: metrics.logLoss(labels, prediction),
      accuracy: metrics.accuracy(labels, metrics.predictedLabels(prediction)),
    }),
  };
  await comparePair(pair, flags);
}

runComparison(compare);
