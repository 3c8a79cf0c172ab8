import assert from "node:assert/strict";
import test from "node:test";
import { type Frames, frames } from "../../src/data/frames";
import { insertImage } from "../../src/radar/insertImage";

const source: Frames = {
  shards: [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6)],
  shardSize: 2,
  shape: [3, 1, 1, 2],
  unit: "pixel",
};
const image = frames(Float32Array.of(10.4, -3, 400), { shape: [3, 1, 1, 1], unit: "pixel" });

test("an image comes where it is wanted, as whole pixels from 0 to 255", () => {
  const found = [0, 1, 2].map((place) => insertImage(source, { image, place }));
  assert.deepEqual(
    found.map(({ shards }) => shards.map((shard) => [...shard])),
    [
      [
        [10, 1, 2, 0, 3, 4],
        [255, 5, 6],
      ],
      [
        [1, 10, 2, 3, 0, 4],
        [5, 255, 6],
      ],
      [
        [1, 2, 10, 3, 4, 0],
        [5, 6, 255],
      ],
    ],
  );
  assert.deepEqual(found[0].shape, [3, 1, 1, 3]);
  assert.equal(found[0].shardSize, 2);
});

test("images of another size or unit, and places outside, are refused", () => {
  const rain = { ...image, unit: "rain" as const };
  assert.throws(() => insertImage(source, { image: rain, place: 0 }), /in pixels, got \[3,1,1,1\] in rain/);
  const two = frames(new Uint8Array(6), { shape: [3, 1, 1, 2], unit: "pixel" });
  assert.throws(
    () => insertImage(source, { image: two, place: 0 }),
    /need \[3, 1, 1, 1\] .*, got \[3,1,1,2\]/,
  );
  assert.throws(() => insertImage(source, { image, place: 3 }), /whole and in \[0, 2\], got 3/);
});
