import assert from "node:assert/strict";
import test from "node:test";
import * as augment from "../../src/augment";
import { frames } from "../../src/core/frames";
import { series } from "../../src/core/series";

const source = series(new Float32Array(6 * 20 * 3).fill(1), { steps: 20, channels: ["x", "y", "z"] });
const images = frames(new Uint8Array(6 * 4 * 4 * 2).fill(9), { shape: [6, 4, 4, 2], unit: "pixel" });
const rain = frames(new Float32Array(6 * 4 * 4 * 2).fill(9), { shape: [6, 4, 4, 2], unit: "rain" });
const labels = [0, 0, 0, 0, 1, 1];
const labelled = { series: source, labels };

/** What no option takes. */
const never = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const fraction = [...never, -1, 0.5];
const chance = [...never, -0.1, 1.1];
const seed = [...never, 0.5];

type Call = (options: never) => unknown;
/** Each option of each function with the values that it must refuse before it works. */
const table: Record<string, [call: Call, refused: Record<string, readonly unknown[]>]> = {
  rollSeries: [
    (o) => augment.rollSeries(source, o),
    {
      shift: [...never, 0.5],
      range: [
        [5, 5],
        [0, Number.NaN],
        [0.5, 2],
        [0, Number.POSITIVE_INFINITY],
      ],
      seed,
      probability: chance,
    },
  ],
  jitterSeries: [
    (o) => augment.jitterSeries(source, o),
    { deviation: [...never, -1], seed, probability: chance },
  ],
  stretchAmplitude: [
    (o) => augment.stretchAmplitude(source, o),
    { deviation: [...never, -1], seed, probability: chance },
  ],
  permuteSegments: [
    (o) => augment.permuteSegments(source, o),
    { segments: [...fraction, 0, 1e9], least: [...fraction, 11], seed, probability: chance },
  ],
  dropChannels: [(o) => augment.dropChannels(source, o), { rate: chance, seed, probability: chance }],
  rotateSeries: [
    (o) => augment.rotateSeries(source, o),
    {
      angle: [...never, -1, 181],
      triples: [[["x", "x", "y"]], [["x", "y"]], [["x", "y", "w"]]],
      seed,
      probability: chance,
    },
  ],
  warpMagnitude: [
    (o) => augment.warpMagnitude(source, o),
    { deviation: [...never, -1], knots: [...fraction, 1e9], seed, probability: chance },
  ],
  warpTime: [
    (o) => augment.warpTime(source, o),
    { deviation: [...never, -1], knots: [...fraction, 1e9], seed, probability: chance },
  ],
  sliceSeries: [
    (o) => augment.sliceSeries(source, o),
    { keep: [...never, 0, -1, 1.1], seed, probability: chance },
  ],
  mixup: [
    (o) => augment.mixup(labelled, Object.assign({ classes: 2 }, o)),
    { alpha: [...never, 0, -1], classes: [...fraction, 1, 2e9], seed },
  ],
  cutmix: [
    (o) => augment.cutmix(labelled, Object.assign({ classes: 2 }, o)),
    { alpha: [...never, 0, -1], classes: [...fraction, 1, 2e9], seed },
  ],
  mirrorSeries: [
    (o) => augment.mirrorSeries(labelled, Object.assign({ flip: ["x"] }, o)),
    { flip: [["w"]], labels: [{ 0: 1 }, { 0: 1, 1: 2, 2: 1 }, { 0: Number.NaN }] },
  ],
  oversample: [
    (o) => augment.oversample(source, labels, o),
    {
      skip: [26, [0, 26], Number.NaN],
      roll: [
        [5, 5],
        [0, Number.POSITIVE_INFINITY],
        [0.5, 3],
      ],
      noise: [...never, -1],
      copies: [...fraction, 1e9],
      seed,
    },
  ],
  reverseFrames: [(o) => augment.reverseFrames(images, o), { seed, probability: chance }],
  turnFrames: [(o) => augment.turnFrames(images, o), { turns: [...never, 0.5] }],
  blurFrames: [
    (o) => augment.blurFrames(images, o),
    { deviation: [...never, 0, -1, 1e9], seed, probability: chance },
  ],
  dropPatches: [
    (o) => augment.dropPatches(images, Object.assign({ size: 2 }, o)),
    {
      count: [...fraction, 1e9],
      size: [...fraction, 0, 5],
      fill: [...never, -1, 256, 0.5],
      seed,
      probability: chance,
    },
  ],
  shiftIntensity: [
    (o) => augment.shiftIntensity(images, o),
    { shift: [...never, -1], low: [...never, -1, 256], high: [...never, 256, -1], seed, probability: chance },
  ],
  "dropPatches of float32": [
    (o) => augment.dropPatches(rain, Object.assign({ size: 2 }, o)),
    { fill: never },
  ],
  "shiftIntensity of float32": [
    (o) => augment.shiftIntensity(rain, o),
    { low: [...never, 300], high: [...never, -1] },
  ],
};

