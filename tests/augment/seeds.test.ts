import assert from "node:assert/strict";
import test from "node:test";
import {
  cutmix,
  dropChannels,
  jitterSeries,
  mixup,
  oversample,
  permuteSegments,
  rollSeries,
  rotateSeries,
  sliceSeries,
  stretchAmplitude,
  warpMagnitude,
  warpTime,
} from "../../src/augment";
import { blurFrames, dropPatches, reverseFrames, shiftIntensity } from "../../src/augment/frames";
import { type Frames, frames, sampleOf } from "../../src/core/frames";
import { randomSource } from "../../src/core/random";
import { type Series, series } from "../../src/core/series";

const [windows, steps, channels] = [400, 24, 3];
const random = randomSource(8);
const raw = series(
  Float32Array.from({ length: windows * steps * channels }, () => random.normal()),
  { steps, channels: ["x", "y", "z"] },
);
const far = 2 ** 32;

type Chance = { probability?: number; seed?: number };
const ofSeries: Record<string, (source: Series, options: Chance) => Series> = {
  rollSeries,
  jitterSeries,
  stretchAmplitude,
  permuteSegments: (source, options) => permuteSegments(source, { ...options, least: 2 }),
  dropChannels: (source, options) => dropChannels(source, { ...options, rate: 0.9 }),
  rotateSeries,
  warpMagnitude,
  warpTime,
  sliceSeries,
};
const ofFrames: Record<string, (source: Frames, options: Chance) => Frames> = {
  blurFrames,
  dropPatches: (source, options) => dropPatches(source, { ...options, size: 2 }),
  reverseFrames,
  shiftIntensity: (source, options) => shiftIntensity(source, { ...options, shift: 60 }),
};

/** The windows that an augmentation changes, as one 0 or 1 each. */
function changedWindows(augment: (source: Series, options: Chance) => Series, seed: number): number[] {
  const { data } = augment(raw, { probability: 0.5, seed });
  const size = steps * channels;
  return Array.from({ length: windows }, (_, w) => {
    const at = w * size;
    return Number(data.subarray(at, at + size).some((value, i) => value !== raw.data[at + i]));
  });
}

const images = frames(
  Uint8Array.from({ length: windows * 4 * 4 * 3 }, (_, i) => 1 + ((i * 31) % 251)),
  { shape: [windows, 4, 4, 3], unit: "pixel" },
);

function changedSamples(augment: (source: Frames, options: Chance) => Frames, seed: number): number[] {
  const made = augment(images, { probability: 0.5, seed });
  return Array.from({ length: windows }, (_, i) => {
    const before = sampleOf(images, i);
    return Number(sampleOf(made, i).some((value, k) => value !== before[k]));
  });
}

/** How many of both lists agree, as a share: half of independent ones. */
function agreement(a: readonly number[], b: readonly number[]): number {
  return a.filter((value, i) => value === b[i]).length / a.length;
}

// kvablack/dlimp#5: one seed for every augmentation of a list makes them one choice
test("augmentations with one seed choose and draw independently, and so do seeds 2^32 apart", () => {
  const choices = [
    ...Object.entries(ofSeries).map(([name, augment]) => ({
      name,
      of: changedWindows(augment, 0),
      far: changedWindows(augment, far),
    })),
    ...Object.entries(ofFrames).map(([name, augment]) => ({
      name,
      of: changedSamples(augment, 0),
      far: changedSamples(augment, far),
    })),
  ];
  for (const [i, one] of choices.entries()) {
    for (const other of choices.slice(i + 1)) {
      const share = agreement(one.of, other.of);
      assert.ok(Math.abs(share - 0.5) < 0.15, `${one.name} and ${other.name} agree in ${share}`);
    }
    const share = agreement(one.of, one.far);
    assert.ok(Math.abs(share - 0.5) < 0.15, `${one.name} agrees in ${share} with itself 2^32 seeds on`);
  }
});

test("three augmentations in a chain at one half leave an eighth of the windows alone", () => {
  const chances = { probability: 0.5 };
  const made = jitterSeries(
    stretchAmplitude(rollSeries(raw, { ...chances, range: [1, steps] }), chances),
    chances,
  );
  const size = steps * channels;
  let untouched = 0;
  for (let w = 0; w < windows; w++) {
    const at = w * size;
    untouched += Number(made.data.subarray(at, at + size).every((value, i) => value === raw.data[at + i]));
  }
  assert.ok(Math.abs(untouched / windows - 0.125) < 0.06, `${untouched} of ${windows}`);
});

test("a factor and a noise of the same seed do not go together", () => {
  const flat = series(new Float32Array(windows).fill(1), { steps: 1, channels: ["x"] });
  const factor = stretchAmplitude(flat, { deviation: 1 }).data.map((value) => value - 1);
  const noise = jitterSeries(flat, { deviation: 1 }).data.map((value) => value - 1);
  const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const correlation = product(factor, noise) / Math.sqrt(product(factor, factor) * product(noise, noise));
  assert.ok(Math.abs(correlation) < 0.2, `${correlation}`);
});

test("mixup and cutmix of one seed pair windows otherwise, and every stream differs 2^32 seeds on", () => {
  const labels = Int32Array.from({ length: windows }, (_, w) => w);
  const source = { series: raw, labels };
  const partner = (targets: { data: Float32Array }) =>
    Array.from({ length: windows }, (_, w) =>
      targets.data
        .subarray(w * windows, (w + 1) * windows)
        .findIndex((share, label) => share > 0 && label !== w),
    );
  const options = { classes: windows, alpha: 1 };
  const same = agreement(partner(mixup(source, options).targets), partner(cutmix(source, options).targets));
  assert.ok(same < 0.05, `${same}`);
  for (const mix of [mixup, cutmix]) {
    assert.notDeepEqual(mix(source, options).targets, mix(source, { ...options, seed: far }).targets);
  }
  const grown = (seed: number) =>
    oversample(
      raw,
      labels.map((label) => label % 2),
      { seed },
    ).series.data;
  assert.notDeepEqual(grown(7), grown(7 + far));
  assert.deepEqual(grown(7), grown(7));
});
