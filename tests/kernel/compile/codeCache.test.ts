import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { afterEach, beforeEach } from "node:test";
import { loadCached } from "../../../src/kernel/compile/codeCache";

let folder: string;
let file: string;
let cache: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "code-"));
  file = path.join(folder, "module.js");
  cache = path.join(folder, "cache", "module.code");
  writeFileSync(path.join(folder, "other.js"), "exports.sum = (a, b) => a + b;");
  writeFileSync(file, source("total"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function source(name: string): string {
  return `const { sum } = require("./other.js");\nexports.${name} = (...all) => all.reduce(sum);\nexports.place = [__filename, __dirname];\n`;
}

/** Loads as a process would that has not yet. */
function load(): { used: boolean; exports: Record<string, unknown>; keep(): void } {
  delete require.cache[file];
  const loaded = loadCached(file, cache);
  return { used: loaded.used, keep: loaded.keep, exports: require(file) };
}

test("a module's code is kept and used again, and the module is the same", () => {
  const first = load();
  assert.equal((first.exports.total as (...all: number[]) => number)(1, 2, 3), 6);
  first.keep();
  const second = load();
  assert.deepEqual([first.used, second.used], [false, true]);
  assert.equal((second.exports.total as (...all: number[]) => number)(1, 2, 3), 6);
  assert.deepEqual(second.exports.place, [file, path.dirname(file)]);
  assert.deepEqual(readdirSync(path.dirname(cache)), ["module.code"]);
});

test("code of another source is not used, and replaced", () => {
  load().keep();
  writeFileSync(file, source("added"));
  const changed = load();
  assert.equal(changed.used, false);
  assert.deepEqual(Object.keys(changed.exports), ["added", "place"]);
  changed.keep();
  assert.equal(load().used, true);
});

test("damaged code is not used: changed anywhere, cut, or empty", () => {
  load().keep();
  const whole = readFileSync(cache);
  for (const place of [0, 40, whole.length >> 1, whole.length - 1]) {
    const damaged = Buffer.from(whole);
    damaged[place] ^= 1;
    writeFileSync(cache, damaged);
    assert.equal(load().used, false, `byte ${place}`);
  }
  for (const length of [0, 20, whole.length - 8]) {
    writeFileSync(cache, whole.subarray(0, length));
    assert.equal(load().used, false, `${length} bytes`);
  }
  load().keep();
  assert.equal(load().used, true);
});

test("where code cannot be kept the module works without", () => {
  mkdirSync(cache, { recursive: true });
  const loaded = load();
  loaded.keep();
  assert.deepEqual([loaded.used, load().used], [false, false]);
  assert.equal((loaded.exports.total as (...all: number[]) => number)(4, 5), 9);
});

test("a module that fails to load says so, and is tried again", () => {
  writeFileSync(file, "throw new RangeError('not today');");
  assert.throws(load, /not today/);
  writeFileSync(file, source("total"));
  assert.ok("total" in load().exports);
});
