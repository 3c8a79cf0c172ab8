import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { blend } from "../../src/ensemble";
import * as python from "../../src/python";
import * as validate from "../../src/validate/public";

const folder = mkdtempSync(path.join(tmpdir(), "podium-estimator-"));
before(() => python.requirePackages("The tests", { sklearn: "scikit-learn" }));
after(async () => {
  await python.restart();
  rmSync(folder, { recursive: true });
});

interface Data {
  x: { data: Float32Array; shape: number[] };
  y: Int32Array;
  values: { data: Float32Array; shape: number[] };
}

async function load(name: string): Promise<Data> {
  await python.run(`from sklearn import datasets\nloaded = datasets.load_${name}()`);
  const x = await python.get<Data["x"]>("loaded.data.astype('float32')");
  const target = await python.get<Data["x"]>("loaded.target.astype('float32')");
  return { x, y: Int32Array.from(target.data), values: { data: target.data, shape: target.shape } };
}

const seeds = [3];

/** Out-of-fold predictions of a cross-validation that scikit-learn runs by itself. */
async function direct(
  code: string,
  method: string,
  folds: readonly validate.Fold[],
  runs: validate.FoldRun[],
) {
  await python.set({
    folds: folds.map(({ train, validation }) => [train, validation]),
    seeds: runs.map(({ fold }) => foldSeed(fold as number)),
  });
  await python.run(`
import numpy as np
x = loaded.data.astype("float32")
y = loaded.target${method === "predict" ? '.astype("float32")' : ""}
found = None
for (train, validation), seed in zip(folds, seeds):
    model = ${code}
    part = model.fit(x[train], y[train]).${method}(x[validation])
    part = part.reshape(len(part), -1)
    found = np.zeros((len(x), part.shape[1]), "float32") if found is None else found
    found[validation] = part
`);
  return python.get<{ data: Float32Array; shape: number[] }>("found");
}

const used: Record<number, number> = {};
const foldSeed = (fold: number): number => used[fold];

/** An estimator that notes the folds' seeds. */
function noting(estimator: ReturnType<typeof python.estimator>) {
  return {
    ...estimator,
    fit: (fold: Parameters<typeof estimator.fit>[0]) => {
      used[fold.context.fold as number] = fold.context.foldSeed;
      return estimator.fit(fold);
    },
  };
}

const cases = [
  {
    data: "iris",
    name: "sklearn.ensemble.ExtraTreesClassifier",
    parameters: { n_estimators: 20 },
    code: "__import__('sklearn.ensemble').ensemble.ExtraTreesClassifier(n_estimators=20, random_state=seed)",
    method: "predict_proba",
  },
  {
    data: "digits",
    name: "sklearn.linear_model.LogisticRegression",
    parameters: { max_iter: 200, C: 0.01, tol: 0.01 },
    code: "__import__('sklearn.linear_model').linear_model.LogisticRegression(max_iter=200, C=0.01, tol=0.01, random_state=seed)",
    method: "predict_proba",
  },
  {
    data: "diabetes",
    name: "sklearn.ensemble.GradientBoostingRegressor",
    parameters: { n_estimators: 10, subsample: 0.5 },
    code: "__import__('sklearn.ensemble').ensemble.GradientBoostingRegressor(n_estimators=10, subsample=0.5, random_state=seed)",
    method: "predict",
  },
];

for (const { data, name, parameters, code, method } of cases) {
  test(`${name} on ${data} predicts what scikit-learn predicts by itself`, async () => {
    const { x, y, values } = await load(data);
    const isClasses = method === "predict_proba";
    const folds = isClasses
      ? validate.stratifiedKFold(y, { folds: 3, shuffle: true, seed: 1 })
      : validate.kFold(x.shape[0], { folds: 3, shuffle: true, seed: 1 });
    const result = await validate.crossValidate({
      folds,
      data: { x, y: isClasses ? y : values },
      estimator: noting(python.estimator(name, parameters)),
      seeds,
      progress: false,
    });
    const expected = await direct(code, method, folds, [...result.runs]);
    assert.deepEqual(result.predictions.shape, expected.shape);
    assert.deepEqual(result.predictions.data, expected.data);
  });
}

test("a run is saved, continued, opened, refitted and predicts after Python has ended", async () => {
  const { x, y } = await load("iris");
  const options = {
    folds: validate.stratifiedKFold(y, { folds: 3, shuffle: true, seed: 1 }),
    data: { x, y },
    test: x,
    estimator: python.estimator("sklearn.ensemble.ExtraTreesClassifier", { n_estimators: 5 }),
    directory: folder,
    progress: false,
    refit: true,
    scores: {
      accuracy: ({ prediction }: { prediction: { shape: readonly number[] } }) => prediction.shape[0],
    },
  };
  const first = await validate.crossValidate(options);
  await python.restart();
  const again = await validate.crossValidate(options);
  assert.deepEqual(again.predictions, first.predictions);
  const fitted = await again.runs[0].load();
  const validation = options.folds[0].validation;
  const rows = Float32Array.from(validation, (_, i) => i).length;
  const values = Float32Array.from({ length: rows * 4 }, (_, i) => x.data[validation[i >> 2] * 4 + (i & 3)]);
  const predicted = await fitted.predict({ data: values, shape: [rows, 4] });
  for (const [i, sample] of validation.entries()) {
    assert.equal(predicted.data[3 * i], first.predictions.data[3 * sample]);
  }
  fitted.dispose();
  const forests = await validate.crossValidate({
    ...options,
    estimator: python.estimator("sklearn.naive_bayes.GaussianNB"),
  });
  const board = validate.leaderboard(folder);
  assert.deepEqual(board.rows.map(({ name }) => name).sort(), ["ExtraTreesClassifier", "GaussianNB"]);
  const blended = blend([first.predictions, forests.predictions], { truth: y });
  assert.equal(blended.predict([first.test as never, forests.test as never]).shape[1], 3);
});

