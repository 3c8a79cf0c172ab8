import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { displayKey } from "../../../src/core/display";
import { tf } from "../../../src/engine";
import { robustScaler } from "../../../src/features";
import { logLoss, type Probabilities } from "../../../src/metrics";
import type { MotionData, MotionNetworkRecipeOptions, NetworkShape } from "../../../src/motion";
import { load, recipes, writeSample } from "../../../src/motion";
import * as python from "../../../src/python";
import { lightGbm } from "../../../src/python/trees";
import { adam, averageWeights, type Callback } from "../../../src/train";
import { type CrossValidation, type Fold, stratifiedKFold } from "../../../src/validate";

const classes = 3;
const folder = mkdtempSync(join(tmpdir(), "recipes-"));
let competition: MotionData;
let folds: Fold[];

before(async () => {
  const sample = join(folder, "sample");
  await writeSample(sample, { windows: 36, testWindows: 6, classes, subjects: 4 });
  competition = await load(sample, { cache: false });
  folds = stratifiedKFold(competition.labels, { folds: 2, shuffle: true, seed: 1 });
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await python.restart();
});

/** A network of few weights, with dropout, so that its random numbers count. */
function tiny({ inputShape, classes: units, seed }: NetworkShape) {
  const kernelInitializer = tf.initializers.glorotUniform({ seed });
  return tf.sequential({
    layers: [
      tf.layers.averagePooling1d({ poolSize: 60, inputShape }),
      tf.layers.flatten(),
      tf.layers.dropout({ rate: 0.1 }),
      tf.layers.dense({ units, activation: "softmax", kernelInitializer }),
    ],
  });
}

/** Eager: to capture so small a step takes longer than to run it. */
const small = (): MotionNetworkRecipeOptions => ({
  folds,
  epochs: 1,
  model: tiny,
  fit: { mode: "eager" },
  progress: false,
});
const rocket = { features: 84, dilations: 4 };

function rocketOptions(options?: MotionNetworkRecipeOptions) {
  const { groups, directory, seeds } = options ?? {};
  return { folds, rocket, progress: false, groups, directory, seeds };
}

const runs: Record<
  string,
  (data: MotionData, options?: MotionNetworkRecipeOptions) => Promise<CrossValidation>
> = {
  third: (data, options) => recipes.third(data, { ...small(), ...options }),
  first: (data, options) => recipes.first(data, { ...small(), ...options }),
  second: (data, options) => recipes.second(data, { ...small(), ...options }),
  best: (data, options) => recipes.best(data, { ...small(), rocket, ...options }),
  miniRocket: (data, options) => recipes.miniRocket(data, rocketOptions(options)),
  rocket: (data, options) => recipes.rocket(data, rocketOptions(options)),
};

const grown = () => ({
  rocket: { features: 84, dilations: 4 },
  estimator: lightGbm({
    classes,
    num_iterations: 4,
    min_data_in_leaf: 2,
    early_stopping_round: false,
    num_threads: 1,
  }),
});
runs.trees = (data, options) =>
  recipes.trees(data, { folds, progress: false, ...grown(), groups: options?.groups });
runs.stack = (data, options) => recipes.stack(data, { ...small(), rocket, trees: grown(), ...options });

/** The same data with the first fold's validation windows and labels changed. */
function withoutFirstFold(data: MotionData): MotionData {
  const [, steps, channels] = data.train.shape;
  const values = data.train.data.slice();
  const labels = data.labels.slice();
  for (const window of folds[0].validation) {
    for (let i = 0; i < steps * channels; i++) values[window * steps * channels + i] *= -50;
    labels[window] = (labels[window] + 1) % classes;
  }
  return { ...data, train: { ...data.train, data: values }, labels };
}

