import assert from "node:assert/strict";
import test from "node:test";
import { type Frames, frames } from "../../src/core/frames";
import { joinSamples, takeFitData, takeSamples } from "../../src/core/samples";
import { tf } from "../../src/engine";

test("samples are taken in the order asked, repeats included, whatever the data set is", () => {
  const array = { data: Int32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] };
  assert.deepEqual(takeSamples(array, [2, 0, 2]), { data: Int32Array.of(5, 6, 1, 2, 5, 6), shape: [3, 2] });
  const tensor = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  assert.deepEqual(takeSamples(tensor, [1]), { data: Float32Array.of(3, 4), shape: [1, 2] });
  tensor.dispose();
  assert.throws(() => takeSamples(array, [3]), /Cannot take sample 3: .* \[0, 3\)/);
});

test("frames stay frames with their unit, also over several shards", () => {
  const one = frames(
    Uint8Array.from({ length: 5 * 4 }, (_, i) => i),
    { shape: [5, 2, 2, 1], unit: "pixel" },
  );
  const many: Frames<Uint8Array> = {
    ...one,
    shards: [one.shards[0].subarray(0, 8), one.shards[0].subarray(8, 16), one.shards[0].subarray(16)],
    shardSize: 2,
  };
  const indices = [4, 0, 3, 1];
  const [a, b] = [takeSamples(one, indices) as Frames, takeSamples(many, indices) as Frames];
  assert.deepEqual(a.shape, [4, 2, 2, 1]);
  assert.equal(b.unit, "pixel");
  assert.deepEqual(
    b.shards.map((shard) => shard.length),
    [8, 8],
  );
  assert.deepEqual(
    [...a.shards[0]],
    b.shards.flatMap((shard) => [...shard]),
  );
  assert.deepEqual([...a.shards[0].subarray(0, 4)], [16, 17, 18, 19]);
});

test("weights go with their samples", () => {
  const x = { data: Float32Array.of(1, 2, 3), shape: [3] };
  const taken = takeFitData({ x, y: x, sampleWeight: [0.1, 0.2, 0.5] }, [2, 0]);
  assert.deepEqual(taken.sampleWeight, Float32Array.of(0.5, 0.1));
  assert.deepEqual(takeFitData({ x }, [1]), { x: { data: Float32Array.of(2), shape: [1] } });
});

test("data sets of one kind are joined, others refused", () => {
  const a = { data: Float32Array.of(1, 2), shape: [1, 2] };
  const b = { data: Float32Array.of(3, 4, 5, 6), shape: [2, 2] };
  assert.deepEqual(joinSamples(a, b), { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] });
  assert.throws(
    () => joinSamples(a, { data: Float32Array.of(1), shape: [1, 1] }),
    /one shape, got \[2\] and \[1\]/,
  );
  assert.throws(
    () => joinSamples(a, { data: Uint8Array.of(1, 2), shape: [1, 2] }),
    /one type, got float32 and uint8/,
  );
});
