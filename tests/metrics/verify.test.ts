import assert from "node:assert/strict";
import test from "node:test";
import { frames } from "../../src/core/frames";
import { convertFrames, convertRadarValue, convertRadarValues } from "../../src/core/frameUnits";
import { fractionsSkillScore } from "../../src/metrics/fractionsSkill";
import { contingency } from "../../src/metrics/nowcast";
import { verify } from "../../src/metrics/verify";

const pixels = (values: number[]) => frames(Uint8Array.from(values), { shape: [1, 2, 2, 1], unit: "pixel" });
const rain = (pixel: number): number => (10 ** ((((pixel - 0.5) * 70) / 255 - 10) / 10) / 200) ** (1 / 1.6);

test("the competition's score is the mean absolute error of rain by CSI", () => {
  const found = verify(pixels([0, 63, 100, 62]), { forecast: pixels([0, 62, 100, 63]) });
  const mae = (Math.abs(rain(63) - rain(62)) * 2) / 4;
  assert.ok(Math.abs(found.mae - mae) < 1e-8);
  assert.ok(Math.abs(found.csi - 1 / 3) < 1e-12);
  assert.ok(Math.abs(found.score - mae * 3) < 1e-7);
  assert.equal(found.pixelMae, 0.5);
  assert.equal(found.categorical[0].threshold, 0.1);
});

test("the unit of the forecast does not matter", () => {
  const truth = pixels([0, 63, 200, 62]);
  const forecast = pixels([10, 80, 150, 90]);
  const direct = verify(truth, { forecast });
  for (const to of ["rain", "unit", "dbz"] as const) {
    const found = verify(truth, { forecast: convertFrames(forecast, { to }) });
    assert.ok(Math.abs(found.mae - direct.mae) < 1e-5 * direct.mae);
    assert.ok(Math.abs(found.pixelMae - direct.pixelMae) < 1e-3);
    assert.equal(found.csi, direct.csi);
  }
});

test("a mask and wet-only errors count only their pixels", () => {
  const truth = pixels([0, 100, 0, 0]);
  const forecast = pixels([50, 100, 0, 0]);
  assert.equal(verify(truth, { forecast, mask: [0, 1, 1, 1] }).mae, 0);
  assert.equal(verify(truth, { forecast, wetOnly: true }).mae, 0);
  assert.ok(verify(truth, { forecast }).mae > 0);
});

test("a mask counts for every score alike", () => {
  const truth = pixels([0, 100, 0, 0]);
  const forecast = pixels([100, 100, 0, 0]);
  const { csi, categorical, fractions } = verify(truth, { forecast, mask: [0, 1, 1, 1], scales: [1, 2] });
  assert.deepEqual([csi, categorical[0].csi, fractions[0].fss], [1, 1, 1]);
  // Two by two pixels, up and to the left of the three that count: 1, 0 and 1 wet in truth, 2, 1 and 2 in the forecast.
  assert.ok(Math.abs(fractions[1].fss - (1 - 3 / (2 + 9))) < 1e-12);
});

test("a perfect forecast has score 0 and full fractions skill", () => {
  const truth = pixels([0, 100, 200, 0]);
  const found = verify(truth, { forecast: truth, scales: [1, 2] });
  assert.equal(found.score, 0);
  assert.deepEqual(found.fractions, [
    { scale: 1, fss: 1 },
    { scale: 2, fss: 1 },
  ]);
});

test("what does not fit is refused", () => {
  const truth = pixels([0, 1, 2, 3]);
  const wide = frames(new Uint8Array(8), { shape: [1, 2, 2, 2], unit: "pixel" });
  assert.throws(() => verify(truth, { forecast: wide }), /one shape, got \[1,2,2,1\] and \[1,2,2,2\]/);
  assert.throws(() => verify(wide, { forecast: wide }), /one time/);
  assert.throws(() => verify(truth, { forecast: truth, mask: [1] }), /4 pixels, got 1/);
  for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    const message = new RegExp(`must be a finite number above 0, got ${value}`);
    assert.throws(() => verify(truth, { forecast: truth, threshold: value }), message);
    assert.throws(() => verify(truth, { forecast: truth, thresholds: [1, value] }), message);
    assert.throws(() => verify(truth, { forecast: truth, b: value }), message);
  }
  assert.throws(
    () => verify(truth, { forecast: truth, scales: [0] }),
    /scales\[0\] must be a whole number from 1/,
  );
  assert.throws(() => verify(truth, { forecast: truth, wetOnly: true }), /no pixel is counted/);
});

test("values equal to a threshold are at it, whatever their unit and the threshold", () => {
  for (let k = 1; k <= 300; k++) {
    const threshold = k / 100;
    for (const unit of ["rain", "dbz", "reflectivity", "unit", "pixel"] as const) {
      const level = convertRadarValues(Float64Array.of(threshold), { from: "rain", to: unit });
      const at = frames(level, { shape: [1, 1, 1, 1], unit });
      const [found] = verify(at, { forecast: at, thresholds: [threshold], scales: [] }).categorical;
      assert.equal(found.csi, 1, `${threshold} mm/h in ${unit}`);
    }
    const rain = Float32Array.of(threshold, 0);
    const expected = { hits: 1, misses: 0, falseAlarms: 0, correctNegatives: 1 };
    assert.deepEqual(contingency(rain, { forecast: [threshold, 0], threshold }), expected);
    const options = { forecast: rain, shape: [1, 2], threshold, scale: 1 };
    assert.equal(fractionsSkillScore([threshold, 0], options), 1);
  }
});

test("dry ground is dry in every unit, and a perfect forecast of it has no error", () => {
  for (const [unit, dry] of [
    ["dbz", Number.NEGATIVE_INFINITY],
    ["rain", 0],
    ["reflectivity", 0],
  ] as const) {
    const wet = convertRadarValue(100, { from: "pixel", to: unit });
    const source = frames(Float32Array.of(dry, wet, dry, wet), { shape: [1, 2, 2, 1], unit });
    const found = verify(source, { forecast: source, thresholds: [0.001], scales: [1] });
    assert.deepEqual([found.mae, found.pixelMae, found.csi, found.categorical[0].csi], [0, 0, 1, 1], unit);
    assert.equal(found.categorical[0].accuracy, 1);
  }
});

test("a counted pixel that is no number is refused with its place, one beyond the mask is not", () => {
  const truth = frames(new Float32Array(8).fill(100), { shape: [2, 2, 2, 1], unit: "pixel" });
  const forecast = { ...truth, shards: [truth.shards[0].slice()] };
  forecast.shards[0][6] = Number.NaN;
  assert.throws(
    () => verify(truth, { forecast }),
    /forecast must be numbers, got NaN in sample 1, row 1, column 0/,
  );
  assert.throws(
    () => verify(forecast, { forecast: truth }),
    /the truth must be numbers, got NaN in sample 1/,
  );
  assert.equal(verify(truth, { forecast, mask: [1, 1, 0, 1] }).mae, 0);
});
