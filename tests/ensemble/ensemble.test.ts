import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { displayKey } from "../../src/core/display";
import { minimize } from "../../src/core/minimize";
import { randomSource } from "../../src/core/random";
import {
  blend,
  geometricMean,
  mean,
  nestedGain,
  type Predictions,
  selectGreedily,
  stack,
} from "../../src/ensemble";
import { logLoss } from "../../src/metrics/logLoss";

const golden = JSON.parse(readFileSync(path.join(__dirname, "../golden/ensemble.json"), "utf8"));
const truth: number[] = golden.truth;
const shape = [golden.rows, golden.classes];
const models: Predictions[] = golden.models.map((data: number[]) => ({ data, shape }));

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `[${i}] ${actual[i]} is not ${expected[i]}`);
  }
}

test("means equal NumPy's and SciPy's", () => {
  close(mean(models).data, golden.mean, 1e-6);
  close(geometricMean(models, { weights: [4, 3, 2, 1] }).data, golden.geometric, 1e-6);
});

test("a probability of 0 does not silence the others, and rows of tiny ones still sum to one", () => {
  const sure = { data: [1, 0], shape: [1, 2] };
  const rows = geometricMean([sure, { data: [0, 1], shape: [1, 2] }]).data;
  close(rows, [0.5, 0.5], 1e-7);
  close(geometricMean([{ data: [1e-300, 3e-300], shape: [1, 2] }], { epsilon: 0 }).data, [0.25, 0.75], 1e-6);
});

test("blend finds SciPy's weights of least log loss", () => {
  const { weights, score, predict } = blend(models, { truth });
  close(weights, golden.blend.weights, 1e-3);
  assert.ok(score <= golden.blend.loss + 1e-6, `${score} is above ${golden.blend.loss}`);
  assert.ok(Math.abs(score - golden.blend.loss) < 1e-6);
  assert.equal(logLoss(truth, predict(models)), score);
});

test("blend minimises any score, and agrees with itself on log loss", () => {
  const found = blend(models, { truth, score: (labels, own) => logLoss(labels, own, { rows: "keep" }) });
  assert.ok(Math.abs(found.score - golden.blend.loss) < 1e-4);
  const target = { data: [1, 2, 3, 4], shape: [4] };
  const other = { data: [9, 9, 9, 0], shape: [4] };
  const error = (labels: ArrayLike<number>, own: { data: Float32Array }) =>
    own.data.reduce((sum, value, i) => sum + Math.abs(value - labels[i]), 0);
  assert.deepEqual([...blend([other, target], { truth: [1, 2, 3, 4], score: error }).weights], [0, 1]);
});

test("greedy selection starts at the best model, never scores worse, and nears the best blend", () => {
  const losses = models.map((own) => logLoss(truth, own, { rows: "keep" }));
  const one = selectGreedily(models, { truth, rounds: 1 });
  assert.equal(one.weights[losses.indexOf(Math.min(...losses))], 1);
  let last = one.score;
  for (const rounds of [2, 5, 20, 60]) {
    const { score, weights } = selectGreedily(models, { truth, rounds });
    assert.ok(score <= last);
    assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-12);
    last = score;
  }
  assert.ok(last - golden.blend.loss < 1e-3);
  assert.throws(() => selectGreedily(models, { truth, rounds: 0 }), /rounds must be above 0/);
});

test("stack gives scikit-learn's probabilities", () => {
  const stacked = stack(models, { truth, c: golden.stack.c });
  close(stacked.predict(models).data, golden.stack.probabilities, 1e-4);
  const other = { data: models[0].data, shape };
  assert.throws(() => stacked.predict([other]), /need 12 inputs per row as it was fitted on, got 3/);
});

