import assert from "node:assert/strict";
import fs, { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { atomicWrite } from "../../src/core/atomicFile";
import { takeSamples } from "../../src/core/samples";
import { withFile } from "../../src/data/regularFile";
import { readSafetensors } from "../../src/data/safetensors";
import { openPixelFile, openTensorFile, TensorFileWriter } from "../../src/data/tensorFile";

const folder = mkdtempSync(path.join(tmpdir(), "podium-tensor-file-"));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, shape: number[] = [5, 2]): string {
  const file = path.join(folder, name);
  const writer = new TensorFileWriter(file, shape);
  writer.append(Float32Array.of(0, 1, 2, 3));
  writer.append(Float32Array.of(4, 5, 6, 7, 8, 9));
  writer.finish();
  return file;
}

test("rows written one piece after another are read on demand", () => {
  const file = write("five.safetensors");
  const read = openTensorFile(file);
  assert.deepEqual(read.shape, [5, 2]);
  assert.deepEqual(read.take([3, 4, 0, 3]), Float32Array.of(6, 7, 8, 9, 0, 1, 6, 7));
  assert.deepEqual(takeSamples(read, [1]), { data: Float32Array.of(2, 3), shape: [1, 2] });
  assert.deepEqual(read.data, Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  assert.deepEqual(read.at(Int32Array.of(4, 1)).take([1]), Float32Array.of(2, 3));
  assert.deepEqual(readSafetensors(file).tensors.values, { data: read.data, shape: [5, 2] });
});

test("a damaged byte of header or values is found when the file is opened", () => {
  const file = write("damaged.safetensors");
  const content = readFileSync(file);
  for (let at = 0; at < content.length; at++) {
    const damaged = Buffer.from(content);
    damaged[at] ^= 1 << (at % 8);
    writeFileSync(file, damaged);
    for (const read of [openTensorFile, readSafetensors]) {
      assert.throws(() => read(file), SyntaxError, `byte ${at} by ${read.name}`);
    }
  }
});

test("bytes are pixels, beside what is to be known of them", () => {
  const file = path.join(folder, "pixels.safetensors");
  const writer = new TensorFileWriter(file, [2, 1, 2, 1], { dtype: "uint8", metadata: { of: "two" } });
  writer.append(Uint8Array.of(7, 8, 9, 10));
  writer.finish();
  const { pixels, metadata } = openPixelFile(file);
  assert.deepEqual(pixels.shards, [Uint8Array.of(7, 8, 9, 10)]);
  assert.equal(metadata.of, "two");
  assert.deepEqual(readSafetensors(file).tensors.values.data, Uint8Array.of(7, 8, 9, 10));
  assert.throws(() => openTensorFile(file), /one tensor of float32 values/);
});

test("files that are cut off or not all written are refused", () => {
  const file = write("cut.safetensors");
  truncateSync(file, readFileSync(file).length - 4);
  assert.throws(() => openTensorFile(file), /cut\.safetensors: the file ends before its values do/);
  assert.throws(() => write("short.safetensors", [6, 2]), /shape \[6,2\] needs 12 values, got 10/);
  assert.throws(() => openTensorFile(path.join(folder, "short.safetensors")), /ENOENT/);
  const later = write("later.safetensors");
  const read = openTensorFile(later);
  truncateSync(later, readFileSync(later).length - 4);
  assert.throws(() => read.take([4]), /later\.safetensors: it is cut off after \d+ bytes/);
});

test("more than 2 GiB are read and written in several calls", (t) => {
  // Nothing is really moved, so that this takes neither time nor memory; the calls' lengths are held to Node's own check.
  const length = 40_000 * 14_400 * 4;
  const file = path.join(folder, "huge");
  writeFileSync(file, "");
  truncateSync(file, length);
  const lengths: number[] = [];
  const move = (_: number, bytes: Uint8Array, offset: number, count: number) => {
    if (!(count < 2 ** 31 && offset + count <= bytes.length)) throw new RangeError(`length ${count}`);
    lengths.push(count);
    return count;
  };
  t.mock.method(fs, "readSync", move as never);
  t.mock.method(fs, "writeSync", move as never);
  const all = new Uint8Array(length);
  withFile(file, (open) => open.read(all, 0));
  atomicWrite(file, all);
  assert.deepEqual(lengths, [2 ** 30, 2 ** 30, length - 2 ** 31, ...lengths.slice(0, 3)]);
});
