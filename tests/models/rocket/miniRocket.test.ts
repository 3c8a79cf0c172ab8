import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { randomSource } from "../../../src/core/random";
import { type Series, series } from "../../../src/core/series";
import { ridgeClassifier } from "../../../src/models/ridge/ridge";
import { fitMiniRocket, type MiniRocket } from "../../../src/models/rocket/miniRocket";
import { miniRocket } from "../../../src/models/rocket/miniRocketClassifier";
import { compileWebAssembly } from "../../compileWebAssembly";

const random = randomSource(8);
const [windows, steps, channels] = [6, 60, 4];
const raw = series(
  Float32Array.from({ length: windows * steps * channels }, () => random.normal()),
  { steps, channels: ["a", "b", "c", "d"] },
);
const rocket = fitMiniRocket(raw, { features: 840, seed: 1 });

test("there are 84 kernels a dilation, dilations from 1 to the whole window, and 84 x 10 biases", () => {
  const dilations = [...new Set(rocket.combinations.map(({ dilation }) => dilation))];
  assert.equal(rocket.combinations.length, 84 * dilations.length);
  assert.deepEqual(dilations, [1, 2, 3, 4, 5, 7]); // floor(2^(i log2(59 / 8) / 9))
  const biases = rocket.combinations.reduce((sum, one) => sum + one.biases.length, 0);
  assert.equal(biases, 840);
  const heavy = new Set(rocket.combinations.map((one) => one.heavy.join()));
  assert.equal(heavy.size, 84);
});

test("half of the combinations pad, and channels are distinct and at most all", () => {
  const padded = rocket.combinations.filter((one) => one.padded).length;
  assert.equal(padded * 2, rocket.combinations.length);
  for (const one of rocket.combinations) {
    assert.ok(one.channels.length >= 1 && one.channels.length <= channels);
    assert.equal(new Set(one.channels).size, one.channels.length);
  }
});

test("the committed module is what its source compiles to", async () => {
  const { path, text } = await compileWebAssembly("models/rocket/miniRocket");
  assert.equal(await readFile(path, "utf8"), text);
});

test("all lengths of a last vector, many biases a kernel and one channel count as written out", () => {
  for (const length of [9, 10, 11, 12, 57]) {
    const one = series(
      Float32Array.from({ length: 3 * length }, () => random.normal()),
      { steps: length, channels: ["x"] },
    );
    const fitted = fitMiniRocket(one, { features: 84 * 11, dilations: 2 });
    assert.deepEqual(fitted.transform(one).shape, [3, 84 * 11]);
    assertWrittenOut(one, fitted);
  }
});

test("windows transform alike after others of larger values", () => {
  const large = { ...raw, data: raw.data.map((value) => value * 1e6) };
  const before = rocket.transform(raw).data;
  rocket.transform(large);
  assert.deepEqual(rocket.transform(raw).data, before);
});

test("features equal a slow convolution written out", () => {
  assert.deepEqual(rocket.transform(raw).shape, [windows, 840]);
  assertWrittenOut(raw, rocket);
});

/** Holds features to convolutions of the first and the last window written out. */
function assertWrittenOut(source: Series, fitted: MiniRocket): void {
  const [windows, steps, channels] = source.shape;
  const { data, shape } = fitted.transform(source);
  for (const window of [0, windows - 1]) {
    let at = window * shape[1];
    for (const { heavy, dilation, channels: own, biases, padded } of fitted.combinations) {
      const values: number[] = [];
      for (let t = 0; t < steps; t++) {
        let sum = 0;
        let whole = true;
        for (let k = 0; k < 9; k++) {
          const from = t + (k - 4) * dilation;
          if (from < 0 || from >= steps) {
            whole = false;
            continue;
          }
          const weight = heavy.includes(k) ? 2 : -1;
          for (const c of own) sum += weight * source.data[(window * steps + from) * channels + c];
        }
        if (padded || whole) values.push(sum);
      }
      for (const bias of biases) {
        const share = values.filter((value) => value > bias + 1e-4).length / values.length;
        const most = values.filter((value) => value > bias - 1e-4).length / values.length;
        assert.ok(data[at] >= share - 1e-6 && data[at] <= most + 1e-6, `${at}: ${data[at]} ${share}`);
        at++;
      }
    }
  }
}

test("biases come from the chosen windows only, and the same seed gives the same features", () => {
  const other = { ...raw, data: raw.data.slice() };
  other.data.fill(99, 3 * steps * channels);
  const options = { features: 168, indices: [0, 1, 2], seed: 2 };
  assert.deepEqual(fitMiniRocket(other, options).combinations, fitMiniRocket(raw, options).combinations);
  assert.notDeepEqual(
    fitMiniRocket(raw, { ...options, seed: 3 }).transform(raw),
    fitMiniRocket(raw, options).transform(raw),
  );
});

