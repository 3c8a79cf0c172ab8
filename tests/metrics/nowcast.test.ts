import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { ImagePowers } from "../../src/features/fourier/imagePowers";
import { radialPowerSpectrum } from "../../src/features/fourier/radialSpectrum";
import { fractionsSkillScore } from "../../src/metrics/fractionsSkill";
import {
  categoricalScores,
  contingency,
  meanAbsoluteError,
  rootMeanSquareError,
} from "../../src/metrics/nowcast";
import { reliability } from "../../src/metrics/reliability";

const golden = JSON.parse(readFileSync(path.join(__dirname, "../golden/nowcast.json"), "utf8"));
const edges = JSON.parse(readFileSync(path.join(__dirname, "../golden/numbers.json"), "utf8"));
const truth: number[] = golden.truth;
const forecast: number[] = golden.forecast;

function close(actual: number, expected: number, tolerance = 1e-9): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );
}

test("errors equal NumPy's", () => {
  close(meanAbsoluteError(truth, { forecast }), golden.mae);
  close(rootMeanSquareError(truth, { forecast }), golden.rmse);
});

test("categorical scores equal pysteps' at every threshold", () => {
  for (const [threshold, expected] of Object.entries<Record<string, number>>(golden.scores)) {
    const scores = categoricalScores(contingency(truth, { forecast, threshold: Number(threshold) }));
    for (const name of ["pod", "far", "csi", "bias", "gss", "hss", "f1"] as const) {
      close(scores[name], expected[name.toUpperCase()]);
    }
    close(scores.accuracy, expected.ACC);
  }
});

test("the fractions skill score equals pysteps' at every scale, odd and even", () => {
  for (const { threshold, scale, value } of golden.fractions) {
    close(fractionsSkillScore(truth, { forecast, shape: golden.shape, threshold, scale }), value);
  }
});

test("fractions of several images are added up before the score is taken", () => {
  const both = fractionsSkillScore([...truth, ...forecast], {
    forecast: [...forecast, ...truth],
    shape: [2, ...golden.shape],
    threshold: 4,
    scale: 5,
  });
  close(
    both,
    golden.fractions.find(
      (row: { threshold: number; scale: number }) => row.threshold === 4 && row.scale === 5,
    ).value,
  );
});

test("the radial power spectrum equals pysteps' for square images, and NumPy's by frequency for oblong ones", () => {
  for (const { rows, columns, power, frequency } of golden.spectra) {
    const image = Array.from(
      { length: rows * columns },
      (_, i) => truth[Math.floor(i / columns) * 24 + (i % columns)],
    );
    const found = radialPowerSpectrum(image, { shape: [rows, columns] });
    assert.equal(found.power.length, power.length);
    power.forEach((value: number, ring: number) => close(found.power[ring], value, 1e-8));
    frequency.forEach((value: number, ring: number) => close(found.frequency[ring], value));
    close(
      radialPowerSpectrum(image, { shape: [rows, columns], normalize: true }).power.reduce((a, b) => a + b),
      1,
    );
  }
});

test("the powers of all frequencies sum to those of the pixels, whatever the size", () => {
  for (const [rows, columns] of [
    [8, 12],
    [7, 10],
    [11, 17],
    [1, 6],
    [34, 3],
  ] as const) {
    const image = truth.slice(0, rows * columns);
    const powers = new ImagePowers(rows, columns);
    const found = powers.of(image);
    let sum = 0;
    found.forEach((power, i) => {
      const k = Math.floor(i / columns);
      sum += k === 0 || 2 * k === rows ? power : 2 * power;
    });
    close(
      sum / image.length,
      image.reduce((total, value) => total + value * value, 0),
    );
  }
});

test("reliability equals pysteps'", () => {
  const { probability, observed, mean, frequency } = golden.reliability;
  const found = reliability(observed, { probability });
  mean.forEach((value: number, bin: number) => close(found.forecast[bin], value));
  frequency.forEach((value: number, bin: number) => close(found.observed[bin], value));
  assert.equal(
    found.counts.reduce((a, b) => a + b),
    probability.length,
  );
});

