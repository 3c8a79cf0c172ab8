import assert from "node:assert/strict";
import test from "node:test";
import { testTimeFlips } from "../../src/augment/testTimeFlips";
import type { ArrayData } from "../../src/core/array";
import { type Frames, frames } from "../../src/core/frames";

const images = frames(
  Uint8Array.from({ length: 2 * 3 * 3 * 2 }, (_, i) => i),
  { shape: [2, 3, 3, 2], unit: "pixel" },
);
const seed = 0;

/** The newest image of each sample, as a network's output. */
const newest = ({ shards, shape }: Frames): ArrayData => ({
  data: Float32Array.from({ length: shards[0].length / 2 }, (_, pixel) => shards[0][2 * pixel + 1]),
  shape: [shape[0], shape[1], shape[2], 1],
});

for (const turns of [false, true]) {
  test(`${turns ? "all symmetries of a square" : "mirror images"} differ, and each is turned back`, () => {
    const { rounds, augment, invert } = testTimeFlips({ turns });
    assert.equal(rounds, turns ? 7 : 3);
    const wanted = newest(images);
    const seen = new Set([images.shards[0].join()]);
    for (let round = 1; round <= rounds; round++) {
      const copy = augment(images, { round, seed }) as Frames;
      seen.add(copy.shards[0].join());
      assert.deepEqual(invert!(newest(copy), { round, seed }), wanted);
    }
    assert.equal(seen.size, rounds + 1, "every copy is another");
  });
}

test("mirror images are top to bottom, left to right, and both", () => {
  const image = { data: Float32Array.of(1, 2, 3, 4), shape: [1, 2, 2, 1] };
  const copies = [1, 2, 3].map((round) => testTimeFlips().augment(image, { round, seed }) as Frames);
  assert.deepEqual(
    copies.map(({ shards }) => [...shards[0]]),
    [
      [3, 4, 1, 2],
      [2, 1, 4, 3],
      [4, 3, 2, 1],
    ],
  );
  assert.deepEqual([...image.data], [1, 2, 3, 4], "the image itself is left as it is");
});

test("quarter turns of oblong images and samples that are no images are refused", () => {
  const oblong = { data: new Float32Array(6), shape: [1, 2, 3, 1] };
  assert.throws(
    () => testTimeFlips({ turns: true }).augment(oblong, { round: 4, seed }),
    /square frames, got 2 x 3/,
  );
  const rows = { data: new Float32Array(6), shape: [2, 3] };
  assert.throws(() => testTimeFlips().augment(rows, { round: 1, seed }), /must be frames, .* got \[2,3\]/);
});
