/** Tests that every library of trees has to pass; reports of bugs stand beside what they became here. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { EstimatorFold, Fitted, FittedState } from "../../src/core/estimator";
import { readSafetensors } from "../../src/data";
import { logLoss } from "../../src/metrics";
import * as python from "../../src/python";
import * as trees from "../../src/python/trees";
import { crossValidate, stratifiedKFold } from "../../src/validate";
import { libraries } from "./libraries";
import { foldOf, makeTable, plainTrees, rowsOf, type TreeTable } from "./treeData";

export type LibraryName = "lightGbm" | "xgBoost" | "catBoost";

/** What the libraries call the same. */
const words = {
  lightGbm: { rounds: "num_iterations", patience: "early_stopping_round", threads: "num_threads" },
  xgBoost: { rounds: "num_boost_round", patience: "early_stopping_rounds", threads: "nthread" },
  catBoost: { rounds: "iterations", patience: "early_stopping_rounds", threads: "thread_count" },
};

/** A plain script's parameters of what ours sets by itself. */
const plainParams = {
  lightGbm: (classes: number | undefined) => ({
    objective: classes === undefined ? "regression" : classes > 2 ? "multiclass" : "binary",
    ...(classes && classes > 2 && { num_class: classes }),
    verbosity: -1,
    deterministic: true,
    force_col_wise: true,
    seed: 5,
  }),
  xgBoost: (classes: number | undefined) => ({
    objective:
      classes === undefined ? "reg:squarederror" : classes > 2 ? "multi:softprob" : "binary:logistic",
    ...(classes && classes > 2 && { num_class: classes }),
    verbosity: 0,
    seed: 5,
  }),
  catBoost: (classes: number | undefined) => ({
    loss_function: classes === undefined ? "RMSE" : classes > 2 ? "MultiClass" : "Logloss",
    random_seed: 5,
  }),
};

interface Settings extends trees.TreeOptions {
  rounds?: number;
  patience?: number | false;
  own?: Record<string, unknown>;
}

const asArray = (y: ArrayLike<number>) => ({ data: Float32Array.from(y), shape: [y.length] });

