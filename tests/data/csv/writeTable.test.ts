import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { dataFrame } from "../../../src/core/dataFrame";
import { readTable } from "../../../src/data/csv/readTable";
import { writeTable } from "../../../src/data/csv/writeTable";

const folder = mkdtempSync(path.join(tmpdir(), "write-table-"));
test.after(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, "table.csv");

test("a frame comes back as it was written, quotes, line ends and missing values included", async () => {
  const frame = dataFrame({
    id: ["007", "a,b", 'say "hi"', "two\nlines"],
    value: Float64Array.of(0.1, Number.NaN, -1e-7, 1e21),
    팔: ["왼", undefined, " space", "오른"],
  });
  await writeTable(file, frame);
  assert.equal(readFileSync(file, "utf8").split("\n")[0], "id,value,팔");
  const back = await readTable(file, { types: { id: "string" } });
  assert.deepEqual(back.values, frame.values);
  assert.deepEqual(back.columns, frame.columns);
});

test("columns and rows take a template's order", async () => {
  const none = [0, 0, 0];
  const template = dataFrame(
    new Map([
      ["id", [3, 1, 2]],
      ["0", none],
      ["1", none],
    ]),
  );
  const columns = new Map<string, ArrayLike<number>>([
    ["1", Float32Array.of(0.5, 0.25, 0)],
    ["id", Int32Array.of(1, 2, 3)],
    ["0", [0.5, 0.75, 1]],
  ]);
  await writeTable(file, columns, { template });
  assert.equal(readFileSync(file, "utf8"), "id,0,1\n3,1,0\n1,0.5,0.5\n2,0.75,0.25\n");
});

test("what is not the template's is refused, and nothing is written", async () => {
  const template = { id: [1, 2], price: [0, 0] };
  const none = path.join(folder, "none.csv");
  const refused: [table: Record<string, unknown[]>, message: RegExp][] = [
    [{ id: [1, 2] }, /columns must be the template's, id, price, got no price/],
    [{ id: [1, 2], price: [1, 2], more: [1, 2] }, /got more/],
    [{ id: [1], price: [1] }, /each id of the template must be there, got no 2/],
    [{ id: [1, 2, 3], price: [1, 2, 3] }, /each id must be one of the template's, got 3/],
    [{ id: [1, 1], price: [1, 2] }, /each id must come once, got 1 again in row 1/],
    [{ id: [1, 2], price: [1, Number.NaN] }, /must have a value, got none in row 1 of price/],
  ];
  for (const [table, message] of refused)
    await assert.rejects(writeTable(none, table, { template }), message);
  await assert.rejects(writeTable(none, { a: [1], b: [] }), /one length, got 1 of a and 0 of b/);
  await assert.rejects(writeTable(none, {}), /need at least one column, got none/);
  assert.ok(!existsSync(none));
});
