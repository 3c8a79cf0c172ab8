import assert from "node:assert/strict";
import test from "node:test";
import { series } from "../../../src/core/series";
import { selectChannels } from "../../../src/features/series/channels";
import { tilt } from "../../../src/features/series/tilt";
import { assertClose, golden, raw } from "../golden";

test("roll and pitch are NumPy's arctangents in degrees", () => {
  const found = tilt(raw);
  assertClose(selectChannels(found, ["roll"]).data, golden.roll);
  assertClose(selectChannels(found, ["pitch"]).data, golden.pitch);
});

test("gravity along each axis gives right angles, and none gives 0", () => {
  const axes = series(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, -1, 0, 0, 0), {
    steps: 4,
    channels: ["x", "y", "z"],
  });
  assertClose(tilt(axes, { channels: ["x", "y", "z"] }).data, [0, -90, 90, 0, 180, 0, 0, 0]);
  assert.throws(() => tilt(axes), /got acc_x/);
});