function greatest(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

/** Registers the tests of one library. */
export function testTrees(library: LibraryName): void {
  const estimatorOf = ({ rounds = 30, patience = false, own, ...options }: Settings = {}) => {
    const named = words[library];
    const made = {
      [named.rounds]: rounds,
      [named.patience]: patience,
      [named.threads]: 1,
      ...own,
      ...options,
    };
    return libraries[library](made as never);
  };
  const fit = (fold: EstimatorFold, settings?: Settings): Promise<Fitted> => estimatorOf(settings).fit(fold);
  const { x, y, number } = makeTable(360);
  const parts = (truth: Int32Array | Float32Array) => {
    const part = (first: number, end: number) => {
      const own = truth.slice(first, end);
      return { x: rowsOf(x, first, end), y: own instanceof Int32Array ? own : asArray(own) };
    };
    return { train: part(0, 240), validation: part(240, 300), test: rowsOf(x, 300, 360) };
  };
  const two = y.map((label) => Math.min(1, label));

  const modules = {
    lightGbm: { lightgbm: "lightgbm" },
    xgBoost: { xgboost: "xgboost-cpu" },
    catBoost: { catboost: "catboost" },
  };
  before(() => python.requirePackages("The tests", { numpy: "numpy", ...modules[library] }));
  after(() => python.restart());

  test(`${library} predicts exactly what a plain Python script does`, async () => {
    const array = (of: unknown): { data: Float32Array; shape: readonly number[] } => of as never;
    const labels = (of: unknown) => (of instanceof Int32Array ? asArray(of) : array(of));
    const own = { learning_rate: 0.2 };
    // Three classes with categories, missing values and early stopping; two classes; numbers.
    const settings = [
      { truth: y, classes: 3, rounds: 60, patience: 5, categorical: [7] },
      { truth: two, classes: 2, rounds: 20, patience: 0, categorical: [] },
      { truth: number, classes: undefined, rounds: 20, patience: 0, categorical: [] },
    ];
    const plain = await plainTrees(
      settings.map(({ truth, classes, ...rest }) => {
        const { train, validation, test: held } = parts(truth);
        const params = { ...plainParams[library](classes), ...own, [words[library].threads]: 1 };
        const watched = { held: array(validation.x), held_y: labels(validation.y) };
        return {
          settings: { library, params, ...rest },
          arrays: { x: array(train.x), y: labels(train.y), test: held, ...(rest.patience > 0 && watched) },
        };
      }),
    );
    for (const [task, { truth, classes, rounds, patience, categorical }] of settings.entries()) {
      const { train, validation, test: held } = parts(truth);
      const fold = foldOf({ train, ...(patience > 0 && { validation }) });
      const fitted = await fit(fold, { categorical, patience: patience || false, rounds, own });
      const { data, shape } = await fitted.predict(held);
      assert.deepEqual(shape, [60, classes ?? 1]);
      const { predictions, best } = plain[task];
      const isOne = classes === 2 && predictions.length === 60;
      assert.equal(greatest(isOne ? data.filter((_, i) => i % 2 === 1) : data, predictions), 0);
      assert.equal(fitted.report.keptEpoch + 1, best);
    }
  });

  test(`${library}: a saved model predicts with the best round as the fitted one does`, async () => {
    // dmlc/xgboost#284, dmlc/xgboost#3942, lightgbm-org/LightGBM#1683, microsoft/SynapseML#1494, catboost/catboost#604
    const { train, validation, test: held } = parts(y);
    const settings = { patience: 4, rounds: 80, own: { learning_rate: 0.3 } };
    const fold = foldOf({ train, validation });
    const fitted = await fit(fold, settings);
    const { epochs, keptEpoch, history, stopReason } = fitted.report;
    assert.equal(stopReason, "no better score for 4 rounds");
    assert.equal(epochs, keptEpoch + 5);
    const [scores] = Object.values(history);
    assert.equal(scores.length, epochs);
    assert.equal(Math.min(...scores), scores[keptEpoch]);
    const labels = validation.y as Int32Array;
    const predicted = await fitted.predict(validation.x);
    assert.ok(
      Math.abs(logLoss(labels, predicted) - scores[keptEpoch]) < 1e-5,
      "its score is the best round's",
    );
    const state = fitted.state();
    const again = estimatorOf(settings).restore(state, fold.context);
    assert.deepEqual((await again.predict(held)).data, (await fitted.predict(held)).data);
    assert.deepEqual(again.report, fitted.report);
    await python.restart();
    assert.deepEqual(
      (await again.predict(held)).data,
      (await fitted.predict(held)).data,
      "after Python's end",
    );
  });

  test(`${library}: the same seed gives the same trees, another one others`, async () => {
    // lightgbm-org/LightGBM#3761, lightgbm-org/LightGBM#6094, lightgbm-org/LightGBM#3506
    const { train, test: held } = parts(y);
    const own = library === "lightGbm" ? { bagging_fraction: 0.7, bagging_freq: 1 } : { subsample: 0.7 };
    const settings = { own: library === "catBoost" ? { ...own, bootstrap_type: "Bernoulli" } : own };
    const predict = async (seed: number) =>
      (await (await fit(foldOf({ train }, seed), settings)).predict(held)).data;
    const [first, again, other] = [await predict(5), await predict(5), await predict(6)];
    assert.deepEqual(again, first);
    assert.notDeepEqual(other, first);
  });

  test(`${library}: names of columns may hold any characters, and importance goes by them`, async () => {
    // lightgbm-org/LightGBM#6202, lightgbm-org/LightGBM#2478, autogluon/autogluon#399
    const { train, test: held } = parts(y);
    const columns = ['{"a": [1]}', "b,c", "<d>", "Größe", "f:g", "h]", "i", "j"];
    const named = { ...train, x: { ...(train.x as TreeTable), columns } };
    const fitted = await fit(foldOf({ train: named }), { categorical: ["j"] });
    const found = await trees.importance(fitted);
    assert.deepEqual(found.columns, columns);
    assert.equal(found.means.indexOf(Math.max(...found.means)), 0, "the first column tells most");
    const { data, shape } = await trees.shap(fitted, held);
    assert.deepEqual(shape, [60, 3, 9]);
    // The contributions add up to what the softmax is taken of.
    const raw = Float32Array.from({ length: 180 }, (_, i) =>
      data.subarray(i * 9, (i + 1) * 9).reduce((sum, value) => sum + value, 0),
    );
    const shares = raw.map((value, i) => {
      const row = raw.subarray(3 * Math.floor(i / 3), 3 * Math.floor(i / 3) + 3);
      return Math.exp(value) / row.reduce((sum, other) => sum + Math.exp(other), 0);
    });
    assert.ok(greatest(shares, (await fitted.predict(held)).data) < 1e-4);
    await assert.rejects(trees.importance({} as Fitted), /it must be fitted trees/);
  });

  test(`${library}: a category that the train part has not, and a missing one, predict`, async () => {
    // lightgbm-org/LightGBM#1936, dmlc/xgboost#11826, catboost/catboost#2703, catboost/catboost#482
    const { train } = parts(y);
    const fitted = await fit(foldOf({ train }), { categorical: [7] });
    const one = rowsOf(x, 300, 302);
    one.data[7] = 40;
    one.data[15] = Number.NaN;
    const { data } = await fitted.predict(one);
    assert.ok(data.every((share) => share >= 0 && share <= 1));
    // catboost/catboost#1502, lightgbm-org/LightGBM#3453
    for (const odd of [1.5, -1]) {
      const wrong = { ...(train.x as TreeTable), data: (train.x as TreeTable).data.slice() };
      wrong.data[8 * 3 + 7] = odd;
      await assert.rejects(
        fit(foldOf({ train: { ...train, x: wrong } }), { categorical: [7] }),
        new RegExp(`categories must be whole numbers from 0 or missing, got ${odd} in row 3 of column 7`),
      );
    }
    await assert.rejects(
      fit(foldOf({ train }), { categorical: ["town"] }),
      /categorical columns must be of column 0, .*, got town/,
    );
  });

  test(`${library}: a class that the train part lacks has its column`, async () => {
    // catboost/catboost#354, catboost/catboost#625, catboost/catboost#1058
    const { train, validation, test: held } = parts(y);
    const lacking = (train.y as Int32Array).map((label) => (label === 1 ? 2 : label));
    const fold = foldOf({ train: { ...train, y: lacking }, validation });
    const { data, shape } = await (await fit(fold, { classes: 4, patience: 3 })).predict(held);
    assert.deepEqual(shape, [60, 4]);
    assert.ok(data.every((share) => share >= 0 && share <= 1));
    const ofLacking = data.filter((_, i) => i % 4 === 3);
    assert.ok(
      Math.max(...ofLacking) < 0.2,
      `a class without rows is improbable, got ${Math.max(...ofLacking)}`,
    );
  });

  test(`${library}: labels and values that are none are refused with their place`, async () => {
    // dmlc/xgboost#9747, dmlc/xgboost#4057, dmlc/xgboost#322, dmlc/xgboost#7941
    const { train } = parts(y);
    const numbers = Float32Array.from(train.y as Int32Array);
    numbers[2] = Number.NaN;
    await assert.rejects(
      fit(foldOf({ train: { ...train, y: asArray(numbers) } })),
      /y must be finite, got NaN in row 2/,
    );
    const negative = (train.y as Int32Array).slice();
    negative[4] = -2147483648;
    await assert.rejects(
      fit(foldOf({ train: { ...train, y: negative } })),
      /class numbers must be 0 or more, got -2147483648 in row 4/,
    );
    const fromOne = (train.y as Int32Array).map((label) => label + 1);
    await assert.rejects(
      fit(foldOf({ train: { ...train, y: fromOne } }), { classes: 3 }),
      /class numbers must be below 3 classes, got 3/,
    );
    const infinite = { ...(train.x as TreeTable), data: (train.x as TreeTable).data.slice() };
    infinite.data[8 + 2] = Number.POSITIVE_INFINITY;
    await assert.rejects(
      fit(foldOf({ train: { ...train, x: infinite } })),
      /values must be finite or NaN, got Infinity in row 1, column 2/,
    );
  });

  test(`${library}: one column, few rows and columns that say nothing`, async () => {
    // lightgbm-org/LightGBM#5081, lightgbm-org/LightGBM#1697, lightgbm-org/LightGBM#907
    const { warn } = console;
    const warnings: string[] = [];
    console.warn = (text: string) => warnings.push(text);
    try {
      const constant = { data: new Float32Array(8).fill(3), shape: [8, 1], columns: ["a"] };
      const labels = Int32Array.of(0, 1, 1, 1, 0, 1, 1, 1);
      const fitted = await fit(foldOf({ train: { x: constant, y: labels } }), { rounds: 3 });
      const { data, shape } = await fitted.predict(constant);
      assert.deepEqual(shape, [8, 2]);
      assert.equal(new Set(data.filter((_, i) => i % 2)).size, 1, "all rows alike");
      if (library === "catBoost") return;
      assert.match(warnings[0], /no column was split by, so all rows are predicted alike/);
    } catch (error) {
      // CatBoost has its own words for a table that says nothing.
      assert.equal(library, "catBoost");
      assert.match(String(error), /All features are either constant or ignored/);
    } finally {
      console.warn = warn;
    }
  });

  test(`${library}: class weights weigh, and a list of another length is refused`, async () => {
    const { train, test: held } = parts(two);
    const mean = async (classWeights?: "balanced" | number[]) => {
      const { data } = await (await fit(foldOf({ train }), { classWeights })).predict(held);
      return data.reduce((sum, share, i) => sum + (i % 2 ? share : 0), 0) / 60;
    };
    const plain = await mean();
    assert.ok((await mean([1, 20])) > plain + 0.05, "a heavy class is predicted more");
    assert.equal(await mean([1, 1]), plain);
    await assert.rejects(
      mean([1]),
      /classWeights must be "balanced" or one number from 0 per class \(2\), got \[1\]/,
    );
  });

  test(`${library}: a score of one's own decides which round is kept`, async () => {
    // catboost/catboost#2802, catboost/catboost#1853
    const { train, validation } = parts(y);
    const seen: number[] = [];
    const metrics = {
      // Best in the sixth round.
      mine: {
        mode: "max" as const,
        score: (truth: ArrayLike<number>, { shape }: { shape: readonly number[] }) => {
          assert.deepEqual([truth.length, ...shape], [60, 60, 3]);
          seen.push(1);
          return -Math.abs(seen.length - 6);
        },
      },
    };
    const { report } = await fit(foldOf({ train, validation }), {
      metrics,
      monitor: "mine",
      patience: 3,
      rounds: 30,
    });
    assert.equal(report.keptEpoch, 5);
    assert.equal(report.epochs, 9);
    assert.deepEqual(report.history.val_mine.slice(0, 6), [-5, -4, -3, -2, -1, -0]);
    await assert.rejects(
      fit(foldOf({ train, validation }), { monitor: "auc", patience: 3, rounds: 3 }),
      /Cannot watch "auc": it must be one of \w+/,
    );
  });

  test(`${library}: an interrupt ends it between two rounds, the best rounds kept, and a model goes on`, async () => {
    // catboost/catboost#1583, catboost/catboost#1862
    const directory = mkdtempSync(path.join(tmpdir(), "podium-trees-"));
    try {
      const { train, validation, test: held } = parts(y);
      const stop = new AbortController();
      const fold = foldOf({ train, validation, directory, signal: stop.signal });
      const running = fit(fold, { rounds: 100_000, patience: 100_000, own: { learning_rate: 0.01 } });
      running.catch(() => {});
      await pause(1500);
      stop.abort();
      await assert.rejects(running, { name: "AbortError" });
      const file = path.join(directory, "last.safetensors");
      assert.ok(existsSync(file));
      const state = readSafetensors(file) as FittedState;
      const kept = estimatorOf().restore(state, fold.context);
      assert.ok(kept.report.epochs > 1 && kept.report.epochs < 100_000, `${kept.report.epochs} rounds`);
      const before = await kept.predict(held);
      const further = await fit(foldOf({ train, validation }), { initial: state, rounds: 3 });
      const next = await further.predict(held);
      assert.notDeepEqual(next.data, before.data);
      assert.ok(greatest(next.data, before.data) < 0.3, "it went on from there");
      assert.equal(await python.get("1 + 1"), 2, "Python lives on");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test(`${library}: cross-validation, refit and a continued run`, async () => {
    const directory = mkdtempSync(path.join(tmpdir(), "podium-trees-"));
    try {
      const data = { x: rowsOf(x, 0, 240), y: y.slice(0, 240) };
      const folds = stratifiedKFold(data.y, { folds: 2 });
      const options = { data, folds, directory, refit: true, progress: false, test: rowsOf(x, 300, 360) };
      const estimator = estimatorOf({ patience: 3, rounds: 40, own: { learning_rate: 0.3 } });
      const run = await crossValidate({ ...options, estimator });
      assert.deepEqual(run.predictions.shape, [240, 3]);
      assert.ok(logLoss(data.y, run.predictions) < Math.log(3) * 0.9, "better than chance");
      const mean = Math.round(run.runs.reduce((sum, { keptEpoch }) => sum + keptEpoch + 1, 0) / 2);
      assert.equal(run.refits[0].epochs, mean, "as many rounds as the folds kept");
      const again = await crossValidate({ ...options, estimator });
      assert.deepEqual(again.predictions.data, run.predictions.data);
      const { data: loaded } = await again.runs[0].load().predict(options.test);
      assert.equal(loaded.length, 180);
      const budget = await crossValidate({
        ...options,
        estimator: estimatorOf({ rounds: 100_000 }),
        refit: false,
        seconds: 0.6,
      });
      assert.equal(budget.runs[0].stopReason, "time is over");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test(`${library}: what is unknown, out of reach or not there is refused before any work`, async () => {
    const { train, test: held } = parts(y);
    assert.throws(
      () => libraries[library]({ learning_rat: 0.1 } as never),
      /there is no option learning_rat; did you mean learning_rate/,
    );
    assert.throws(() => estimatorOf({ rounds: 0 }), RangeError);
    assert.throws(() => estimatorOf({ patience: 0 }), /must be a whole number from 1 or false, got 0/);
    if (!existsSync("/dev/nvidiactl") && !existsSync("/dev/dxg")) {
      await assert.rejects(
        fit(foldOf({ train }), { device: "gpu" }),
        /on the GPU: an NVIDIA GPU must be there, got none/,
      );
    }
    const fitted = await fit(foldOf({ train }), { rounds: 2 });
    await assert.rejects(
      fitted.predict({ data: new Float32Array(4), shape: [2, 2] }),
      /rows must have 8 columns, got 2/,
    );
    await assert.rejects(fitted.predict({ data: new Float32Array(0), shape: [0, 8] }), RangeError);
    assert.equal((await fitted.predict({ data: held.data.slice(0, 8), shape: [1, 8] })).data.length, 3);
    assert.throws(
      () => estimatorOf().restore({ tensors: {} }, foldOf({ train }).context),
      /the state must be of it, got another's/,
    );
  });
}