for (const [name, run] of Object.entries(runs)) {
  test(`${name}: probabilities of all windows, the same each time, and nothing of a fold's validation in its training`, async () => {
    const result = await run(competition);
    assert.deepEqual(result.predictions.shape, [36, classes]);
    assert.deepEqual(result.test?.shape, [6, classes]);
    for (const { data } of [result.predictions, result.test as { data: ArrayLike<number> }]) {
      for (let row = 0; row < data.length; row += classes) {
        let sum = 0;
        for (let k = 0; k < classes; k++) {
          assert.ok(data[row + k] >= 0);
          sum += data[row + k];
        }
        assert.ok(Math.abs(sum - 1) < 1e-5, `row ${row / classes} sums to ${sum}`);
      }
    }
    assert.equal(result.runs.length, 2);
    assert.ok(result.scores.logLoss > 0 && result.scores.accuracy >= 0);
    const again = await run(competition);
    assert.deepEqual(again.predictions, result.predictions);
    assert.deepEqual(again.test, result.test);
    const changed = await run(withoutFirstFold(competition));
    assert.deepEqual(changed.runs[0].test, result.runs[0].test);
    assert.notDeepEqual(changed.runs[1].test, result.runs[1].test);
  });
}

test("folds by number keep people apart where groups are given", async () => {
  const { subjects } = competition;
  const chosen = { folds: 2, groups: subjects, directory: join(folder, "grouped"), seeds: [1, 2] };
  const result = await recipes.miniRocket(competition, { ...chosen, rocket, progress: false });
  assert.equal(result.runs.length, 4);
  const read = await recipes.miniRocket(competition, { ...chosen, rocket, progress: false });
  assert.deepEqual(read, result);
  const other = { ...chosen, rocket: { ...rocket, dilations: 2 }, progress: false };
  assert.notEqual((await recipes.miniRocket(competition, other)).directory, result.directory);
  const leaking = recipes.second(competition, { ...small(), groups: subjects });
  await assert.rejects(leaking, /group/);
});

test("a run of MiniRocket is not read for other data of the same size, nor for data scaled otherwise", async () => {
  const chosen = { folds, directory: join(folder, "rocket-data"), rocket, progress: false };
  const result = await recipes.miniRocket(competition, chosen);
  assert.deepEqual(await recipes.miniRocket(competition, chosen), result);
  const { train, test: unseen, labels } = competition;
  const others = [
    { ...competition, train: { ...train, data: train.data.with(-1, 9) } },
    { ...competition, labels: labels.with(0, (labels[0] + 1) % classes) },
    { ...competition, test: { ...unseen, data: unseen.data.with(0, 9) } },
  ].map((changed) => recipes.miniRocket(changed, chosen));
  const scaled = recipes.miniRocket(competition, { ...chosen, scaler: robustScaler() });
  const directories = (await Promise.all([...others, scaled])).map((run) => run.directory);
  assert.equal(new Set([...directories, result.directory]).size, 5);
});

test("every part can be replaced, and several seeds are averaged", async () => {
  let made = 0;
  const result = await recipes.third(competition, {
    ...small(),
    seeds: [1, 2],
    epochs: 2,
    features: (windows) => windows,
    oversample: false,
    model: (network) => {
      made++;
      assert.deepEqual(network.inputShape, [600, 6]);
      return tiny(network);
    },
    fit: ({ fold }) => ({ mode: "eager", optimizer: adam(), batchSize: fold === 0 ? 8 : 9, callbacks: [] }),
  });
  assert.equal(made, 4, "one each fold and seed");
  assert.deepEqual(
    result.runs.map((run) => [run.fold, run.seed, run.epochs]),
    [
      [0, 1, 2],
      [1, 1, 2],
      [0, 2, 2],
      [1, 2, 2],
    ],
  );
});

test("a stopped run goes on to the uninterrupted run's result", async () => {
  const stop = new AbortController();
  const stopping: Callback = {
    name: "stopping",
    config: null,
    onEpochEnd: (context) => (context.epoch === 2 ? stop.abort() : undefined),
  };
  const chosen = { ...small(), rocket, epochs: 4 };
  const whole = await recipes.best(competition, chosen);
  const directory = join(folder, "stopped");
  const fit = { mode: "eager" as const, callbacks: [averageWeights(), stopping] };
  const first = recipes.best(competition, { ...chosen, directory, fit, signal: stop.signal });
  await assert.rejects(first, { name: "AbortError" });
  const result = await recipes.best(competition, { ...chosen, directory });
  assert.deepEqual(result.predictions, whole.predictions);
  assert.deepEqual(result.test, whole.test);
});

