import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { randomSource } from "../../../src/core/random";
import { readLines } from "../../../src/data/csv/lines";

test("lines are whole and numbered wherever pieces of reading divide them, plain and gzipped", async () => {
  const random = randomSource(4);
  const lines = Array.from({ length: 3000 }, (_, line) =>
    String(line).repeat(line === 1500 ? 1_300_000 : random.integer(0, 1500)),
  );
  const text = lines.map((line, index) => `${line}${index % 2 ? "\r\n" : "\n"}`).join("");
  assert.ok(text.length > 12_000_000);
  const folder = await mkdtemp(join(tmpdir(), "podium-lines-"));
  const [plain, packed] = [join(folder, "a.csv"), join(folder, "a.csv.gz")];
  await writeFile(plain, `${text}the end`);
  await writeFile(packed, gzipSync(`${text}the end`, { level: 1 }));
  const expected = [...lines, "the end"];
  const filled = expected.flatMap((line, index) => (line === "" ? [] : [index + 1]));
  for (const path of [plain, packed]) {
    const numbers: number[] = [];
    for await (const { bytes, line } of readLines(path)) {
      numbers.push(line);
      assert.ok(bytes.toString("latin1") === expected[line - 1], `line ${line} of ${path}`);
    }
    assert.deepEqual(numbers, filled);
  }
});
