import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { randomSource } from "../../../src/core/random";
import { readNumberTable } from "../../../src/data/csv/numberTable";

async function fileOf(content: string | Buffer, name = "table.csv"): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "podium-table-")), name);
  await writeFile(path, content);
  return path;
}

function randomNumber(random: ReturnType<typeof randomSource>): string {
  const digits = (count: number) => Array.from({ length: count }, () => random.integer(0, 10)).join("");
  const sign = ["", "-", "", "-", "+"][random.integer(0, 5)];
  switch (random.integer(0, 8)) {
    case 0:
      return sign + digits(random.integer(1, 25));
    case 1:
      return `${sign}${digits(random.integer(1, 12))}.${digits(random.integer(0, 14))}`;
    case 2:
      return `${sign}.${digits(random.integer(1, 12))}`;
    case 3:
      return `${sign}${digits(1)}.${digits(random.integer(1, 8))}e${random.integer(-60, 38)}`;
    case 4:
      return String(Math.fround(random.normal()));
    case 5:
      return "-0.000000";
    default:
      return (random.normal() * 10 ** random.integer(-3, 4)).toFixed(6);
  }
}

/** Numbers of the shape that nearly all files have, with every count of digits that the fast path takes. */
function plainNumber(random: ReturnType<typeof randomSource>): string {
  const digits = (count: number) => Array.from({ length: count }, () => random.integer(0, 10)).join("");
  const whole = random.integer(1, 10);
  const decimals = random.uniform() < 0.5 ? 6 : random.integer(0, 10);
  return `${random.uniform() < 0.5 ? "-" : ""}${digits(whole)}${decimals > 0 ? `.${digits(decimals)}` : ""}`;
}

test("every number rounds as Number and then float32 does", async () => {
  const random = randomSource(11);
  const columns = 7;
  const rows = 20000;
  const texts = Array.from({ length: rows * columns }, (_, index) =>
    Math.floor(index / columns) % 2 === 0 ? plainNumber(random) : randomNumber(random),
  );
  const lines = Array.from({ length: rows }, (_, row) =>
    texts.slice(row * columns, (row + 1) * columns).join(","),
  );
  const path = await fileOf(`a,b,c,d,e,f,g\n${lines.join("\n")}\n`);
  const { values } = await readNumberTable(path);
  assert.equal(values.length, texts.length);
  for (const [index, text] of texts.entries()) {
    if (!Object.is(values[index], Math.fround(Number(text)))) {
      assert.equal(values[index], Math.fround(Number(text)), `${text} at ${index}`);
      assert.fail(`the sign of zero differs for ${text}`);
    }
  }
});

test("a table longer than a piece of reading is the same as its lines one by one", async () => {
  const random = randomSource(5);
  const rows = 150_000;
  const expected = new Float32Array(rows * 4);
  const lines = ["id,a,b,c,d"];
  for (let row = 0; row < rows; row++) {
    const fields = Array.from({ length: 4 }, () => (random.normal() * 100).toFixed(6));
    for (const [column, field] of fields.entries()) expected[row * 4 + column] = Number(field);
    lines.push(`${row},${fields.join(",")}`);
  }
  const text = `${lines.join("\n")}\n`;
  assert.ok(text.length > 5_000_000);
  for (const path of [await fileOf(text), await fileOf(gzipSync(text, { level: 1 }), "table.csv.gz")]) {
    const table = await readNumberTable(path, { integers: ["id"] });
    assert.deepEqual(table.values, expected);
    assert.equal(table.integers.id[rows - 1], rows - 1);
    assert.equal(table.lineOf(rows - 1), rows + 1);
  }
});

