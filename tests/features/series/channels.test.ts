import assert from "node:assert/strict";
import test from "node:test";
import { series } from "../../../src/core/series";
import { concatChannels, selectChannels } from "../../../src/features/series/channels";
import { gradient } from "../../../src/features/series/gradient";
import { cumulativeIntegral } from "../../../src/features/series/integral";
import { assertClose, golden, raw } from "../golden";

test("chosen channels come in the order asked for", () => {
  const found = selectChannels(raw, ["acc_z", "acc_x"]);
  assert.deepEqual(found.shape, [3, 24, 2]);
  assert.deepEqual(Array.from(found.data.slice(0, 2)), [raw.data[2], raw.data[0]]);
  assert.equal(found.rate, 50);
});

test("raw, gradient and integral join to the author's channels", () => {
  const all = concatChannels([raw, gradient(raw), cumulativeIntegral(raw)]);
  assert.deepEqual(all.channels.slice(2, 7), [
    "acc_z",
    "acc_x.gradient",
    "acc_y.gradient",
    "acc_z.gradient",
    "acc_x.integral",
  ]);
  assertClose(selectChannels(all, raw.channels).data, golden.x);
  assertClose(
    selectChannels(
      all,
      raw.channels.map((name) => `${name}.integral`),
    ).data,
    golden.integral,
  );
});

test("unknown and repeated names and unequal shapes are errors that name them", () => {
  assert.throws(() => selectChannels(raw, ["gy_x"]), /acc_x, acc_y, acc_z, got gy_x/);
  assert.throws(() => concatChannels([raw, raw]), /got acc_x twice/);
  const short = series(new Float32Array(4), { steps: 2, channels: ["w"] });
  assert.throws(() => concatChannels([raw, short]), /got \[3,24,3\] and \[2,2,1\]/);
  assert.throws(() => concatChannels([]), /got none/);
});
