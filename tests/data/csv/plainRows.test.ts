import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { compileWebAssembly } from "../../compileWebAssembly";

test("the committed module is what its source compiles to", async () => {
  const { path, text } = await compileWebAssembly("data/csv/plainRows");
  assert.equal(await readFile(path, "utf8"), text);
});