test("byte order mark, CRLF, quotes, blanks, column order and a missing last line end are taken", async () => {
  const text = '\uFEFF"b",id,a\r\n"1.5",7,2\r\n\r\n -3 ,"8",4e-1\r\n1,9,5';
  const table = await readNumberTable(await fileOf(text), { integers: ["id"], values: ["a", "b"] });
  assert.deepEqual(table.integers.id, Int32Array.of(7, 8, 9));
  assert.deepEqual(table.values, Float32Array.of(2, 1.5, 0.4, -3, 5, 1));
  assert.deepEqual(table.valueColumns, ["a", "b"]);
  assert.deepEqual([0, 1, 2].map(table.lineOf), [2, 4, 5]);
});

test("a row with any byte in any place is read as Number reads its fields, or refused", async () => {
  const good = "1,0.5,-2.5\n";
  const row = Buffer.from("7,-0.385814,12.642958\n");
  const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
  const path = await fileOf("");
  for (let at = 0; at < row.length; at++) {
    for (const byte of [...Buffer.from(',.-+/0:eE \r"\u00b0x5'), 0x7f, 0x80, 0xb0, 0xdc, 0xff, 0]) {
      const changed = Buffer.from(row);
      changed[at] = byte;
      await writeFile(path, Buffer.concat([Buffer.from(`id,a,b\n${good}`), changed, Buffer.from(good)]));
      // Without its line end the row runs into the next one.
      const line = changed.toString().split("\n")[0] + (at === row.length - 1 ? good.trim() : "");
      const fields = line
        .replace(/\r$/, "")
        .split(",")
        .map((field) => field.replace(/^[ \t]+|[ \t]+$/g, ""));
      const valid =
        fields.length === 3 &&
        fields.every((field) => number.test(field) && Number.isFinite(Math.fround(Number(field)))) &&
        /^[+-]?\d+$/.test(fields[0]);
      const read = readNumberTable(path, { integers: ["id"] });
      if (valid) {
        const table = await read;
        const expected = [0.5, -2.5, ...fields.slice(1).map(Number), 0.5, -2.5].map(Math.fround);
        assert.deepEqual(Array.from(table.values.subarray(0, 4)), expected.slice(0, 4), line);
        assert.equal(table.integers.id[1], Number(fields[0]), line);
      } else {
        await assert.rejects(read, { name: "SyntaxError", message: /:3: / }, JSON.stringify(line));
      }
    }
  }
});

test("lines of every length and kind of end are read wherever they lie in the text", async () => {
  const random = randomSource(8);
  for (const end of ["\n", "\r\n"]) {
    const texts: string[] = [];
    const expected: number[] = [];
    for (let row = 0; row < 30_000; row++) {
      // Now and then a field that is not plain, a quoted one, a long one.
      const kind = random.integer(0, 200);
      const value = random.normal() * 10 ** random.integer(-3, 5);
      const text =
        kind === 0 ? `${value}` : kind === 1 ? `"${value.toFixed(3)}"` : value.toFixed(random.integer(0, 9));
      const zeros = kind === 2 ? "0".repeat(random.integer(1, 5000)) : "";
      texts.push(`${text},${row},${zeros}${row}.5`);
      expected.push(Math.fround(Number(text.replaceAll('"', ""))), row + 0.5);
    }
    const path = await fileOf(`a,id,b${end}${texts.join(end)}${end}`);
    const table = await readNumberTable(path, { integers: ["id"] });
    assert.deepEqual(table.values, Float32Array.from(expected));
    assert.ok(table.integers.id.every((id, row) => id === row));
  }
});

test("an interrupt stops the reading of a large file half-way", async () => {
  const path = await fileOf(`a,b\n${"1.5,2.5\n".repeat(1_000_000)}`);
  const controller = new AbortController();
  const seen: number[] = [];
  const onProgress = (_: number, rows: number) => {
    seen.push(rows);
    controller.abort();
  };
  await assert.rejects(readNumberTable(path, { signal: controller.signal, onProgress }), {
    name: "AbortError",
  });
  assert.equal(seen.length, 1);
  assert.ok(seen[0] > 0 && seen[0] < 1_000_000);
});