test("classes that a fold lacks keep their columns", async () => {
  const x = { data: Float32Array.of(0, 1, 2, 3, 4, 5), shape: [6, 1] };
  const fold = { train: Int32Array.of(1, 2, 3, 4), validation: Int32Array.of(0, 5) };
  const { predictions } = await validate.crossValidate({
    folds: [fold],
    data: { x, y: Int32Array.of(0, 1, 1, 3, 3, 4) },
    estimator: python.estimator("sklearn.tree.DecisionTreeClassifier", {}, { classes: 5 }),
    progress: false,
  });
  assert.deepEqual(predictions.shape, [6, 5]);
  assert.deepEqual([...predictions.data.subarray(0, 5)], [0, 1, 0, 0, 0]);
  assert.deepEqual([...predictions.data.subarray(25, 30)], [0, 0, 0, 1, 0]);
});

test("estimators within an estimator get its parameters and the seed", async () => {
  const { x, y } = await load("iris");
  const nested = python.estimator("sklearn.pipeline.Pipeline", {
    steps: [
      ["scale", python.estimator("sklearn.preprocessing.StandardScaler")],
      ["forest", python.estimator("sklearn.ensemble.RandomForestClassifier", { n_estimators: 3 })],
    ],
  });
  const folds = validate.stratifiedKFold(y, { folds: 2, shuffle: true, seed: 1 });
  const run = () =>
    validate.crossValidate({ folds, data: { x, y }, estimator: nested, seeds, progress: false });
  assert.deepEqual((await run()).predictions.data, (await run()).predictions.data);
  assert.match(JSON.stringify(nested.config({} as never)), /StandardScaler.*n_estimators":3/);
});

test("sample weights count, and are refused where they would not", async () => {
  const x = { data: Float32Array.of(0, 0, 1, 1), shape: [4, 1] };
  const data = { x, y: Int32Array.of(0, 1, 0, 1), sampleWeight: [1, 3, 3, 1] };
  const folds = [{ train: Int32Array.of(0, 1, 2, 3), validation: Int32Array.of() }];
  const fit = (name: string, parameters = {}) =>
    python.estimator(name, parameters).fit({
      context: {
        fold: 0,
        seed: 0,
        foldSeed: 0,
        trainIndices: folds[0].train,
        validationIndices: folds[0].validation,
      },
      train: data,
      directory: undefined,
      progress: false,
      label: "",
    });
  const fitted = await fit("sklearn.tree.DecisionTreeClassifier");
  assert.deepEqual(
    (await fitted.predict(x)).data,
    Float32Array.of(0.25, 0.75, 0.25, 0.75, 0.75, 0.25, 0.75, 0.25),
  );
  await assert.rejects(fit("sklearn.neighbors.KNeighborsClassifier"), /takes no sample_weight/);
});

test("what cannot be used is refused, saying why", async () => {
  const data = { x: { data: Float32Array.of(0, 1, 2, 3), shape: [4, 1] }, y: Int32Array.of(0, 1, 0, 1) };
  const folds = validate.kFold(4, { folds: 2 });
  const run = (name: string, parameters = {}, given = data) =>
    validate.crossValidate({
      folds,
      data: given,
      estimator: python.estimator(name, parameters),
      progress: false,
    });
  await assert.rejects(
    run("sklearn.svm.LinearSVC"),
    /must have predict_proba; put it into sklearn\.calibration/,
  );
  await assert.rejects(run("sklearn.decomposition.PCA"), /classifier or a regressor/);
  await assert.rejects(run("math.sqrt"), /TypeError|must be an estimator/);
  await assert.rejects(run("sklearn.nowhere.Tree"), /AttributeError|ModuleNotFoundError/);
  await assert.rejects(
    run("sklearn.tree.DecisionTreeClassifier", { deep: 1 }),
    /unexpected keyword argument 'deep'/,
  );
  const nan = { ...data, x: { data: Float32Array.of(Number.NaN, 1, 2, 3), shape: [4, 1] } };
  await assert.rejects(run("sklearn.linear_model.LogisticRegression", {}, nan), /contains NaN/);
  const shares = { ...data, y: { data: Float32Array.of(0.5, 0, 1, 1), shape: [4] } };
  await assert.rejects(
    run("sklearn.tree.DecisionTreeClassifier", {}, shares as never),
    /must be class numbers/,
  );
});

test("a model's file that was changed is refused", async () => {
  const directory = mkdtempSync(path.join(folder, "damaged-"));
  const data = { x: { data: Float32Array.of(0, 1, 2, 3), shape: [4, 1] }, y: Int32Array.of(0, 1, 0, 1) };
  const options = {
    folds: validate.kFold(4, { folds: 2 }),
    data,
    estimator: python.estimator("sklearn.tree.DecisionTreeClassifier"),
    directory,
    progress: false,
  };
  const { runs } = await validate.crossValidate(options);
  const own = runs[0].directory as string;
  const file = path.join(own, readdirSync(own).find((name) => /model/.test(name)) as string);
  const bytes = readFileSync(file);
  bytes[bytes.length - 20] ^= 1;
  writeFileSync(file, bytes);
  await assert.rejects(async () =>
    (await validate.open(path.dirname(path.dirname(own))).runs[0]?.load?.())?.predict(data.x),
  );
});