test("the nested gain of equal models is none, and that of a second view is real", () => {
  const folds = [0, 1, 2].map((fold) => {
    const part = (isValidation: boolean) =>
      truth.map((_, row) => row).filter((row) => (row % 3 === fold) === isValidation);
    return { train: part(false), validation: part(true) };
  });
  const combine = (own: readonly Predictions[], labels: Float64Array) => blend(own, { truth: labels });
  const none = nestedGain([models[0], models[0]], { truth, folds, combine });
  assert.ok(Math.abs(none.gain) < 1e-6);
  const real = nestedGain(models, { truth, folds, combine });
  assert.ok(real.gain > 0.01, `gain ${real.gain}`);
  assert.ok(real.combined >= blend(models, { truth }).score, "not better than weights found on all rows");
  const bundle = (real as unknown as { [displayKey](): Record<string, string> })[displayKey]();
  assert.match(bundle["text/plain"], /^rows +combined +best single.*\nfold 1/);
  const leak = [{ train: [0, 1], validation: [1, 2] }];
  assert.throws(
    () => nestedGain(models, { truth, folds: leak, combine }),
    /row 1 is in both parts of fold 0/,
  );
});

test("useless models gain nothing when chosen and judged on different rows", () => {
  const random = randomSource(3);
  const noise: Predictions[] = Array.from({ length: 6 }, () => {
    const data = Float32Array.from({ length: golden.rows * 3 }, () => 0.1 + random.uniform());
    for (let row = 0; row < golden.rows; row++) {
      const sum = data[row * 3] + data[row * 3 + 1] + data[row * 3 + 2];
      for (let k = 0; k < 3; k++) data[row * 3 + k] /= sum;
    }
    return { data, shape };
  });
  const half = truth.map((_, row) => row);
  const folds = [
    { train: half.slice(0, 75), validation: half.slice(75) },
    { train: half.slice(75), validation: half.slice(0, 75) },
  ];
  const combine = (own: readonly Predictions[], labels: Float64Array) => blend(own, { truth: labels });
  const { combined } = nestedGain(noise, { truth, folds, combine });
  assert.ok(combined > blend(noise, { truth }).score, "the score on its own rows flatters");
  assert.ok(combined > Math.log(3) - 0.02, "chance is not beaten");
});

test("a blend shows its weights by name", () => {
  const found = blend(models, { truth, names: ["gru", "conv", "noise", "fft"] });
  const bundle = (found as unknown as { [displayKey](): Record<string, string> })[displayKey]();
  assert.match(bundle["text/plain"], /gru +0\.\d+\nconv/);
});

test("minimize finds the valley of Rosenbrock's function", () => {
  const found = minimize(
    ([x, y], gradient) => {
      gradient[0] = -400 * x * (y - x * x) - 2 * (1 - x);
      gradient[1] = 200 * (y - x * x);
      return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
    },
    Float64Array.of(-1.2, 1),
  );
  close(found, [1, 1], 1e-5);
});

test("what cannot be combined is refused", () => {
  const one = { data: [0.5, 0.5], shape: [1, 2] };
  assert.throws(() => mean([]), /at least one model's predictions, got none/);
  assert.throws(
    () => mean([one, { data: [1], shape: [1, 1] }]),
    /shape \[1,2\] and 2 values, got \[1,1\] and 1 for model 1/,
  );
  assert.throws(
    () => mean([{ data: [0.5, Number.NaN], shape: [1, 2] }]),
    /finite, got NaN at row 0 of model 0/,
  );
  assert.throws(() => mean([one], { weights: [0] }), /not all 0, got \[0\]/);
  assert.throws(() => mean([one], { weights: [1, 1] }), /one weight from 0 per model \(1\)/);
  assert.throws(() => blend([one], { truth: [0, 1] }), /one label per row \(1\), got 2/);
  assert.throws(() => stack([one], { truth: [2] }), /whole numbers in \[0, 2\), got 2 at row 0/);
  assert.throws(() => geometricMean([{ data: [-1, 2], shape: [1, 2] }]), /from 0, got -1/);
});
