/** Faults that people reported of other libraries' readers and writers, in their smallest form. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { readLines } from "../../src/data/csv/lines";
import { readNumberTable } from "../../src/data/csv/numberTable";
import { readWindows } from "../../src/data/csv/readWindows";
import { readTextTable } from "../../src/data/csv/textTable";
import { readNpy } from "../../src/data/npy";
import { readSafetensors, writeSafetensors } from "../../src/data/safetensors";
import { readTar } from "../../src/data/tar";

const folder = mkdtempSync(path.join(tmpdir(), "podium-reports-"));
after(() => rmSync(folder, { recursive: true }));

function written(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** Refuses with the file's name and what the pattern says. */
async function refuses(reading: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(reading, (error: Error) => {
    assert.ok(error instanceof SyntaxError, error.stack);
    assert.match(error.message, message);
    assert.ok(error.message.includes(folder), error.message);
    return true;
  });
}

test("a blank line before the header is no header (tidyverse/readr#747)", async () => {
  const file = written("table.csv", "\n\r\nfoo,bar\n1,2\n");
  const numbers = await readNumberTable(file);
  assert.deepEqual(
    [numbers.valueColumns, [...numbers.values]],
    [
      ["foo", "bar"],
      [1, 2],
    ],
  );
  assert.equal(numbers.lineOf(0), 4);
  const { columns, rows, lines } = await readTextTable(file);
  assert.deepEqual([columns, rows, lines], [["foo", "bar"], [["1", "2"]], [4]]);
});

test("a row with commas too many is told by its line (pandas-dev/pandas#9294)", async () => {
  const file = written("table.csv", "a,b\n0, 5\n1, 9,,\n2, 3\n");
  for (const read of [readNumberTable, readTextTable]) {
    await refuses(read(file), /table\.csv:3: the header names 2 columns, got 4/);
  }
});

test("columns of one name, spaces around it or not, are not renamed (pandas-dev/pandas#14367, #19592)", async () => {
  const file = written("table.csv", "a ,a, a\n1,2,3\n");
  for (const read of [readNumberTable, readTextTable]) {
    await refuses(read(file), /table\.csv:1: the header must name "a" once/);
  }
});

test("quotes within quotes are told by the line that they are in (mholt/PapaParse#409, #432)", async () => {
  await refuses(readTextTable(written("table.csv", '"a,"b,c"\nd,e,f\n')), /table\.csv:1: a quote must/);
  await refuses(
    readTextTable(written("table.csv", 'a,b,c\n1,2,3\n4,"5"5",6\n7,8,9\n')),
    /table\.csv:3: a quote must begin or end a field/,
  );
});

test("an open quote is told by the line that it begins on (adaltas/node-csv-parse#277)", async () => {
  const file = written("table.csv", 'a,b\n1,2\n3,"def\n5,6\n');
  await refuses(readTextTable(file), /table\.csv:3: a quote must be closed/);
  await refuses(readNumberTable(file), /table\.csv:3: a quote must be closed/);
});

test("a line without an end has a limit (adaltas/node-csv-parse#86, mafintosh/csv-parser#82)", async () => {
  const file = written("table.csv", `a,b\n1,2\n${"1".repeat(20 << 20)}`);
  const limit = /table\.csv:3: a line must have at most 16777216 bytes \(option mostLineBytes\)/;
  await refuses(readNumberTable(file), limit);
  const options = { id: "a", step: "b", steps: 1, values: ["c", "d"] };
  await refuses(
    readWindows(written("wide.csv", `a,b,c,d\n${"1".repeat(20 << 20)}`), options),
    /wide\.csv:2: a line must have at most/,
  );
  const all = async () => {
    for await (const { bytes } of readLines(file)) assert.ok(bytes.length < 10);
  };
  await refuses(all(), limit);
  await refuses(
    readNumberTable(written("short.csv", "a,b\n1,2\n3,456789"), { mostLineBytes: 4 }),
    /:3: .* at most 4 bytes/,
  );
});

test("a table of commas alone takes no memory beyond its bytes (d99kris/rapidcsv#218)", async () => {
  const file = written("table.csv", ",".repeat(1 << 20));
  await refuses(readNumberTable(file), /table\.csv:1: the header must name "" once/);
});

test("a text longer than any string is refused by its size (adaltas/node-csv#416)", async () => {
  const file = written("table.csv", "id,name\n1,a\n");
  await refuses(
    readTextTable(file, { mostBytes: 8 }),
    /must have at most 8 bytes unpacked \(option mostBytes\)/,
  );
  truncateSync(file, 2 ** 29);
  await refuses(readTextTable(file), /must have at most 268435456 bytes/);
});

