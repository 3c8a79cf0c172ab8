import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { readCheckedJson, writeCheckedJson } from "../../src/data/checkedJson";

const folder = mkdtempSync(path.join(tmpdir(), "podium-checked-json-"));
after(() => rmSync(folder, { recursive: true }));

test("an object is read as it was written, and is JSON for everybody", () => {
  const file = path.join(folder, "deep", "run.json");
  const value = { name: "운동 $1 $$", seeds: [0, 1], inner: { rate: 1e-3 }, crc: '"crc32": "' };
  writeCheckedJson(file, value);
  assert.deepEqual(readCheckedJson(file), value);
  const { crc32, ...read } = JSON.parse(readFileSync(file, "utf8"));
  assert.match(crc32, /^\d{10}$/);
  assert.deepEqual(read, value);
});

test("a changed byte anywhere, and another file, are refused by name", () => {
  const file = path.join(folder, "run.json");
  writeCheckedJson(file, { name: "a", epochs: 12 });
  const whole = readFileSync(file);
  const refused = { name: "SyntaxError", message: new RegExp(`Cannot read ${file}: .*damaged`) };
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged[at] ^= 1 << (at % 8);
    writeFileSync(file, damaged);
    assert.throws(() => readCheckedJson(file), refused, `byte ${at}`);
  }
  for (const text of ["", "{}", "null", whole.toString().slice(0, -1), `${whole} `]) {
    writeFileSync(file, text);
    assert.throws(() => readCheckedJson(file), refused);
  }
  assert.throws(
    () => readCheckedJson(path.join(folder, "none")),
    /Cannot read .*none: there is no such file/,
  );
});
