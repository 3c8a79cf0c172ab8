import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { type FrameUnit, frames, joinShards, takeTimes } from "../../src/core/frames";
import { convertFrames, convertRadarValue, convertRadarValues } from "../../src/core/frameUnits";
import { takeSamples } from "../../src/core/samples";

const golden = JSON.parse(readFileSync(path.join(__dirname, "../golden/nowcast.json"), "utf8")).rain;

test("pixels convert to the competition's rain rates, one by one and by table", () => {
  const table = convertRadarValues(Uint8Array.from(golden.pixels), { from: "pixel", to: "rain" });
  golden.pixels.forEach((pixel: number, i: number) => {
    assert.ok(Math.abs(convertRadarValue(pixel, { from: "pixel", to: "rain" }) - golden.values[i]) < 1e-12);
    assert.ok(Math.abs(table[i] - golden.values[i]) <= 1e-6 * golden.values[i]);
  });
});

test("it rains 0.1 mm/h from pixel 63 on", () => {
  assert.ok(convertRadarValue(62, { from: "pixel", to: "rain" }) < 0.1);
  assert.ok(convertRadarValue(63, { from: "pixel", to: "rain" }) >= 0.1);
  assert.equal(Math.ceil(convertRadarValue(0.1, { from: "rain", to: "pixel" })), 63);
});

test("every unit converts to every other and back", () => {
  const units: FrameUnit[] = ["pixel", "dbz", "reflectivity", "rain", "unit"];
  for (const from of units) {
    for (const to of units) {
      const start = convertRadarValue(117.25, { from: "pixel", to: from });
      const there = convertRadarValue(start, { from, to, a: 250, b: 1.2 });
      const back = convertRadarValue(there, { from: to, to: from, a: 250, b: 1.2 });
      assert.ok(Math.abs(back - start) <= 1e-9 * Math.abs(start), `${from} to ${to}`);
    }
  }
});

test("the unit travels with the frames and an unknown unit is named", () => {
  const source = frames(Uint8Array.of(0, 63, 100, 255), { shape: [1, 2, 2, 1], unit: "pixel" });
  const rain = convertFrames(source, { to: "rain" });
  assert.equal(rain.unit, "rain");
  assert.deepEqual(
    convertFrames(rain, { to: "pixel" }).shards[0].map((value) => Math.round(value) + 0),
    Float32Array.of(0, 63, 100, 255),
  );
  assert.throws(() => convertFrames(source, { to: "knots" as FrameUnit }), /pixel, dbz, .* got knots/);
});

test("times and samples are taken across shards", () => {
  const values = Uint8Array.from({ length: 3 * 2 * 2 }, (_, i) => i);
  const source = {
    shards: [values.subarray(0, 8), values.subarray(8)],
    shardSize: 2,
    shape: [3, 1, 2, 2],
    unit: "pixel",
  } as const;
  const last = takeTimes(source, { times: [1] });
  assert.deepEqual(last.shape, [3, 1, 2, 1]);
  assert.deepEqual([...joinShards(last)], [1, 3, 5, 7, 9, 11]);
  const taken = takeSamples(source, [2, 0, 2]);
  assert.deepEqual(taken.shape, [3, 1, 2, 2]);
  assert.deepEqual([...joinShards(taken)], [8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11]);
  assert.equal(takeSamples(source, []).shape[0], 0);
  assert.throws(() => takeSamples(source, [3]), /\[0, 3\)/);
  assert.throws(() => takeTimes(source, { times: [2] }), /\[0, 2\)/);
});

test("all 256 levels come back whole from every unit, by way of any other, also where they are cut", () => {
  const units: FrameUnit[] = ["pixel", "dbz", "reflectivity", "rain", "unit"];
  const levels = Float32Array.from({ length: 256 }, (_, level) => level);
  for (const one of units) {
    for (const other of units) {
      for (const relation of [{}, { a: 31, b: 0.7 }]) {
        const there = convertRadarValues(levels, { ...relation, from: "pixel", to: one });
        const on = convertRadarValues(there, { ...relation, from: one, to: other });
        const back = convertRadarValues(on, { ...relation, from: other, to: "pixel" });
        assert.deepEqual(Uint8Array.from(back), Uint8Array.from(levels), `${one}, ${other}`);
      }
    }
  }
});

test("dry ground is the scale's floor in every unit, and NaN stays NaN", () => {
  const floor = { pixel: 0, dbz: -10.137, reflectivity: 0.0969, rain: 0.00848, unit: 0 };
  const dry = { pixel: -1, dbz: Number.NEGATIVE_INFINITY, reflectivity: 0, rain: 0, unit: -0.1 };
  for (const [from, value] of Object.entries(dry) as [FrameUnit, number][]) {
    for (const [to, expected] of Object.entries(floor) as [FrameUnit, number][]) {
      if (from === to) continue;
      const found = convertRadarValue(value, { from, to });
      assert.ok(Math.abs(found - expected) <= 1e-3 * Math.abs(expected), `${from} to ${to}: ${found}`);
      assert.ok(Number.isNaN(convertRadarValue(Number.NaN, { from, to })), `${from} to ${to}`);
    }
  }
  assert.throws(
    () => convertRadarValue(1, { from: "rain", to: "dbz", b: 0 }),
    /b must be a positive .*got 0/,
  );
});
