import assert from "node:assert/strict";
import test from "node:test";
import { type Frames, frames, sampleOf, takeTimes } from "../../src/core/frames";
import { lazyFrames, takeValues, viewImages } from "../../src/core/frameViews";

const source = frames(
  Uint8Array.from({ length: 3 * 2 * 3 }, (_, i) => i),
  { shape: [3, 1, 2, 3], unit: "pixel" },
);

/** 40 samples of a mebibyte: three shards. */
function large(): { made: Frames<Float32Array>; asked: number[][] } {
  const asked: number[][] = [];
  const take = (indices: ArrayLike<number>) => {
    asked.push(Array.from(indices));
    const values = new Float32Array(indices.length << 18);
    for (let i = 0; i < indices.length; i++) values.fill(indices[i], i << 18, (i + 1) << 18);
    return values;
  };
  const made = lazyFrames(take, { shape: [40, 512, 512, 1], unit: "unit", Values: Float32Array });
  return { made, asked };
}

test("samples are made on demand, and the latest shard is kept", () => {
  const { made, asked } = large();
  assert.deepEqual([made.shards.length, made.shardSize, asked.length], [3, 16, 0]);
  for (const at of [5, 6]) assert.equal(made.shards[1][at], 16);
  assert.deepEqual(asked, [Array.from({ length: 16 }, (_, i) => 16 + i)]);
  assert.equal(sampleOf(made, 18)[5], 18);
  assert.deepEqual(asked.at(-1), [18], "one sample needs no shard");
  assert.deepEqual(
    made.shards.map((shard) => [shard.length >> 18, shard[0], shard.at(-1)]),
    [
      [16, 0, 15],
      [16, 16, 31],
      [8, 32, 39],
    ],
  );
  assert.deepEqual(
    [...takeValues(made, [39, 3])].filter((_, i) => i % (1 << 18) === 0),
    [39, 3],
  );
  assert.deepEqual(asked.at(-1), [39, 3], "those asked for are made alone");
});

test("a view has the samples and images wanted, in their order, and a view of a view too", () => {
  const view = viewImages(
    [2, 0].map((time) => ({ source, time })),
    { indices: [2, 0, 2] },
  );
  assert.deepEqual(view.shape, [3, 1, 2, 2]);
  assert.deepEqual(view.shards, [Uint8Array.of(14, 12, 17, 15, 2, 0, 5, 3, 14, 12, 17, 15)]);
  const again = viewImages([{ source: view, time: 1 }], { indices: [1, 0] });
  assert.deepEqual([...takeValues(again, [0, 1])], [0, 3, 12, 15]);
  assert.deepEqual(takeTimes(view, { times: [1] }).shards, [Uint8Array.of(12, 15, 0, 3, 12, 15)]);
});

test("images of several frames lie beside each other", () => {
  const other = frames(Uint8Array.of(50, 51, 52, 53, 54, 55), { shape: [3, 1, 2, 1], unit: "pixel" });
  const both = viewImages([
    { source, time: 1 },
    { source: other, time: 0 },
    { source, time: 2 },
  ]);
  assert.deepEqual([...sampleOf(both, 1)], [7, 52, 8, 10, 53, 11]);
});

test("what does not fit together is refused", () => {
  assert.throws(() => viewImages([{ source, time: 3 }]), /time 3: times must be whole numbers in \[0, 3\)/);
  for (const index of [3, -1, 1.5, Number.NaN, 2 ** 32]) {
    assert.throws(
      () => viewImages([{ source, time: 0 }], { indices: [index] }),
      new RegExp(`sample ${index}: .* whole numbers in \\[0, 3\\)`),
    );
  }
  const rain = { ...source, unit: "rain" as const };
  const images = [
    { source, time: 0 },
    { source: rain, time: 0 },
  ];
  assert.throws(() => viewImages(images), /one size, unit and type, got .* in pixel and .* in rain/);
});
