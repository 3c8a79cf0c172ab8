import assert from "node:assert/strict";
import test from "node:test";
import {
  blurFrames,
  dropPatches,
  flipFrames,
  reverseFrames,
  shiftIntensity,
} from "../../../src/augment/graph/frames";
import { cutmix, mixup } from "../../../src/augment/graph/mix";
import { rotateSeries } from "../../../src/augment/graph/rotateSeries";
import {
  dropChannels,
  jitterSeries,
  permuteSegments,
  rollSeries,
  stretchAmplitude,
  warpTime,
} from "../../../src/augment/graph/series";

const never = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const whole = [...never, 0.5, -1];
const probability = [...never, -0.1, 1.1];
const deviation = [...never, -1];

const table = [
  [
    rollSeries,
    {
      range: [
        [4, 4],
        [0, Number.NaN],
        [0, 2 ** 40],
        [0.5, 2],
      ],
      probability,
    },
  ],
  [jitterSeries, { deviation, probability }],
  [stretchAmplitude, { deviation, probability }],
  [dropChannels, { rate: probability, probability }],
  [warpTime, { deviation, knots: [...whole, 1e9], probability }],
  [permuteSegments, { segments: [...whole, 0], least: whole, probability }],
  [rotateSeries, { angle: [...never, -1, 181], probability }],
  [mixup, { alpha: [...never, 0, -1], probability }],
  [cutmix, { alpha: [...never, 0, -1], probability }],
  [flipFrames, { probability }],
  [reverseFrames, { probability }],
  [blurFrames, { deviation: [...deviation, 0, 1e9], probability }],
  [dropPatches, { count: [...whole, 1e9], probability }],
  [shiftIntensity, { shift: deviation, low: [...never, 2], high: [...never, -1], probability }],
] as unknown as [(options: object) => unknown, Record<string, unknown[]>][];

test("augmentations of the training step refuse options that cannot be when they are made", () => {
  for (const [augment, options] of table) {
    for (const [option, values] of Object.entries(options)) {
      for (const value of values) {
        assert.throws(() => augment({ [option]: value }), RangeError, `${augment.name} ${option} ${value}`);
      }
      augment({ [option]: undefined });
    }
  }
});