for (const [name, [call, options]] of Object.entries(table)) {
  test(`${name} refuses what its options cannot be, and takes its defaults however they are left out`, () => {
    for (const [option, values] of Object.entries(options)) {
      for (const value of values) {
        assert.throws(
          () => call({ probability: 0, [option]: value } as never),
          (error: Error) => error instanceof RangeError && /^Cannot .*: .*got/.test(error.message),
          `${option}: ${JSON.stringify(value)} ${value}`,
        );
      }
      if (!["turns", "flip", "classes", "size"].includes(option))
        call({ [option]: undefined, least: 2 } as never);
    }
  });
}

// "dropPatches({ fill: -1 })" wrote the heaviest rain into bytes, and ten was added to millimetres
test("what frames are filled with and shifted by is in their own unit", () => {
  const all = { probability: 1, seed: 3 };
  const values = (unit: "pixel" | "unit" | "dbz" | "reflectivity" | "rain", value: number) =>
    frames(new Float32Array(2 * 4 * 4).fill(value), { shape: [2, 4, 4, 1], unit });
  // pixel 0 and the pixels 100 +- 10 by the scale's own formula, dBZ = (p - 0.5) * 70 / 255 - 10, Z = 200 R^1.6
  const dbz = (pixel: number) => ((pixel - 0.5) * 70) / 255 - 10;
  const scales = {
    pixel: (pixel: number) => pixel,
    unit: (pixel: number) => pixel / 255,
    dbz,
    reflectivity: (pixel: number) => 10 ** (dbz(pixel) / 10),
    rain: (pixel: number) => (10 ** (dbz(pixel) / 10) / 200) ** (1 / 1.6),
  };
  const near = (a: number, b: number) => Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b));
  const shifts = new Set<string>();
  for (const [unit, of] of Object.entries(scales) as [keyof typeof scales, (pixel: number) => number][]) {
    const holed = augment.dropPatches(values(unit, of(100)), { ...all, size: 4, count: 1 }).shards[0];
    assert.ok(
      holed.every((value) => near(value, of(0))),
      `${unit}: ${holed[0]} for ${of(0)}`,
    );
    const dry = augment.shiftIntensity(values(unit, of(0)), all).shards[0];
    assert.ok(
      dry.every((value) => value === Math.fround(of(0))),
      `no echo in ${unit}`,
    );
    const moved = augment.shiftIntensity(values(unit, of(100)), all).shards[0];
    // the same draw moves every unit by the same number of pixels
    const pixels = Array.from({ length: 2001 }, (_, i) => 90 + i / 100);
    const found = pixels.reduce((best, p) =>
      Math.abs(of(p) - moved[0]) < Math.abs(of(best) - moved[0]) ? p : best,
    );
    shifts.add(found.toFixed(1));
    const most = augment.shiftIntensity(values(unit, of(254)), { ...all, seed: 1 }).shards[0];
    assert.ok(
      most.every((value) => value <= of(255) * (1 + 1e-6)),
      unit,
    );
  }
  assert.equal(shifts.size, 1, [...shifts].join());
});