test("a perfect forecast scores perfectly and a mask counts only its pixels", () => {
  const perfect = categoricalScores(contingency(truth, { forecast: truth, threshold: 2 }));
  assert.deepEqual([perfect.pod, perfect.far, perfect.csi, perfect.hss], [1, 0, 1, 1]);
  assert.equal(meanAbsoluteError([1, 5, 2, 9], { forecast: [0, 0, 0, 0], mask: [1, 0] }), 1.5);
});

test("what cannot be verified is refused with its reason", () => {
  assert.throws(() => meanAbsoluteError([1], { forecast: [1, 2] }), /as long, got 1 and 2/);
  assert.throws(() => meanAbsoluteError([], { forecast: [] }), /at least one value/);
  assert.throws(() => meanAbsoluteError([1, Number.NaN], { forecast: [1, 1] }), /NaN at index 1/);
  assert.throws(() => meanAbsoluteError([1], { forecast: [1], mask: [0] }), /leaves no value/);
  assert.throws(() => contingency([1, 2, 3], { forecast: [1, 2, 3], threshold: 1, mask: [1, 1] }), /divide/);
  assert.throws(
    () => fractionsSkillScore([1], { forecast: [1], shape: [1, 1], threshold: 1, scale: 0 }),
    /scale/,
  );
  assert.throws(
    () => fractionsSkillScore([1], { forecast: [1], shape: [2, 1], threshold: 1, scale: 1 }),
    /shape/,
  );
  assert.throws(() => radialPowerSpectrum([1, Number.NaN], { shape: [1, 2] }), /NaN at index 1/);
  assert.throws(() => radialPowerSpectrum([1], { shape: [1, 2] }), /needs 2 values/);
  assert.throws(() => radialPowerSpectrum([], { shape: [0, 2] }), /positive whole numbers, got \[0, 2\]/);
  assert.throws(() => reliability([1], { probability: [2] }), /\[0, 1\]/);
  assert.throws(() => reliability([1, 1], { probability: [1] }), /as long/);
  assert.throws(() => reliability([1], { probability: [1], bins: 0 }), /bins/);
  assert.ok(Number.isNaN(categoricalScores({ hits: 0, misses: 0, falseAlarms: 0, correctNegatives: 4 }).csi));
});

test("probabilities on the edges of bins are counted where pysteps counts them", () => {
  for (const { bins, probability, observed, counts, mean, share } of edges.diagrams) {
    const found = reliability(observed, { probability, bins });
    assert.deepEqual([...found.counts], counts);
    mean.forEach((value: number | null, bin: number) => {
      if (value === null) assert.ok(Number.isNaN(found.forecast[bin]));
      else close(found.forecast[bin], value);
    });
    share.forEach((value: number | null, bin: number) => {
      if (value !== null) close(found.observed[bin], value);
    });
  }
});

test("a wave along either side of an oblong image has its own frequency", () => {
  // Frequencies of oblong images: xgcm/xrft#10.
  const [rows, columns] = [20, 60];
  for (const [along, cycles] of [
    ["rows", 5],
    ["columns", 15],
  ] as const) {
    const image = Float64Array.from({ length: rows * columns }, (_, i) => {
      const place = along === "rows" ? Math.floor(i / columns) / rows : (i % columns) / columns;
      return Math.cos(2 * Math.PI * cycles * place);
    });
    const { power, frequency } = radialPowerSpectrum(image, { shape: [rows, columns] });
    close(frequency[power.indexOf(Math.max(...power))], 0.25);
  }
});

test("values that differences cannot be taken of are refused with their place, and thresholds pass infinity", () => {
  for (const odd of [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
    for (const f of [meanAbsoluteError, rootMeanSquareError]) {
      assert.throws(() => f([0, odd], { forecast: [0, odd] }), new RegExp(`finite, got ${odd} at index 1`));
      assert.equal(f([0, odd], { forecast: [0, odd], mask: [1, 0] }), 0);
    }
    assert.throws(
      () => radialPowerSpectrum([0, odd], { shape: [1, 2] }),
      new RegExp(`got ${odd} at index 1`),
    );
  }
  const dry = Number.NEGATIVE_INFINITY;
  const counts = contingency([dry, 20], { forecast: [dry, 20], threshold: 10 });
  assert.deepEqual(counts, { hits: 1, misses: 0, falseAlarms: 0, correctNegatives: 1 });
  assert.throws(() => contingency([0], { forecast: [0], threshold: Number.NaN }), /threshold .* got NaN/);
});
