import assert from "node:assert/strict";
import test from "node:test";
import { rowFunctions } from "../../src/data/csv/rowFunctions";

test("more memory than WebAssembly can have is refused in words that help", () => {
  assert.throws(() => rowFunctions(2 ** 32 + 1), {
    name: "RangeError",
    message: /must fit in 4 GiB of WebAssembly memory, got 4.0 GiB; take fewer samples or columns/,
  });
  assert.equal(rowFunctions(70_000).memory.byteLength, 2 * 65_536);
});
