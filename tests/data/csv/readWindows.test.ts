import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { randomSource } from "../../../src/core/random";
import { readNumberTable } from "../../../src/data/csv/numberTable";
import { readWindows } from "../../../src/data/csv/readWindows";
import { WindowRows } from "../../../src/data/csv/windowRows";
import { windowsOfRows } from "../../../src/data/csv/windows";

const values = ["a", "b"];
const header = "id,time,a,b";

async function fileOf(content: string | Buffer, name = "windows.csv"): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "podium-windows-")), name);
  await writeFile(path, content);
  return path;
}

/** What the general readers make of a file: windows, or an error. */
async function generally(path: string, steps: number): Promise<unknown> {
  try {
    return windowsOfRows(await readNumberTable(path, { integers: ["id", "time"], values }), {
      id: "id",
      step: "time",
      steps,
    });
  } catch (error) {
    return (error as Error).message;
  }
}

async function bySteps(path: string, steps: number): Promise<unknown> {
  try {
    return await readWindows(path, { id: "id", step: "time", steps, values });
  } catch (error) {
    return (error as Error).message;
  }
}

/** A number with six decimals, of every length that is parsed fast, now and then without a digit before the point. */
function fixedNumber(random: ReturnType<typeof randomSource>): string {
  const digits = (count: number) => Array.from({ length: count }, () => random.integer(0, 10)).join("");
  const decimals = random.integer(0, 20) === 0 ? "000000" : digits(6);
  return `${random.uniform() < 0.5 ? "-" : ""}${digits(random.integer(0, 8))}.${decimals}`;
}

/** Parses text that comes in pieces of the given lengths, over and over. */
function parsePieces(text: string, pieces: readonly number[], options: { steps: number; width: number }) {
  const bytes = Buffer.from(text);
  const rows = new WindowRows({ size: bytes.length + 1, ...options });
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const { room } = rows;
    const count = Math.min(room.length, pieces[turn % pieces.length], bytes.length - at);
    room.set(bytes.subarray(at, at + count));
    if (!rows.take(count)) return undefined;
    at += count;
  }
  return rows.end();
}

test("ordered rows with six decimals are parsed fast, each value as Number and then float32 round it", () => {
  const random = randomSource(3);
  const [steps, width, windows] = [50, 6, 120];
  const texts = Array.from({ length: windows * steps * width }, () => fixedNumber(random));
  const ids = Array.from({ length: windows }, (_, window) => window ** 4);
  const rows = Array.from({ length: windows * steps }, (_, row) => {
    const fields = texts.slice(row * width, (row + 1) * width);
    return [ids[Math.floor(row / steps)], row % steps, ...fields].join(",");
  });
  const expected = Float32Array.from(texts, Number);
  const text = rows.join("\n");
  assert.ok(text.length > 3 << 17, "the text is longer than what is worked on at once");
  for (const pieces of [[1 << 20], [100_000, 1, 63, 64, 65], [997]]) {
    const parsed = parsePieces(`${text}\n`, pieces, { steps, width });
    assert.deepEqual(parsed?.ids, Int32Array.from(ids));
    // As bytes, since the sign of zero matters.
    assert.deepEqual(Buffer.from(parsed!.data.slice().buffer), Buffer.from(expected.buffer));
  }
  assert.deepEqual(parsePieces(text, [50_000], { steps, width })?.data, expected, "without a last line end");
});

test("text that is cut at any place is parsed as it is in one piece", () => {
  const text =
    "7,0,1.000000,-2.500000\n7,1,.250000,33.000000\n12,0,4.000000,5.000000\n12,1,6.000000,7.000000\n";
  const expected = Float32Array.of(1, -2.5, 0.25, 33, 4, 5, 6, 7);
  for (let cut = 1; cut < text.length; cut++) {
    const parsed = parsePieces(text, [cut, text.length], { steps: 2, width: 2 });
    assert.deepEqual(parsed, { ids: Int32Array.of(7, 12), data: expected }, `cut at ${cut}`);
  }
});

test("whatever byte stands anywhere, windows or error are those of the general readers", async () => {
  const good = "8,0,0.500000,-2.500000\n8,1,10.000000,0.000000\n";
  const window = "9,0,-0.385814,12.642958\n9,1,7.000000,-123.456789\n";
  const path = await fileOf("");
  let same = 0;
  for (let at = 0; at < window.length; at++) {
    for (const byte of [...Buffer.from(',.-+/0189:eE \r\n"'), 0x7f, 0x80, 0xb0, 0xff, 0]) {
      const changed = Buffer.from(window);
      changed[at] = byte;
      await writeFile(path, Buffer.concat([Buffer.from(`${header}\n${good}`), changed]));
      const expected = await generally(path, 2);
      assert.deepEqual(await bySteps(path, 2), expected, JSON.stringify(changed.toString("latin1")));
      if (typeof expected !== "string") same++;
    }
  }
  assert.ok(same > 100, "many of the changes leave good numbers");
});

