import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { mkdtemp, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { atomicWrite, writeFileAtomic } from "../../src/core/atomicFile";
import { forEachConcurrent } from "../../src/core/concurrency";
import { summaryBundle } from "../../src/core/display";
import { randomSource } from "../../src/core/random";
import { writeDecimal } from "../../src/data/csv/decimal";
import { splitLine } from "../../src/data/csv/lines";
import { readNumberTable } from "../../src/data/csv/numberTable";
import { integerColumn, readTextTable } from "../../src/data/csv/textTable";
import { requireFile } from "../../src/data/folder";
import { writeSampleFolder } from "../../src/data/sampleFolder";

const folder = () => mkdtemp(join(tmpdir(), "podium-files-"));

test("a file whose writing fails keeps what it held, and nothing is left beside it", async () => {
  const path = join(await folder(), "deep/scores.json");
  await writeFileAtomic(path, "old");
  async function* broken() {
    yield "new";
    throw new Error("disk on fire");
  }
  await assert.rejects(writeFileAtomic(path, broken()), /disk on fire/);
  await assert.rejects(writeFileAtomic(path, "new", { signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.equal(await readFile(path, "utf8"), "old");
  assert.deepEqual(await readdir(join(path, "..")), ["scores.json"]);
  await writeFileAtomic(path, ["ne", Buffer.from("w")]);
  assert.equal(await readFile(path, "utf8"), "new");
});

test("a folder keeps no partial file of a writer that was killed", async () => {
  // Source: yvgude/lean-ctx#958, bloknayrb/tandem#1850: such files stay for ever.
  const path = join(await folder(), "scores.json");
  const script = `
    const { AtomicFile } = require("${join(__dirname, "../../src/core/atomicFile")}");
    const file = new AtomicFile(${JSON.stringify(path)});
    file.write("half");
    process.kill(process.pid, "SIGKILL");`;
  const { signal } = spawnSync(process.execPath, ["--import", "tsx", "--eval", script]);
  assert.equal(signal, "SIGKILL");
  const left = await readdir(join(path, ".."));
  assert.equal(left.length, 1);
  assert.match(left[0], /^\.scores\.json\.\d+-1@.+\.part$/);
  const others = [
    ".other.json.1-1@another-machine.part",
    `.own.json.${process.ppid}-1@${hostname()}.part`,
    ".mine.part",
  ];
  for (const name of others) await writeFile(join(path, "..", name), "");
  await writeFileAtomic(path, "whole");
  assert.deepEqual((await readdir(join(path, ".."))).sort(), [...others, "scores.json"].sort());
});

test("a partial file of long ago goes, on whatever machine it was begun", async () => {
  const path = join(await folder(), "scores.json");
  const old = join(path, "..", ".scores.json.1-1@another-machine.part");
  await writeFile(old, "");
  await utimes(old, 0, 0);
  atomicWrite(path, "whole");
  assert.deepEqual(await readdir(join(path, "..")), ["scores.json"]);
});

test("what the system refuses to write names the file and why", async (t) => {
  const path = join(await folder(), "deep", "scores.json");
  await writeFileAtomic(path, "old");
  // Source: ROCm/rocm-cli#165: each try on a full disk left a file of its own.
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
    syscall: "write",
  });
  const mock = t.mock.method(fs, "writeSync", () => {
    throw full;
  });
  const wanted = { code: "ENOSPC", message: `Cannot write ${path}: no space is left on the disk (ENOSPC)` };
  await assert.rejects(writeFileAtomic(path, "new"), wanted);
  assert.throws(() => atomicWrite(path, "new"), wanted);
  mock.mock.restore();
  assert.deepEqual(await readdir(join(path, "..")), ["scores.json"]);
  await assert.rejects(writeFileAtomic(join(path, "below"), "new"), {
    message: `Cannot write ${join(path, "below")}: a file is in the place of its folder (EEXIST)`,
  });
  await assert.rejects(
    writeFileAtomic(join(path, ".."), "new"),
    /Cannot write .*deep: it is a directory \(EISDIR\)/,
  );
});

test("an interrupt is heard while a long text is written", async () => {
  const path = join(await folder(), "long.csv");
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 1);
  function* endless() {
    while (true) yield "row\n";
  }
  await assert.rejects(writeFileAtomic(path, endless(), { signal: stop.signal }), { name: "AbortError" });
  assert.deepEqual(await readdir(join(path, "..")), []);
});

test("concurrent work does each item once, with no more under way than asked", async () => {
  const done = new Array<number>(50).fill(0);
  let underWay = 0;
  let most = 0;
  await forEachConcurrent(
    50,
    async (index) => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      done[index]++;
      underWay--;
    },
    { concurrency: 4 },
  );
  assert.ok(done.every((count) => count === 1));
  assert.equal(most, 4);
});

