import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { fromJson, readSafetensors, toJson, writeSafetensors } from "../../src/data/safetensors";

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
  const { tensors: read, metadata } = readSafetensors(reference, { checked: false });
  assert.throws(() => readSafetensors(reference), /reference\.safetensors: .*checksum.*checked: false/);
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

test("a changed bit anywhere is found", () => {
  const file = path.join(directory, "damaged.safetensors");
  writeSafetensors(file, { tensors, metadata: { note: "hello", "0": "a name that is a number" } });
  const whole = readFileSync(file);
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged[at] ^= 1 << (at % 8);
    writeFileSync(file, damaged);
    assert.throws(
      () => readSafetensors(file),
      (error: Error) => error instanceof SyntaxError && error.message.startsWith(`Cannot read ${file}: `),
      `byte ${at}`,
    );
  }
});

/** A file with another header before the same values. */
function withHeader(file: string, change: (header: Record<string, never>) => unknown): void {
  const whole = readFileSync(file);
  const length = Number(whole.readBigUInt64LE(0));
  const header = Buffer.from(JSON.stringify(change(JSON.parse(whole.toString("utf8", 8, 8 + length)))));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(file, Buffer.concat([start, header, whole.subarray(8 + length)]));
}

test("a header that another hand changed is refused, whether or not the checksum is asked for", () => {
  const file = path.join(directory, "edited.safetensors");
  const entry = { dtype: "U8", shape: [3], data_offsets: [0, 3] };
  for (const metadata of [null, 5, [], "crc32", { crc32: 5 }, { crc32: "x" }, { crc32: "0" }]) {
    writeSafetensors(file, { tensors: { byte: tensors.byte } });
    withHeader(file, (header) => ({ ...header, __metadata__: metadata }));
    assert.throws(() => readSafetensors(file, { checked: false }), SyntaxError, JSON.stringify(metadata));
  }
  // Source: huggingface/safetensors, whose format forbids holes, overlaps and tensors outside the file.
  for (const change of [
    { dtype: "F16" },
    { dtype: "toString" },
    { shape: [3.5] },
    { shape: [-3] },
    { shape: null },
    { data_offsets: [1, 4] },
    { data_offsets: [0] },
    { data_offsets: [-1, 2] },
  ]) {
    writeSafetensors(file, { tensors: { byte: tensors.byte } });
    withHeader(file, () => ({ byte: { ...entry, ...change } }));
    assert.throws(
      () => readSafetensors(file, { checked: false }),
      /Cannot read .*edited\.safetensors: .*"byte".* \(at byte 8\)/,
      JSON.stringify(change),
    );
  }
  writeSafetensors(file, { tensors: { byte: tensors.byte } });
  withHeader(file, () => ({ byte: entry, again: entry }));
  assert.throws(
    () => readSafetensors(file, { checked: false }),
    /must follow each other, got "again" at 0 behind 3/,
  );
  withHeader(file, () => ({ byte: entry }));
  assert.deepEqual(readSafetensors(file, { checked: false }), {
    tensors: { byte: tensors.byte },
    metadata: {},
  });
});

test("names that the format needs are refused", () => {
  const file = path.join(directory, "names.safetensors");
  assert.throws(() => writeSafetensors(file, { tensors, metadata: { crc32: "1" } }), /the name crc32/);
  assert.throws(
    () => writeSafetensors(file, { tensors: { __metadata__: tensors.byte } }),
    /the name __metadata__/,
  );
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

test("a text in a file that is no JSON of an object is refused by file and name", () => {
  const place = { file: "a.safetensors", name: "podium.progress" };
  for (const text of ["", "{", "null", "5"]) {
    assert.throws(() => fromJson(text, place), {
      name: "SyntaxError",
      message: 'Cannot read a.safetensors: "podium.progress" must be JSON of an object',
    });
  }
  const value = { loss: [Number.NaN, Number.NEGATIVE_INFINITY, 1] };
  assert.deepEqual(fromJson(toJson(value), place), value);
});
