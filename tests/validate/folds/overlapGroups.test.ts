import assert from "node:assert/strict";
import test from "node:test";
import { frames } from "../../../src/core/frames";
import { randomSource } from "../../../src/core/random";
import { overlapGroups } from "../../../src/validate";

const [rows, columns, times] = [24, 24, 3];

/** A wide picture of one weather at each of some times, `[times, 60, 60]`. */
function weather(seed: number, length: number): Uint8Array {
  const random = randomSource(seed);
  return Uint8Array.from({ length: length * 3600 }, () => random.integer(0, 256));
}

interface Cut {
  from: Uint8Array;
  time: number;
  row?: number;
  column?: number;
}

/** Samples of 24 x 24 pixels and three successive times. */
function samplesOf(cuts: readonly Cut[]) {
  const size = rows * columns * times;
  const data = new Uint8Array(cuts.length * size);
  for (const [i, { from, time, row = 0, column = 0 }] of cuts.entries()) {
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++)
        for (let t = 0; t < times; t++)
          data[i * size + (r * columns + c) * times + t] =
            from[(time + t) * 3600 + (row + r) * 60 + column + c];
  }
  return frames(data, { shape: [cuts.length, rows, columns, times], unit: "pixel" });
}

const one = weather(1, 12);
const other = weather(2, 12);

test("samples of the same time, at the same place or partly so, are one group", async () => {
  const groups = await overlapGroups(
    samplesOf([
      { from: one, time: 0 },
      { from: other, time: 0 },
      { from: one, time: 2 },
      { from: one, time: 0, row: 5, column: 3 },
      { from: one, time: 0, row: 30, column: 30 },
    ]),
  );
  assert.deepEqual([...groups], [0, 1, 0, 0, 2]);
});

test("a chain of overlaps is one group, whatever the order of the samples", async () => {
  const groups = await overlapGroups(
    samplesOf([
      { from: one, time: 0 },
      { from: one, time: 4 },
      { from: one, time: 6 },
      { from: one, time: 2 },
      { from: one, time: 9 },
    ]),
  );
  assert.deepEqual([...groups], [0, 0, 0, 0, 1]);
});

test("of many stretches only some are looked up, the same ones in every sample", async () => {
  const shape = [4, 60, 60, 12] as const;
  const data = new Uint8Array(4 * 43200);
  for (const [sample, from] of [one, other, one, weather(3, 12)].entries()) data.set(from, sample * 43200);
  const source = frames(data, { shape, unit: "pixel" });
  assert.deepEqual([...(await overlapGroups(source, { stretches: 512 }))], [0, 1, 0, 2]);
  await assert.rejects(overlapGroups(source, { stretches: 0 }), /at least 1, got 0/);
});

test("plain areas do not make an overlap", async () => {
  const plain = new Uint8Array(12 * 3600).fill(90);
  const groups = await overlapGroups(
    samplesOf([
      { from: plain, time: 0 },
      { from: plain, time: 0 },
      { from: new Uint8Array(12 * 3600), time: 1 },
    ]),
  );
  assert.deepEqual([...groups], [0, 1, 2]);
});

test("frames of whole and of broken numbers are grouped alike", async () => {
  const { shards, shape } = samplesOf([
    { from: one, time: 0 },
    { from: other, time: 0 },
    { from: one, time: 1 },
  ]);
  const units = frames(
    Float32Array.from(shards[0], (pixel) => pixel / 255),
    { shape, unit: "unit" },
  );
  assert.deepEqual([...(await overlapGroups(units))], [0, 1, 0]);
});

test("a length that fits no row is refused, and a stopped search ends", async () => {
  const source = samplesOf([{ from: one, time: 0 }]);
  await assert.rejects(overlapGroups(source, { length: 25 }), /RangeError: .*in \[4, 24 columns\], got 25/);
  await assert.rejects(overlapGroups(source, { signal: AbortSignal.abort() }), { name: "AbortError" });
});
