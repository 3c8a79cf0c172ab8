import assert from "node:assert/strict";
import test from "node:test";
import { difference, lag } from "../../../src/features/series/shift";
import { golden, raw } from "../golden";

const asFloat32 = (values: number[]): Float32Array => Float32Array.from(values);

test("a lag repeats the first value, wraps, or fills with a number", () => {
  assert.deepEqual(lag(raw, { steps: 2 }).data, asFloat32(golden.lag2));
  assert.deepEqual(lag(raw, { steps: -5, fill: "wrap" }).data, asFloat32(golden.lagAhead));
  const zeros = lag(raw, { steps: 2, fill: 0, channels: ["acc_x"] });
  assert.deepEqual(Array.from(zeros.data.slice(0, 3)), [0, 0, raw.data[0]]);
  assert.deepEqual(zeros.channels, ["acc_x.lag2"]);
});

test("lags longer than the window do not read the neighbouring windows", () => {
  const far = lag(raw, { steps: 100 });
  for (let t = 0; t < 24; t++) assert.equal(far.data[(24 + t) * 3], raw.data[24 * 3]);
  assert.deepEqual(lag(raw, { steps: 48 + 5, fill: "wrap" }).data, lag(raw, { steps: 5, fill: "wrap" }).data);
});

test("the plain difference starts with zeros, the cyclic one compares with the window's end", () => {
  assert.deepEqual(difference(raw, { steps: 3 }).data, asFloat32(golden.difference3));
  assert.deepEqual(difference(raw, { cyclic: true }).data, asFloat32(golden.differenceCyclic));
  assert.deepEqual(difference(raw, { steps: 25, cyclic: true }).data, difference(raw, { cyclic: true }).data);
  assert.deepEqual(difference(raw, { steps: 3 }).channels[0], "acc_x.difference3");
});

test("steps that are no whole number are an error", () => {
  assert.throws(() => lag(raw, { steps: 0.5 }), /got 0.5/);
  assert.throws(() => difference(raw, { steps: 0 }), /from 1, got 0/);
});

test("several lags and differences come in one call, each with a name of its own", () => {
  const lags = lag(raw, { steps: [1, -5], channels: ["acc_x"] });
  assert.deepEqual(lags.channels, ["acc_x.lag1", "acc_x.lag-5"]);
  const both = lag(raw, { steps: [2, 3], fill: "wrap" });
  const [width, [, , channels]] = [both.shape[2], raw.shape];
  assert.equal(width, 2 * channels);
  const second = lag(raw, { steps: 3, fill: "wrap" }).data;
  assert.ok(
    second.every(
      (value, i) => value === both.data[Math.floor(i / channels) * width + channels + (i % channels)],
    ),
  );
  const changes = difference(raw, { steps: [1, 10], channels: ["acc_x"] });
  assert.deepEqual(changes.channels, ["acc_x.difference", "acc_x.difference10"]);
  assert.throws(() => lag(raw, { steps: [1, 1] }), /one or more different numbers, got \[1,1\]/);
  assert.throws(() => lag(raw, { steps: [] }), /one or more different numbers, got \[\]/);
  assert.throws(() => difference(raw, { steps: [1, 0] }), /steps must be from 1, got 0/);
  assert.throws(() => lag(raw, { steps: [1, 0.5] }), /steps must be a whole number, got 0.5/);
});