const rows = (id: number) => [`${id},0,-1234567.125000,2.000000`, `${id},1,3.000000,-${Math.abs(id)}.500000`];
const files: [what: string, text: string][] = [
  ["rows in order", [header, ...rows(1), ...rows(2)].join("\n")],
  ["line ends at the end", [header, ...rows(1), ...rows(2), "", ""].join("\n")],
  ["CRLF", [header, ...rows(1), ...rows(2), ""].join("\r\n")],
  ["a byte order mark", `\uFEFF${[header, ...rows(1)].join("\n")}`],
  ["ids out of order", [header, ...rows(2), ...rows(1)].join("\n")],
  ["steps out of order", [header, ...rows(1).reverse(), ...rows(2)].join("\n")],
  ["columns out of order", "time,id,b,a\n0,3,1.000000,2.000000\n1,3,4.000000,5.000000\n"],
  ["an id twice", [header, ...rows(1), ...rows(1)].join("\n")],
  ["a missing first step", [header, ...rows(1).slice(1), ...rows(2)].join("\n")],
  ["a missing last step", [header, ...rows(1), ...rows(2).slice(0, 1)].join("\n")],
  ["a step beyond", [header, ...rows(1), "1,2,1.000000,2.000000"].join("\n")],
  ["zeros before an id and a step", `${header}\n007,0,1.000000,2.000000\n007,01,3.000000,4.000000\n`],
  ["the largest id", [header, ...rows(2 ** 31 - 1)].join("\n")],
  ["an id beyond 32 bits", [header, ...rows(2 ** 31)].join("\n")],
  ["an id below zero", [header, ...rows(-4), ...rows(2)].join("\n")],
  ["a cut row", `${header}\n${rows(1).join("\n")}\n2,0,1.000`],
  ["other counts of decimals", `${header}\n5,0,1.5,2\n5,1,1e-3,4.1234567\n`],
  ["eight digits before the point", `${header}\n5,0,12345678.500000,2.000000\n5,1,3.000000,4.000000\n`],
  ["a field longer than what is read at once", `${header}\n5,0,${"7".repeat(300_000)}.000000,2.000000\n`],
  ["a field of many zeros", `${header}\n5,0,${"0".repeat(9000)}.000000,2.000000\n5,1,1.000000,2.000000\n`],
  ["a number beyond float32", `${header}\n5,0,${"9".repeat(50)}.000000,2.000000\n5,1,1.000000,2.000000\n`],
  ["a column more", "id,time,a,b,c\n5,0,1.000000,2.000000,3.000000\n"],
  ["a header only", `${header}\n`],
  ["an empty file", ""],
];
for (const [what, text] of files) {
  test(`${what}: windows or error are those of the general readers`, async () => {
    for (const path of [await fileOf(text), await fileOf(gzipSync(text), "windows.csv.gz")]) {
      assert.deepEqual(await bySteps(path, 2), await generally(path, 2));
    }
  });
}

test("an odd number of columns is read as well", async () => {
  const path = await fileOf("id,time,a\n1,0,1.500000\n1,1,-2.500000\n");
  const read = await readWindows(path, { id: "id", step: "time", steps: 2, values: ["a"] });
  assert.deepEqual(read, { ids: Int32Array.of(1), data: Float32Array.of(1.5, -2.5) });
});

test("a file of ids and steps only gives empty windows", async () => {
  const path = await fileOf("id,time\n1,0\n1,1\n");
  const read = await readWindows(path, { id: "id", step: "time", steps: 2, values: [] });
  assert.deepEqual(read, { ids: Int32Array.of(1), data: new Float32Array(0) });
});

test("an interrupt stops the reading half-way, and progress is told", async () => {
  const steps = 250_000;
  const lines = Array.from({ length: steps }, (_, step) => `${step},1.000000,2.000000`);
  const path = await fileOf(`${header}\n0,${lines.join("\n0,")}\n1,${lines.join("\n1,")}\n`);
  const told: number[] = [];
  const options = { id: "id", step: "time", steps, values };
  const read = await readWindows(path, { ...options, onProgress: (bytes) => told.push(bytes) });
  assert.equal(read.data.length, 2 * steps * 2);
  assert.ok(told.length >= 2 && told.every((bytes, index) => index === 0 || bytes > told[index - 1]));
  const controller = new AbortController();
  let calls = 0;
  const onProgress = () => {
    calls++;
    setImmediate(() => controller.abort());
  };
  const { signal } = controller;
  await assert.rejects(readWindows(path, { ...options, signal, onProgress }), { name: "AbortError" });
  assert.ok(calls >= 1 && calls < told.length, "before the end");
});