for (const name of ["first", "second", "third", "best"] as const) {
  test(`${name} also trains on all windows, where nothing validates`, async () => {
    const { refits } = await recipes[name](competition, { ...small(), rocket: false, refit: true });
    assert.deepEqual(
      refits.map(({ fold, epochs, test: unseen }) => [fold, epochs, unseen?.shape[0]]),
      [[undefined, 1, 6]],
    );
  });
}

test("callbacks of one's own are called beside the recipe's", async () => {
  const seen: number[] = [];
  const callbacks: Callback[] = [{ name: "seen", onEpochEnd: ({ epoch }) => void seen.push(epoch) }];
  const { runs: found } = await recipes.third(competition, { ...small(), epochs: 2, callbacks });
  assert.deepEqual(seen, [1, 2, 1, 2]);
  assert.ok(found[0].history.learningRate.length === 2, "the recipe's own plan of the learning rate is kept");
});

test("best is half network and half rocket, and leaves the network at least half of the time", async () => {
  const whole = await recipes.best(competition, { ...small(), rocket });
  const { network, rocket: other } = whole.members as NonNullable<typeof whole.members>;
  for (const at of [0, 17, 35 * classes]) {
    const mean = (network.predictions.data[at] + other.predictions.data[at]) / 2;
    assert.ok(Math.abs(whole.predictions.data[at] - mean) < 1e-7);
  }
  assert.equal(whole.scores.logLoss, logLoss(competition.labels, whole.predictions));
  const [{ scores, validation }] = whole.runs;
  const truth = folds[0].validation.map((window) => competition.labels[window]);
  assert.equal(scores.logLoss, logLoss(truth, validation as Probabilities));
  const alone = await recipes.best(competition, { ...small(), rocket: false });
  assert.deepEqual(alone.predictions, network.predictions);
  assert.equal(alone.members, undefined);
  const { runs: timed } = await recipes.best(competition, {
    ...small(),
    rocket,
    epochs: 1000,
    seconds: 0.02,
  });
  for (const { stopReason } of timed) assert.match(stopReason ?? "", /0.005 s are used up/);
  const shown = (whole as unknown as Record<symbol, () => Record<string, string>>)[displayKey]();
  assert.match(shown["text/plain"], /network .*\n.*rocket .*\n.*mean +logLoss/);
});

test("best keeps the best epoch's weights where they are asked for, not the average's", async () => {
  const { runs: found } = await recipes.best(competition, {
    ...small(),
    rocket: false,
    epochs: 3,
    keep: "best",
  });
  for (const { keptEpoch, history, scores, logs } of found) {
    assert.equal(history.val_loss[keptEpoch], Math.min(...history.val_loss));
    assert.ok(Math.abs(scores.logLoss - logs.val_logLoss) < 1e-5, `${scores.logLoss}, ${logs.val_logLoss}`);
  }
});

test("a time is shared among all trainings and ends them", async () => {
  const chosen = { ...small(), rocket: false as const, epochs: 1000, seconds: 0.06 };
  const shared = async (options: MotionNetworkRecipeOptions, share: string): Promise<void> => {
    const { runs: found, refits } = await recipes.best(competition, { ...chosen, ...options });
    for (const { epochs, stopReason } of [...found, ...refits]) {
      assert.ok(epochs < 1000);
      assert.equal(stopReason ?? `its ${share} s are used up`, `its ${share} s are used up`);
    }
    assert.ok(found.every(({ stopReason }) => stopReason !== undefined));
  };
  await shared({}, "0.03");
  await shared({ refit: true }, "0.02");
  // All test windows are sure enough, so each fold trains three times.
  const fit = { mode: "eager" as const, arrange: undefined, loss: "sparseCategoricalCrossEntropy" };
  await shared({ pseudoLabels: { rounds: 2, threshold: 0 }, fit: { ...fit, metrics: [] } }, "0.01");
});

test("the first place's learning rate falls after 15 and 30 of 40 epochs", async () => {
  const { runs: found } = await recipes.first(competition, {
    ...small(),
    epochs: 8,
    features: (windows) => windows,
  });
  assert.deepEqual(
    found[0].history.learningRate.map((rate) => rate.toPrecision(3)),
    [...Array(3).fill("0.00300"), ...Array(3).fill("0.000600"), ...Array(2).fill("0.000240")],
  );
  assert.equal(found[0].keptEpoch, 7);
});
