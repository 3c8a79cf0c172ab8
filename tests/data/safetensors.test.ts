import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { readSafetensors, writeSafetensors } from "../../src/data/safetensors";

const directory = mkdtempSync(path.join(tmpdir(), "podium-safetensors-"));
after(() => rmSync(directory, { recursive: true }));

const tensors = {
  float: { data: Float32Array.of(1.5, -2, Number.NaN, Number.POSITIVE_INFINITY, 0, -0), shape: [2, 3] },
  byte: { data: Uint8Array.of(1, 2, 255), shape: [3] },
  double: { data: Float64Array.of(Math.PI), shape: [] },
  whole: { data: Int32Array.of(-1, 2), shape: [2, 1] },
  none: { data: new Float32Array(0), shape: [0, 4] },
};

test("what is written is read back, byte by byte, with its text", () => {
  const file = path.join(directory, "new", "folder", "a.safetensors");
  writeSafetensors(file, { tensors, metadata: { naïve: "text ✓" } });
  const back = readSafetensors(file);
  assert.deepEqual(back.tensors, tensors);
  assert.deepEqual(back.metadata, { naïve: "text ✓" });
  assert.deepEqual(readdirSync(path.dirname(file)), ["a.safetensors"]);
});

test("a file of the reference implementation is read", () => {
  const reference = path.join(__dirname, "../golden/reference.safetensors");
  const { tensors: read, metadata } = readSafetensors(reference);
  assert.deepEqual(metadata, { made: "by the reference implementation" });
  assert.deepEqual([...read.matrix.data], [0, 0.5, 1, 1.5, 2, 2.5]);
  assert.deepEqual(read.matrix.shape, [2, 3]);
  assert.ok(read.matrix.data instanceof Float32Array);
  assert.deepEqual(read.counts, { data: Int32Array.of(3, -4), shape: [2] });
  assert.deepEqual(read.pixels, { data: Uint8Array.of(7, 8, 9), shape: [3] });
});

test("every cut of a file is refused with the file's name", () => {
  const file = path.join(directory, "cut.safetensors");
  writeSafetensors(file, { tensors });
  const whole = readFileSync(file);
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(file, whole.subarray(0, length));
    assert.throws(
      () => readSafetensors(file),
      (error: Error) => error instanceof SyntaxError && error.message.startsWith(`Cannot read ${file}: `),
    );
  }
});

test("a changed bit among the values is found", () => {
  const file = path.join(directory, "damaged.safetensors");
  writeSafetensors(file, { tensors });
  const whole = readFileSync(file);
  whole[whole.length - 3] ^= 4;
  writeFileSync(file, whole);
  assert.throws(() => readSafetensors(file), /damaged/);
});

test("something else than a safetensors file is refused", () => {
  const file = path.join(directory, "other");
  writeFileSync(file, "step,loss\n1,0.5\n");
  assert.throws(() => readSafetensors(file), /header is at most/);
  writeFileSync(file, Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from("[]")]));
  assert.throws(() => readSafetensors(file), /must be a JSON object/);
  assert.throws(() => readSafetensors(path.join(directory, "absent")), { code: "ENOENT" });
});

test("an array that does not fill its shape is not written", () => {
  const file = path.join(directory, "wrong.safetensors");
  assert.throws(
    () => writeSafetensors(file, { tensors: { a: { data: new Float32Array(3), shape: [2, 2] } } }),
    /"a" of shape \[2,2\] needs 4 values, got 3/,
  );
  assert.ok(!readdirSync(directory).includes("wrong.safetensors"));
});
