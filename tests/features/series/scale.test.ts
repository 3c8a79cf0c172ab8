import assert from "node:assert/strict";
import test from "node:test";
import { series } from "../../../src/core/series";
import { selectChannels } from "../../../src/features/series/channels";
import { minMaxScaler, robustScaler, scalerFrom, standardScaler } from "../../../src/features/series/scale";
import { assertClose, golden, raw } from "../golden";

const train = { indices: [2, 0] };

test("the scalers are scikit-learn's, fitted on the chosen windows only", () => {
  assertClose(standardScaler().fit(raw, train).transform(raw).data, golden.standard);
  assertClose(robustScaler().fit(raw, train).transform(raw).data, golden.robust);
  assertClose(
    robustScaler({ quantiles: [0.1, 0.95] })
      .fit(raw, train)
      .transform(raw).data,
    golden.robustWide,
  );
  assertClose(
    minMaxScaler({ range: [-1, 1] })
      .fit(raw, train)
      .transform(raw).data,
    golden.minMax,
  );
});

test("windows outside the fit do not touch it", () => {
  const other = { ...raw, data: raw.data.slice() };
  other.data.fill(1e6, 24 * 3, 2 * 24 * 3); // window 1
  assert.deepEqual(standardScaler().fit(other, train).state, standardScaler().fit(raw, train).state);
});

test("missing values do not count, as in scikit-learn", () => {
  const holes = { ...raw, data: raw.data.slice() };
  holes.data[(2 * 24 + 3) * 3 + 1] = Number.NaN; // row 3 of window 2, which the fit reads first
  assertClose(standardScaler().fit(holes, train).transform(raw).data, golden.standardHoles);
});

test("a constant channel becomes 0, not noise", () => {
  const constant = series(new Float32Array(5).fill(0.1), { steps: 5, channels: ["x"] });
  assertClose(standardScaler().fit(constant).transform(constant).data, golden.constant);
  for (const scaler of [standardScaler(), robustScaler(), minMaxScaler()]) {
    assert.ok(
      scaler
        .fit(constant)
        .transform(constant)
        .data.every((value) => Math.abs(value) < 1e-7),
    );
  }
});

test("a scaler saved as JSON scales alike, and inverts", () => {
  for (const scaler of [standardScaler(), robustScaler(), minMaxScaler({ range: [2, 5] })]) {
    const fitted = scaler.fit(raw);
    const again = scalerFrom(JSON.parse(JSON.stringify(fitted.state)));
    assert.deepEqual(again.transform(raw).data, fitted.transform(raw).data);
    assertClose(again.invert(fitted.transform(raw)).data, raw.data, 1e-6);
  }
});

test("other channels, windows that are not there and empty channels are errors", () => {
  const fitted = standardScaler().fit(raw);
  assert.throws(() => fitted.transform(selectChannels(raw, ["acc_x"])), /\(acc_x, acc_y, acc_z\), got acc_x/);
  assert.throws(() => standardScaler().fit(raw, { indices: [3] }), /\[0, 3\), got 3/);
  const empty = series(new Float32Array(2).fill(Number.NaN), { steps: 2, channels: ["x"] });
  assert.throws(() => standardScaler().fit(empty), /channel x must have numbers .*got none/);
  assert.throws(() => standardScaler().fit(raw, { indices: [] }), /got none/);
  assert.throws(() => robustScaler({ quantiles: [0.9, 0.1] }), /got \[0.9,0.1\]/);
  assert.throws(() => scalerFrom({ ...fitted.state, scale: [1] }), /got 3 and 1/);
});

test("infinity is refused with its place, NaN stays where it is, and constants are centred", () => {
  for (const make of [standardScaler, robustScaler, minMaxScaler]) {
    const data = Float32Array.of(1, 2, Number.NaN, 4, 5, 6, 7, 8);
    const source = series(data, { steps: 2, channels: ["x", "y"] });
    const scaled = make().fit(source).transform(source).data;
    assert.deepEqual(
      [...scaled].map((value) => Number.isFinite(value)),
      [true, true, false, true, true, true, true, true],
    );
    data[5] = Number.NEGATIVE_INFINITY;
    assert.throws(() => make().fit(source), /got -Infinity in window 1, step 0, channel y/);
    make().fit(source, { indices: [0] }); // what is not measured does not matter
    // A constant that float32 does not hold exactly, and a thousand of it: scikit-learn/scikit-learn#17794.
    const constant = series(new Float32Array(1000).fill(14.62), { steps: 10, channels: ["x"] });
    assert.ok(
      make()
        .fit(constant)
        .transform(constant)
        .data.every((value) => value === 0),
    );
  }
  const state = { kind: "standard", channels: ["x"], centre: [0], scale: [Number.NaN], offset: 0 };
  assert.throws(() => scalerFrom(state), /scales positive, .* scale \[NaN\]/);
});