test("with ridge it tells waves of two frequencies apart that noise hides from the majority", () => {
  const count = 60;
  const labels = Array.from({ length: count }, (_, w) => w % 2);
  const waves = series(
    Float32Array.from({ length: count * 100 }, (_, i) => {
      const label = Math.floor(i / 100) % 2;
      return Math.sin((i % 100) * (label === 0 ? 0.4 : 0.6) + Math.floor(i / 100)) + 0.5 * random.normal();
    }),
    { steps: 100, channels: ["x"] },
  );
  const train = Array.from({ length: 40 }, (_, w) => w);
  const { data, shape } = fitMiniRocket(waves, { features: 420, indices: train }).transform(waves);
  const width = shape[1];
  const model = ridgeClassifier(
    { data: data.subarray(0, 40 * width), shape: [40, width] },
    labels.slice(0, 40),
  );
  const found = model.predict({ data: data.subarray(40 * width), shape: [20, width] }).data;
  const right = labels.slice(40).filter((label, i) => found[2 * i + label] > 0.5).length;
  assert.ok(right >= 18, `${right} of 20`);
});

test("short windows, too few features, unknown windows and other shapes are errors", () => {
  const short = series(new Float32Array(8), { steps: 8, channels: ["x"] });
  assert.throws(() => fitMiniRocket(short), /at least 9 steps, got 8/);
  assert.throws(() => fitMiniRocket(raw, { features: 10 }), /features must be .* got 10/);
  assert.throws(() => fitMiniRocket(raw, { indices: [6] }), /\[0, 6\), got 6/);
  assert.throws(() => fitMiniRocket(raw, { indices: [] }), /got undefined/);
  assert.throws(() => rocket.transform(short), /\[60, 4\] as fitted, got \[8, 1\]/);
});

test("values that are not finite are refused with their place, in the fit only where it looks", () => {
  // A convolution of NaN exceeds nothing, so that its features were 0, as a quiet window's; angus924/minirocket#31.
  for (const odd of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const spoilt = { ...raw, data: raw.data.slice() };
    spoilt.data[(1 * steps + 7) * channels + 1] = odd;
    const place = new RegExp(`finite, got ${odd} in window 1, step 7, channel`);
    assert.throws(() => fitMiniRocket(spoilt, { features: 84 }), place);
    const fitted = fitMiniRocket(spoilt, { features: 84, indices: [0, 2] });
    assert.throws(() => fitted.transform(spoilt), place);
  }
});

test("constants and the shortest series give shares, not NaN", () => {
  // aeon-toolkit/aeon#3805: nine steps, the fewest, failed.
  for (const [length, value] of [
    [9, 0],
    [9, 14.62],
    [60, -1e6],
  ]) {
    const flat = series(new Float32Array(2 * length).fill(value), { steps: length, channels: ["x"] });
    const { data } = fitMiniRocket(flat, { features: 168 }).transform(flat);
    assert.ok(data.every((share) => share >= 0 && share <= 1));
  }
});

test("views have a transform each, of their channels alone, and a logistic regression keeps what it learned", async () => {
  const labels = Int32Array.from({ length: windows }, (_, window) => window % 2);
  const train = { x: { data: raw.data, shape: raw.shape }, y: { data: labels, shape: [windows] } };
  const fold = { context: { foldSeed: 4 }, train } as unknown as Parameters<
    ReturnType<typeof miniRocket>["fit"]
  >[0];
  const fit = (views: number[][], classifier: "ridge" | "logistic" = "logistic") =>
    miniRocket({ features: 84, views, classifier, classes: 2 }).fit(fold);
  const both = await fit([[0, 2], [3]]);
  const kernels = JSON.parse(both.state().metadata!.kernels).kernels as { channels: number[] }[];
  assert.ok(kernels.every(({ channels: own }) => own.every((channel) => channel !== 1)));
  assert.ok(kernels.some(({ channels: own }) => own.includes(3)));
  assert.ok(kernels.every(({ channels: own }) => !(own.includes(3) && own.length > 1)));
  const found = await both.predict(train.x);
  labels.forEach((label, window) => assert.ok(found.data[2 * window + label] > 0.9));
  const again = miniRocket({ features: 84 }).restore(both.state(), fold.context);
  assert.deepEqual((await again.predict(train.x)).data, found.data);
  await assert.rejects(fit([[0], [4]]), /one or more of 4 channels by their places, got \[4\]/);
  await assert.rejects(fit([[]]), /got \[\]/);
  assert.throws(() => miniRocket({ classifier: "tree" as "ridge" }), /ridge or logistic, got tree/);
});
