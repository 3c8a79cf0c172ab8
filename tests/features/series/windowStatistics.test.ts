import assert from "node:assert/strict";
import test from "node:test";
import { spectralStatistics } from "../../../src/features/fourier/spectrum";
import { concatTables } from "../../../src/features/series/featureTable";
import { windowStatistics } from "../../../src/features/series/windowStatistics";
import { assertClose, golden, raw } from "../golden";

test("the statistics of windows are NumPy's and SciPy's, 0 where a constant has none", () => {
  const table = windowStatistics(raw);
  assert.deepEqual(table.shape, [3, 39]);
  assert.equal(table.columns[1], "acc_x.deviation");
  assert.equal(table.columns[38], "acc_y.acc_z.correlation");
  assertClose(table.data, golden.statistics, 1e-5);
});

test("correlations can be left out, and tables join side by side", () => {
  const plain = windowStatistics(raw, { correlations: false, channels: ["acc_z"] });
  assert.deepEqual(plain.shape, [3, 12]);
  const both = concatTables([plain, spectralStatistics(raw)]);
  assert.deepEqual(both.shape, [3, 36]);
  assert.equal(both.data[36 + 12], spectralStatistics(raw).data[24]);
  assert.throws(() => concatTables([plain, plain]), /got acc_z.mean twice/);
  assert.throws(() => concatTables([]), /got none/);
});

test("a value that is not finite is an error that says where it is", () => {
  const gap = { ...raw, data: raw.data.slice() };
  gap.data[(24 + 2) * 3 + 1] = Number.NaN;
  assert.throws(() => windowStatistics(gap), /got NaN in window 1, step 2, channel acc_y/);
});