function tarHeader(name: string, kind: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  block.write(name);
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  block.write("        ", 148);
  block.write(kind, 156);
  block.write("ustar\x0000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function tarEntry(name: string, kind: string, body: string): Buffer {
  const padded = Buffer.alloc(Math.ceil(body.length / 512) * 512);
  padded.write(body, "latin1");
  return Buffer.concat([tarHeader(name, kind, body.length), padded]);
}

async function entriesOf(...parts: Buffer[]): Promise<[name: string, text: string][]> {
  const file = written("small.tar", Buffer.concat([...parts, Buffer.alloc(1024)]));
  const entries: [string, string][] = [];
  for await (const { name, bytes } of readTar(file)) entries.push([name, Buffer.from(bytes).toString()]);
  return entries;
}

test("a pax size is of the file, not of the long name before it (mastra-ai/mastra#17953)", async () => {
  const found = await entriesOf(
    tarEntry("PaxHeaders/x", "x", "10 size=5\n"),
    tarEntry("././@LongLink", "L", "longname.txt\0"),
    tarEntry("file_a", "0", "AAAAA"),
    tarEntry("file_b", "0", "B"),
  );
  assert.deepEqual(found, [
    ["longname.txt", "AAAAA"],
    ["file_b", "B"],
  ]);
});

test("a size of 8 GiB and more stands in the pax header alone, a smaller one in both (libarchive/libarchive#880)", async () => {
  const sized = (size: string) => [
    tarEntry("PaxHeaders/x", "x", `${size.length + 9} size=${size}\n`),
    tarHeader("a", "0", 0),
    Buffer.alloc(512),
  ];
  await refuses(
    entriesOf(...sized("8589934592")),
    /a \(header 2\) must have at most 1073741824 bytes .* got 8589934592/,
  );
  await refuses(entriesOf(...sized("12345")), /the two sizes of a \(header 2\) must agree, got 0 and 12345/);
});

test("an archive of a comment alone is empty, not damaged (libarchive/libarchive#423)", async () => {
  assert.deepEqual(await entriesOf(tarEntry("pax_global_header", "g", "17 comment=abcd\n")), []);
});

test("an archive that was cut off is told as such, in its gzip too (libarchive/libarchive#149)", async () => {
  const whole = Buffer.concat([tarEntry("a", "0", "x".repeat(600)), Buffer.alloc(1024)]);
  for (const length of [100, 512, 700, 1536]) {
    const file = written("cut.tar", whole.subarray(0, length));
    await refuses(
      readTar(file)
        .next()
        .then(() => entriesOfFile(file)),
      /cut\.tar: the archive is cut off/,
    );
  }
});

async function entriesOfFile(file: string): Promise<void> {
  for await (const { bytes } of readTar(file)) assert.ok(bytes);
}

function npy(header: string, bytes = 24): Buffer {
  const text = `${header.padEnd(117)}\n`;
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00v\x00", "latin1"),
    Buffer.from(text),
    Buffer.alloc(bytes),
  ]);
}

test("an array that was cut off tells its size and the one it needs (numpy/numpy#28330)", async () => {
  const file = written("a.npy", npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 20), }"));
  await refuses(readNpy(file), /cut off: shape \(2, 20\) of uint8 needs 168 bytes, got 152/);
});

test("a shape that is no tuple of whole numbers is refused (numpy/numpy#28334, #13719)", async () => {
  for (const shape of ["(np.int64(2), np.int64(12))", "24", "(24)", "(2 * 12,)", "(24.0,)", "(0x18,)"]) {
    const file = written("a.npy", npy(`{'descr': '|u1', 'fortran_order': False, 'shape': ${shape}, }`));
    await refuses(readNpy(file), /the (header must give shape as NumPy writes it|shape must be a tuple)/);
  }
});

test("a header with other keys, a key twice or an expression is refused (issp-center-dev/H-wave#165)", async () => {
  for (const header of [
    "{'descr': '|u1', 'fortran_order': False, 'shape': (24,), 'shape': (1,), }",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (24,), 'x': 1, }",
    "{'descr': '|u1', 'fortran_order': False or True, 'shape': (24,), }",
    "{'descr': '|u1', 'shape': (24,), }",
    "__import__('os').system('x')",
  ]) {
    await refuses(readNpy(written("a.npy", npy(header))), /the header must/);
  }
});

test("a damaged beginning is not read as if it were none (deeplearning4j/deeplearning4j#7647)", async () => {
  const bytes = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (24,), }");
  for (let at = 0; at < 8; at++) {
    const damaged = Buffer.from(bytes);
    damaged[at] = at === 6 ? 9 : damaged[at] ^ 1;
    await refuses(readNpy(written("a.npy", damaged)), /must begin with|version must be/);
  }
});

function safetensors(header: string, bytes: number): string {
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(header.length));
  return written("a.safetensors", Buffer.concat([start, Buffer.from(header), Buffer.alloc(bytes)]));
}

test("keys twice, holes and overlaps of other programs' files are refused (safetensors/safetensors#401)", () => {
  const entry = (from: number, to: number) =>
    `{"dtype":"U8","shape":[${to - from}],"data_offsets":[${from},${to}]}`;
  for (const header of [
    `{"a":${entry(0, 4)},"a":${entry(4, 8)}}`,
    `{"a":${entry(0, 4)},"b":${entry(0, 4)}}`,
    `{"a":${entry(1, 8)}}`,
    `{"a":${entry(0, 7)}}`,
  ]) {
    const file = safetensors(header, 8);
    assert.throws(() => readSafetensors(file, { checked: false }), SyntaxError, header);
  }
});

test("metadata is text by name, and may be all there is (safetensors/safetensors#278, #466, #601)", () => {
  for (const metadata of ["null", '{"unquoted":0}', '"text"']) {
    const file = safetensors(`{"__metadata__":${metadata}}`, 0);
    assert.throws(() => readSafetensors(file, { checked: false }), /the metadata must be text by name/);
  }
  const file = path.join(folder, "metadata.safetensors");
  writeSafetensors(file, { tensors: {}, metadata: { crc: "12" } });
  assert.deepEqual(readSafetensors(file), { tensors: {}, metadata: { crc: "12" } });
  assert.equal(JSON.parse(readFileSync(file).toString("utf8", 8)).__metadata__.crc, "12");
});

test("a tensor of the name that the format keeps is not written (safetensors/safetensors#849)", () => {
  const file = path.join(folder, "reserved.safetensors");
  const tensor = { data: Int32Array.of(1, 2), shape: [2] };
  assert.throws(() => writeSafetensors(file, { tensors: { __metadata__: tensor } }), RangeError);
});