test("many columns are read as few are", async () => {
  const columns = Array.from({ length: 3000 }, (_, column) => `c${column}`);
  const rows = Array.from({ length: 30 }, (_, row) => columns.map((_, column) => row - column / 8));
  const text = [columns, ...rows].map((row) => `${row.join(",")}\n`).join("");
  const table = await readNumberTable(await fileOf(text));
  assert.deepEqual(table.values, Float32Array.from(rows.flat()));
});

const refusals: [what: string, text: string, message: RegExp][] = [
  ["text in a number", "id,a\n1,2\n2,x1\n", /table\.csv:3: column a must be a finite number, got "x1"/],
  ["NaN", "id,a\n1,nan\n", /:2: column a must be a finite number, got "nan"/],
  ["infinity", "id,a\n1,inf\n", /:2: column a must be a finite number, got "inf"/],
  ["a number beyond float32", "id,a\n1,1e39\n", /:2: column a must be a finite number/],
  ["an empty field", "id,a\n1,\n", /:2: column a must be a finite number, got nothing/],
  ["hexadecimal", "id,a\n1,0x10\n", /:2: column a must be a finite number, got "0x10"/],
  [
    "a fraction in a whole-number column",
    "id,a\n1.5,2\n",
    /:2: column id must be a whole number of 32 bits, got 1\.5/,
  ],
  [
    "a whole number beyond 32 bits",
    "id,a\n4294967296,2\n",
    /:2: column id must be a whole number of 32 bits/,
  ],
  ["too few fields", "id,a\n1,2\n3\n", /:3: the header names 2 columns, got 1/],
  ["too many fields", "id,a\n1,2,3\n", /:2: the header names 2 columns, got 3/],
  ["a file cut off in a line", "id,a\n1,2\n5,", /:3: column a must be a finite number, got nothing/],
  ["an unknown column", "id,a,z\n1,2,3\n", /:1: .*"z" is unknown/],
  ["a missing column", "id,b\n1,2\n", /:1: .*must name the column "a"/],
  ["a repeated column", "id,a,a\n1,2,3\n", /:1: .*"a" once/],
  ["an empty file", "", /a header and at least one row, got an empty file/],
  ["a header only", "id,a\n", /a header and at least one row, got a header only/],
];
for (const [what, text, message] of refusals) {
  test(`${what} is refused with file and line`, async () => {
    const path = await fileOf(text);
    await assert.rejects(readNumberTable(path, { integers: ["id"], values: ["a"] }), {
      name: "SyntaxError",
      message,
    });
  });
}

test("the line of an error is right deep inside a large file", async () => {
  const lines = Array.from({ length: 120_000 }, (_, row) => `${row},0.123456,1.123456,2.123456,3.123456`);
  lines[100_000] = "100000,0.1,oops,2,3";
  const path = await fileOf(`id,a,b,c,d\n${lines.join("\n")}\n`);
  await assert.rejects(readNumberTable(path), {
    message: /:100002: column b must be a finite number, got "oops"/,
  });
});

test("damaged and cut off gzip files are refused by name", async () => {
  const whole = gzipSync("id,a\n1,2\n".repeat(1) + "3,4\n".repeat(5000));
  const cut = await fileOf(whole.subarray(0, whole.length - 12), "cut.csv.gz");
  await assert.rejects(readNumberTable(cut), { name: "SyntaxError", message: /cut\.csv\.gz: it is cut off/ });
  const plain = await fileOf("id,a\n1,2\n", "plain.csv.gz");
  await assert.rejects(readNumberTable(plain), {
    name: "SyntaxError",
    message: /plain\.csv\.gz.*not a gzip file/,
  });
});

test("an aborted signal stops the reading", async () => {
  const path = await fileOf(`id,a\n${"1,2\n".repeat(100)}`);
  const signal = AbortSignal.abort();
  await assert.rejects(readNumberTable(path, { signal }), { name: "AbortError" });
});
