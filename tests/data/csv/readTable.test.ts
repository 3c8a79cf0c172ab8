import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { gzipSync } from "node:zlib";
import { type ReadTableOptions, readTable } from "../../../src/data/csv/readTable";

const folder = mkdtempSync(path.join(tmpdir(), "table-"));
test.after(() => rmSync(folder, { recursive: true }));
let files = 0;

/** Reads a text as a file. */
async function read(text: string | Uint8Array, options?: ReadTableOptions, ending = ".csv") {
  const file = path.join(folder, `table${files++}${ending}`);
  writeFileSync(file, text);
  const frame = await readTable(file, options);
  return { columns: frame.columns, types: frame.dtypes, values: frame.values };
}
const NaN_ = Number.NaN;

test("types are those of all values, and missing values are NaN, as pandas reads them", async () => {
  const text = "id,score,name,ok,none\n1,0.5,a,True,\n2,NA,,false,\n3,-1e-3,null,TRUE,nan\n";
  assert.deepEqual(await read(text), {
    columns: ["id", "score", "name", "ok", "none"],
    types: ["int32", "float32", "string", "boolean", "float32"],
    values: [
      [1, 0.5, "a", true, NaN_],
      [2, NaN_, NaN_, false, NaN_],
      [3, -0.001, NaN_, true, NaN_],
    ],
  });
});

test("a column with a text late in it is read as texts from its first row on", async () => {
  // javascriptdata/danfojs#507 and pandas-dev/pandas#34120: types by the first rows or pieces.
  const rows = Array.from({ length: 1000 }, (_, i) => `0${i},${i % 2 ? "true" : "false"}`);
  const { types, values } = await read(`code,flag\n${rows.join("\n")}\nx1,maybe\n`);
  assert.deepEqual(types, ["string", "string"]);
  assert.deepEqual((values as unknown[][])[7], ["07", "true"]);
  assert.deepEqual((values as unknown[][])[1000], ["x1", "maybe"]);
});

test("quotes, separators and line ends within fields, CRLF, byte order mark, blank lines", async () => {
  const text = '\uFEFFname, note \r\n"Curl, left","a ""b""\nc"\r\n\r\n팔,"3"\r\n';
  assert.deepEqual(await read(text), {
    columns: ["name", "note"],
    types: ["string", "string"],
    values: [
      ["Curl, left", 'a "b"\nc'],
      ["팔", "3"],
    ],
  });
});

test("a first column without a name, tabs, semicolons, gzip, no last line end", async () => {
  assert.deepEqual((await read(",a\n0,1")).columns, ["Unnamed: 0", "a"]);
  assert.deepEqual((await read("a\tb\n1\t2\n", {}, ".tsv")).values, [[1, 2]]);
  assert.deepEqual((await read("a;b\n1;2,5\n", { separator: ";" })).values, [[1, "2,5"]]);
  assert.deepEqual((await read(gzipSync("a,b\n1,2\n"), {}, ".csv.gz")).values, [[1, 2]]);
});

test("only decimal numbers are numbers, and none loses digits", async () => {
  const odd = ["0x10", "1_000", " ", "12345678901234567890", "2021-03-04"];
  for (const field of odd)
    assert.deepEqual((await read(`a,b\n${field},1\n`)).types, ["string", "int32"], field);
  assert.deepEqual((await read("a\ninf\n-inf\n1e400\n")).values, [[Infinity], [-Infinity], [Infinity]]);
  assert.deepEqual((await read("a\n 1 \n+2\n.5\n")).values, [[1], [2], [0.5]]);
});

test("columns can be chosen, their types and the missing values told", async () => {
  const text = "id,a,b\n007,-999,1\n008,2,0\n";
  const { columns, types, values } = await read(text, {
    columns: ["a", "id"],
    types: { id: "string" },
    missing: ["-999"],
  });
  assert.deepEqual(
    [columns, types],
    [
      ["a", "id"],
      ["float32", "string"],
    ],
  );
  assert.deepEqual(values, [
    [NaN_, "007"],
    [2, "008"],
  ]);
});

test("a header alone gives a frame of no rows", async () => {
  assert.deepEqual((await read("a,b\n")).values, []);
});

test("a long table is read across the pieces of its file, a quoted line end at each border too", async () => {
  const filler = "x".repeat(1000);
  const rows = Array.from({ length: 9000 }, (_, i) => `${i},"${filler}\n${i}"`);
  const { values } = await read(`a,b\n${rows.join("\n")}\n`);
  assert.equal((values as unknown[]).length, 9000);
  assert.deepEqual((values as unknown[][])[8999], [8999, `${filler}\n8999`]);
});

test("malformed files are refused with file and line", async () => {
  const refused: [text: string | Uint8Array, message: RegExp, options?: ReadTableOptions][] = [
    ["", /a table must have a header, got an empty file/],
    ["a,b\n1,2\n\n3\n", /\.csv:4: the header names 2 columns, got 1 fields/],
    ["a,b\n1,2,3\n", /\.csv:2: the header names 2 columns, got 3 fields/],
    ["a,a\n1,2\n", /\.csv:1: the header must name "a" once/],
    ['a,b\n1,"x\ny\n2,3\n', /\.csv:2: a quote must be closed, got none to the file's end/],
    ['a,b\n1,"x"y\n', /\.csv:2: a quote must begin or end a field/],
    [Buffer.from("a\n\xe9\n", "latin1"), /\.csv:2: text must be UTF-8/],
    ["a,b\n1,2\n1,x\n", /\.csv:3: column b must be a number, got "x"/, { types: { b: "number" } }],
    ["a,b\n1,2\n", /the header must name "c", got a, b/, { columns: ["c"] }],
    [`a\n${"1".repeat(100)}`, /\.csv:2: a line must have at most 50 bytes/, { mostLineBytes: 50 }],
    ["a\n1", /separator must be one character other than a quote, got ""/, { separator: "" }],
    ["a\n1", /types.a must be number, boolean, string, got text/, { types: { a: "text" as "string" } }],
  ];
  for (const [text, message, options] of refused) await assert.rejects(read(text, options), message);
  await assert.rejects(readTable("nowhere.csv"), /Cannot read nowhere.csv: there is no such file/);
});

test("an interrupt ends the reading", async () => {
  const signal = AbortSignal.abort();
  await assert.rejects(read("a\n1\n", { signal }), { name: "AbortError" });
});
