import assert from "node:assert/strict";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { randomSource } from "../../src/core/random";
import { decodeNpy, encodeNpy, type NpyData, readNpy, writeNpy } from "../../src/data/npy";

interface Case {
  name: string;
  file: string;
  shape: number[];
  values: number[] | null;
}

async function cases(): Promise<Case[]> {
  return JSON.parse(await readFile(join(__dirname, "../golden/npy.json"), "utf8"));
}

async function fileOf(name: string): Promise<Buffer> {
  return Buffer.from((await cases()).find((entry) => entry.name === name)!.file, "base64");
}

const refused = ["objects", "records", "too large"];

test("every number type, byte order, axis order and format version reads as NumPy wrote it", async () => {
  let read = 0;
  for (const { name, file, shape, values } of await cases()) {
    if (refused.includes(name)) continue;
    const array = decodeNpy(Buffer.from(file, "base64"), { name });
    assert.deepEqual([...array.shape], shape, name);
    assert.deepEqual(Array.from(array.data), values, name);
    read++;
  }
  assert.ok(read > 40);
});

test("Python objects and records are refused without being read", async () => {
  const objects = await fileOf("objects");
  assert.throws(() => decodeNpy(objects, { name: "o.npy" }), {
    name: "SyntaxError",
    message: /o\.npy.*pickled Python objects/,
  });
  const records = await fileOf("records");
  assert.throws(() => decodeNpy(records, { name: "r.npy" }), {
    name: "SyntaxError",
    message: /r\.npy.*numbers of type/,
  });
});

test("a 64-bit integer that a number cannot hold is refused", async () => {
  const large = await fileOf("too large");
  assert.throws(() => decodeNpy(large, { name: "l.npy" }), {
    name: "RangeError",
    message: /1152921504606846976/,
  });
});

test("a file cut off anywhere is refused, as is one with bytes too many", async () => {
  const whole = await fileOf("<f4 C order");
  for (let length = 0; length < whole.length; length++) {
    assert.throws(() => decodeNpy(whole.subarray(0, length), { name: "cut.npy" }), {
      name: "SyntaxError",
      message: /cut\.npy/,
    });
  }
  assert.throws(() => decodeNpy(Buffer.concat([whole, Buffer.of(0)])), { message: /too long/ });
});

test("a file that is no npy file says what it begins with", () => {
  assert.throws(() => decodeNpy(Buffer.from("id,label\n1,2\n"), { name: "x.npy" }), {
    name: "SyntaxError",
    message: /x\.npy.*begin with.*id,lab/,
  });
});

test("what is encoded decodes to itself, whatever type and shape", async () => {
  const random = randomSource(3);
  const makers = [
    Uint8Array,
    Int8Array,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
  ];
  const folder = await mkdtemp(join(tmpdir(), "podium-npy-"));
  for (let round = 0; round < 40; round++) {
    const shape = Array.from({ length: random.integer(0, 5) }, () => random.integer(0, 6));
    const count = shape.reduce((product, extent) => product * extent, 1);
    const Maker = makers[round % makers.length];
    const data: NpyData = new Maker(Array.from({ length: count }, () => random.normal() * 100));
    const path = join(folder, `${round}.npy`);
    await writeNpy(path, { data, shape });
    const back = await readNpy(path);
    assert.deepEqual(back.data, data);
    assert.deepEqual([...back.shape], shape);
  }
});

test("the encoded bytes of C order arrays are the bytes that NumPy writes", async () => {
  const file = await fileOf("<f4 C order");
  const { data, shape } = decodeNpy(file);
  assert.deepEqual(Buffer.from(encodeNpy(data, shape)), file);
  const bytes = await fileOf("u1 C order");
  const array = decodeNpy(bytes);
  assert.deepEqual(Buffer.from(encodeNpy(array.data, array.shape)), bytes);
});

test("a shape that does not fit the values is refused", () => {
  assert.throws(() => encodeNpy(Float32Array.of(1, 2, 3), [2, 2]), {
    name: "RangeError",
    message: /needs 4 values, got 3/,
  });
});