test("concurrent work starts nothing more after a failure or an abort", async () => {
  let started = 0;
  const fail = async (index: number) => {
    started++;
    if (index === 5) throw new RangeError("item 5");
    await new Promise((resolve) => setImmediate(resolve));
  };
  await assert.rejects(forEachConcurrent(1000, fail, { concurrency: 3 }), {
    name: "RangeError",
    message: "item 5",
  });
  assert.ok(started < 20);
  const controller = new AbortController();
  const abort = async (index: number) => {
    started = index;
    if (index === 7) controller.abort();
  };
  await assert.rejects(forEachConcurrent(1000, abort, { signal: controller.signal }), { name: "AbortError" });
  assert.ok(started < 20);
});

test("lines divide at commas outside quotes", () => {
  assert.deepEqual(splitLine('1,"Curl, left","say ""hi""",'), ["1", "Curl, left", 'say "hi"', ""]);
  assert.deepEqual(splitLine(""), [""]);
  assert.deepEqual(splitLine('""'), [""]);
});

test("a small table takes byte order mark, CRLF and quotes with commas and line ends", async () => {
  const path = join(await folder(), "labels.csv");
  await writeFile(path, '\uFEFFid,name\r\n3,"a, ""b""\r\nc"\r\n\r\n-4,운동\r\n');
  const table = await readTextTable(path, { columns: ["id"] });
  assert.deepEqual(table.columns, ["id", "name"]);
  assert.deepEqual(table.rows, [
    ["3", 'a, "b"\r\nc'],
    ["-4", "운동"],
  ]);
  assert.deepEqual(table.lines, [2, 5]);
  assert.deepEqual(integerColumn(table, "id"), Int32Array.of(3, -4));
});

test("a malformed small table is refused with file and line", async () => {
  const path = join(await folder(), "labels.csv");
  const refusals: [text: string, message: RegExp][] = [
    ["", /labels\.csv: .*an empty file/],
    ["name\na\n", /labels\.csv:1: the header must name id, got name/],
    ["id,id\n1,2\n", /labels\.csv:1: the header must name "id" once/],
    ["id,name\n1,a\n2\n", /labels\.csv:3: the header names 2 columns, got 1 fields/],
    ['id,name\n1,"a\n2,b\n', /labels\.csv:2: a quote must be closed/],
  ];
  for (const [text, message] of refusals) {
    await writeFile(path, text);
    await assert.rejects(readTextTable(path, { columns: ["id"] }), { name: "SyntaxError", message });
  }
  await writeFile(path, "id,name\n1,a\n2.5,b\n");
  const table = await readTextTable(path);
  assert.throws(() => integerColumn(table, "id"), {
    name: "SyntaxError",
    message: /labels\.csv:3: column id must be a whole number, got "2\.5"/,
  });
  assert.throws(() => integerColumn(table, "nr"), {
    name: "RangeError",
    message: /has the columns id, name/,
  });
});

test("decimals are written as toFixed(6) writes them", () => {
  const random = randomSource(2);
  const bytes = Buffer.alloc(32);
  const written = (value: number) => bytes.toString("latin1", 0, writeDecimal(bytes, 0, value));
  for (let i = 0; i < 5000; i++) {
    const value = Math.fround(random.normal() * 10 ** random.integer(-7, 6));
    // A value that six decimals cannot tell from zero is written without a sign.
    assert.equal(written(value), value.toFixed(6).replace(/^-(0\.0+)$/, "$1"));
  }
  assert.equal(written(999999999), "999999999.000000");
  assert.equal(written(0.9999999), "1.000000");
  assert.equal(written(0), "0.000000");
});

test("a missing file is named, with what the folder holds", async () => {
  const directory = await folder();
  await writeFile(join(directory, "other.txt"), "");
  await assert.rejects(
    requireFile(directory, ["a.csv", "a.csv.gz"]),
    /it must hold a\.csv or a\.csv\.gz, got other\.txt/,
  );
  await assert.rejects(
    requireFile(join(directory, "none"), ["a.csv"]),
    /the folder must exist and be readable, got ENOENT/,
  );
});

