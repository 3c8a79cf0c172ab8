import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { gzipSync } from "node:zlib";
import { readLines } from "../../src/data/csv/lines";
import { readNumberTable } from "../../src/data/csv/numberTable";
import { readWindows } from "../../src/data/csv/readWindows";
import { readTextTable } from "../../src/data/csv/textTable";
import { readNpy, writeNpy } from "../../src/data/npy";
import { readFrames } from "../../src/data/readFrames";
import { readSafetensors, writeSafetensors } from "../../src/data/safetensors";
import { readTar } from "../../src/data/tar";
import { openTensorFile } from "../../src/data/tensorFile";
import { loadCheckpoint } from "../../src/train";

const folder = mkdtempSync(path.join(tmpdir(), "podium-regular-"));
after(() => rmSync(folder, { recursive: true }));

async function drain(pieces: AsyncIterable<unknown>): Promise<void> {
  for await (const piece of pieces) assert.ok(piece);
}

type Reader = (file: string, signal?: AbortSignal) => Promise<unknown>;
const windows = { id: "id", step: "t", steps: 1, values: ["a", "b"] };
/** Every reader of a file, by the name of the file that it reads. */
const readers: [name: string, read: Reader][] = [
  ["table.csv", (file, signal) => readNumberTable(file, { signal })],
  ["table.csv.gz", (file, signal) => readNumberTable(file, { signal })],
  ["table.csv", (file, signal) => readTextTable(file, { signal })],
  ["table.csv", (file, signal) => drain(readLines(file, { signal }))],
  ["table.csv", (file, signal) => readWindows(file, { ...windows, signal })],
  ["table.csv.gz", (file, signal) => readWindows(file, { ...windows, signal })],
  ["small.tar", (file, signal) => drain(readTar(file, { signal }))],
  ["small.tgz", (file, signal) => drain(readTar(file, { signal }))],
  ["array.npy", (file, signal) => readNpy(file, { signal })],
  ["array.npy", (file, signal) => readFrames([file], { shape: [2, 2, 1], signal })],
  ["a.safetensors", async (file) => readSafetensors(file)],
  ["a.safetensors", async (file) => openTensorFile(file)],
  ["a.safetensors", async (file) => loadCheckpoint(file)],
];

test("every reader refuses what is no file, at once and by its name", async () => {
  mkdirSync(path.join(folder, "odd"));
  for (const [name, read] of readers) {
    const file = path.join(folder, "odd", name);
    mkdirSync(file);
    await assert.rejects(read(file), { message: new RegExp(`Cannot read ${file}: it .* a directory`) });
    rmSync(file, { recursive: true });
    execFileSync("mkfifo", [file]);
    await assert.rejects(read(file), {
      message: `Cannot read ${file}: it must be a regular file, got a named pipe`,
    });
    rmSync(file);
    await assert.rejects(read(file), {
      code: "ENOENT",
      message: `Cannot read ${file}: there is no such file or directory (ENOENT)`,
    });
  }
});

test("files over 2 GiB are refused by name and size where they are another than they say", async () => {
  for (const name of ["array.npy", "a.safetensors"]) {
    const file = path.join(folder, name);
    await writeNpy(file, { data: new Uint8Array(4), shape: [2, 2, 1] });
    truncateSync(file, 5 * 2 ** 30);
    for (const [of, read] of readers) {
      if (of === name)
        await assert.rejects(read(file), { message: new RegExp(`Cannot read ${file}: .*\\d{4,}`) });
    }
    rmSync(file);
  }
});

const openFiles = () => readdirSync("/proc/self/fd").length;

test("no reader leaves a file open, whether it reads, fails or is stopped", async () => {
  const text = `id,t,a,b\n${Array.from({ length: 400_000 }, (_, i) => `${i},0,1.500000,2.500000\n`).join("")}`;
  writeFileSync(path.join(folder, "table.csv"), text);
  writeFileSync(path.join(folder, "table.csv.gz"), gzipSync(text, { level: 1 }));
  execFileSync("tar", ["-C", folder, "-cf", path.join(folder, "small.tar"), "table.csv"]);
  execFileSync("tar", ["-C", folder, "-czf", path.join(folder, "small.tgz"), "table.csv"]);
  await writeNpy(path.join(folder, "array.npy"), { data: new Uint8Array(4), shape: [2, 2, 1] });
  const values = { data: new Float32Array(4), shape: [2, 2] };
  writeSafetensors(path.join(folder, "a.safetensors"), { tensors: { values } });
  mkdirSync(path.join(folder, "bad"));
  for (const [name, read] of readers) {
    const bad = path.join(folder, "bad", name);
    writeFileSync(bad, "no such file, whatever it should be\n");
    const before = openFiles();
    for (let turn = 0; turn < 3; turn++) {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), turn);
      await read(path.join(folder, name), stop.signal).catch(() => undefined);
      await read(bad).catch(() => undefined);
    }
    // Streams close their files a turn of the event loop later.
    for (let turn = 0; turn < 100 && openFiles() > before; turn++)
      await new Promise((done) => setTimeout(done, 5));
    assert.ok(openFiles() <= before, `${name} by ${read}`);
  }
});

test("reading is stopped by the signal, and says so", async () => {
  for (const [name, read] of readers.slice(0, 9)) {
    await assert.rejects(
      read(path.join(folder, name), AbortSignal.abort()),
      { name: "AbortError" },
      `${read}`,
    );
  }
});
