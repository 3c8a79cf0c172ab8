import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { firstUnits, lastUnits, shortText } from "../../src/core/text";
import { readTable } from "../../src/data/csv/readTable";
import { magnitude } from "../../src/features/series/combine";

const halves = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const text = "a🙂é🙂🙂b";

test("a text is cut between characters, wherever it is cut", () => {
  for (let units = 0; units <= text.length + 2; units++) {
    const first = firstUnits(text, units);
    const last = lastUnits(text, units);
    assert.ok(
      text.startsWith(first) && first.length <= units && first.length >= Math.min(units, text.length) - 1,
    );
    assert.ok(text.endsWith(last) && last.length <= units && last.length >= Math.min(units, text.length) - 1);
    for (const part of [first, last, shortText(text, units)]) assert.doesNotMatch(part, halves);
  }
  assert.equal(shortText(text, text.length), text);
  assert.equal(shortText(text, 4), "a🙂…");
});

test("what a cut text ends up in is whole: errors of tables, names of channels", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "text-"));
  const file = path.join(folder, "a.csv");
  for (const shift of ["", "x"]) {
    const name = `${shift}${"🙂".repeat(60)}`;
    writeFileSync(file, `${name},${name}\n1,2\n`);
    await assert.rejects(
      readTable(file),
      (error: Error) => !halves.test(error.message) && !/\\ud83d/.test(error.message),
    );
  }
  rmSync(folder, { recursive: true });
  const source = { data: new Float32Array(4), shape: [1, 1, 2] as const, channels: ["acc_🙂", "acc_🙃"] };
  assert.equal(magnitude(source as never).channels.at(-1), "acc.magnitude");
});
