import assert from "node:assert/strict";
import test from "node:test";
import {
  randomBlur,
  randomFlips,
  randomIntensityShift,
  randomPatchDropout,
  randomTimeReversal,
} from "../../../src/train/augment/frames";
import { randomCutmix, randomMixup } from "../../../src/train/augment/mix";
import { randomRotations } from "../../../src/train/augment/rotations";
import {
  randomAmplitudes,
  randomChannelDropout,
  randomJitter,
  randomRolls,
  randomSegmentOrder,
  randomTimeWarp,
} from "../../../src/train/augment/series";

const never = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const whole = [...never, 0.5, -1];
const probability = [...never, -0.1, 1.1];
const deviation = [...never, -1];

const table = [
  [
    randomRolls,
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
  [randomJitter, { deviation, probability }],
  [randomAmplitudes, { deviation, probability }],
  [randomChannelDropout, { rate: probability, probability }],
  [randomTimeWarp, { deviation, knots: [...whole, 1e9], probability }],
  [randomSegmentOrder, { segments: [...whole, 0], least: whole, probability }],
  [randomRotations, { angle: [...never, -1, 181], probability }],
  [randomMixup, { alpha: [...never, 0, -1], probability }],
  [randomCutmix, { alpha: [...never, 0, -1], probability }],
  [randomFlips, { probability }],
  [randomTimeReversal, { probability }],
  [randomBlur, { deviation: [...deviation, 0, 1e9], probability }],
  [randomPatchDropout, { count: [...whole, 1e9], probability }],
  [randomIntensityShift, { shift: deviation, low: [...never, 2], high: [...never, -1], probability }],
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