test("summaries escape what comes from data", () => {
  const bundle = summaryBundle("<b>", [["name & more", '<img src="x">']]);
  assert.ok(!bundle["text/html"].includes("<img"));
  assert.ok(bundle["text/html"].includes("<b>&lt;b&gt;</b>"));
  assert.equal(bundle["text/plain"], '<b>\n  name & more  <img src="x">');
});

test("a sample folder is written once, resumed when cut off, and never over another one or other files", async () => {
  const directory = await folder();
  const calls: boolean[] = [];
  const write = async (resumed: boolean) => {
    calls.push(resumed);
    await writeFile(join(directory, "data.txt"), "data");
  };
  await assert.rejects(
    writeSampleFolder(directory, { seed: 1 }, async () => {
      throw new Error("stopped");
    }),
    /stopped/,
  );
  assert.deepEqual(await readdir(directory), ["sample.part.json"]);
  await writeSampleFolder(directory, { seed: 1 }, write);
  await writeSampleFolder(directory, { seed: 1 }, write);
  assert.deepEqual(calls, [true]);
  await writeFile(join(directory, "thesis.txt"), "years");
  await assert.rejects(
    writeSampleFolder(directory, { seed: 2 }, write),
    /must be empty or hold the sample of \{ "seed": 2 \}, got that of \{ "seed": 1 \}/,
  );
  assert.deepEqual(calls, [true]);
  assert.deepEqual((await readdir(directory)).sort(), ["data.txt", "sample.json", "thesis.txt"]);

  const foreign = await folder();
  await writeFile(join(foreign, "train_labels.csv"), "");
  await assert.rejects(
    writeSampleFolder(foreign, { seed: 1 }, write),
    /must be empty or hold sample data, got train_labels\.csv/,
  );
});

test("text that is not UTF-8 is refused with its line, and how to convert it", async () => {
  // pola-rs/polars#7461: cp949 of Korean Excel became names that cannot be told apart.
  const path = join(await mkdtemp(join(tmpdir(), "podium-csv-")), "labels.csv");
  const head = Buffer.from("id,name\n0,a\n1,");
  for (const name of [
    Buffer.of(0xbf, 0xee, 0xb5, 0xbf),
    Buffer.of(0x63, 0x61, 0x66, 0xe9),
    Buffer.of(0x61, 0),
  ]) {
    await writeFile(path, Buffer.concat([head, name, Buffer.from("\n2,b\n")]));
    await assert.rejects(readTextTable(path), {
      name: "SyntaxError",
      message: /labels\.csv:3: .*iconv -f cp949/,
    });
  }
  await writeFile(path, Buffer.from("\uFEFFid,name\n", "utf16le"));
  await assert.rejects(readTextTable(path), /labels\.csv:1: text must be UTF-8/);
  await assert.rejects(readNumberTable(path), /labels\.csv:1: text must be UTF-8/);
});

test("a quote that does not begin or end a field is refused with its line", async () => {
  // NVIDIA/cudf#2398, #11948: rows between two such quotes were taken for one.
  const path = join(await mkdtemp(join(tmpdir(), "podium-csv-")), "table.csv");
  await writeFile(path, 'id,name\n1,"5"" pipe"\n2,"a ""b""\nc"\n3,\n4,""\n');
  const { rows, lines } = await readTextTable(path);
  assert.deepEqual(rows, [
    ["1", '5" pipe'],
    ["2", 'a "b"\nc'],
    ["3", ""],
    ["4", ""],
  ]);
  assert.deepEqual(lines, [2, 3, 5, 6]);
  for (const field of ['5" pipe', '"5"6', '"5" ', ' "5"']) {
    await writeFile(path, `id,name\n1,a\n2,${field}\n3,${field}\n`);
    await assert.rejects(readTextTable(path), /table\.csv:3: a quote must begin or end a field/, field);
    await assert.rejects(readNumberTable(path), /table\.csv:2: column name must be a finite number/);
    await writeFile(path, `id,name\n2,${field}\n`);
    await assert.rejects(readNumberTable(path), /table\.csv:2: a quote must begin or end a field/, field);
  }
});
