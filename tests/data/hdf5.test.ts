import assert from "node:assert/strict";
import test from "node:test";
import { encodeHdf5 } from "../../src/data/hdf5";
import { encodeZip } from "../../src/data/zip";

test("the same arrays make the same bytes, and addresses are multiples of eight", () => {
  const file = () => Buffer.concat(encodeHdf5({ "a/b": { data: Float32Array.of(1, 2, 3), shape: [3] } }));
  assert.deepEqual(file(), file());
  assert.equal(Number(file().readBigUInt64LE(40)), file().length, "the end that the file states");
  assert.equal(Number(file().readBigUInt64LE(64)) % 8, 0);
});

test("a shape that does not fit its values, and a name that is no plain text, are refused", () => {
  assert.throws(() => encodeHdf5({ a: { data: new Float32Array(5), shape: [2, 3] } }), {
    name: "RangeError",
    message: /6 values for \[2,3\], got "a" and 5/,
  });
  assert.throws(() => encodeHdf5({ "a//b": { data: new Float32Array(1), shape: [1] } }), RangeError);
  assert.throws(() => encodeHdf5({ ä: { data: new Float32Array(1), shape: [1] } }), RangeError);
});

test("an archive of nothing and of an empty piece is one", () => {
  assert.equal(Buffer.concat(encodeZip([])).length, 22);
  const entry = { name: "a", content: [Buffer.from("ab"), Buffer.alloc(0), Buffer.from("c")] };
  const whole = { name: "a", content: [Buffer.from("abc")] };
  assert.deepEqual(Buffer.concat(encodeZip([entry])), Buffer.concat(encodeZip([whole])));
});
