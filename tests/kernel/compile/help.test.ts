import assert from "node:assert/strict";
import test from "node:test";
import { quickCompletions } from "../../../src/kernel/compile/quickCompletions";
import { Client } from "../client";
import { Notebook } from "./notebook";

const notebook = new Notebook();
notebook.compiler.compile(`import * as podium from "podium";
interface TrimOptions {
  /** How many. Default 2. */
  count?: number;
  side: "left" | "right";
}
/**
 * Trims a text.
 *
 * @param text what is
 *   trimmed
 * @returns the rest
 * @throws {RangeError} if \`count\` is negative
 * @example
 * trim("abc", { side: "left" }); // "c"
 */
function trim(text: string, options: TrimOptions): string { return text; }
const offset = { activation: "relu" } as { activation: "relu" | "tanh" };`);
notebook.compiler.end();

/** Completions where the mark \`|\` stands. */
function complete(marked: string): string[] {
  const position = marked.lastIndexOf("|");
  const source = marked.slice(0, position) + marked.slice(position + 1);
  return notebook.compiler.complete(source, position).candidates;
}

test("inspection is Markdown with every option, what is returned and thrown, and one example", () => {
  const inspection = notebook.compiler.inspect("trim", 2);
  assert.equal(
    inspection?.["text/markdown"],
    `\`\`\`typescript
function trim(text: string, options: TrimOptions): string
\`\`\`

Trims a text.

**Parameters**

- \`text\`: what is trimmed

**Options**

- \`count?: number\`: How many. Default 2.
- \`side: "left" | "right"\`

**Returns**

- the rest

**Throws**

- \`RangeError\`: if \`count\` is negative

**Example**

\`\`\`typescript
trim("abc", { side: "left" }); // "c"
\`\`\``,
  );
  assert.match(inspection?.["text/plain"] ?? "", /Options:\n {2}count\?: number: How many\. Default 2\.\n/);
  assert.equal(notebook.compiler.inspect("   ", 1), undefined);
});

test("options of a function of podium are listed with their defaults", () => {
  const source = "podium.validate.kFold";
  const text = notebook.compiler.inspect(source, source.length - 1)?.["text/markdown"] ?? "";
  assert.match(text, /^```typescript\nfunction kFold\(.*\n```\n/);
  assert.match(text, /- `folds\?: number`: How many folds\. Default 5\./);
});

test("paths, packages and texts complete", () => {
  assert.deepEqual(complete('import "./tests/kern|"'), ["kernel"]);
  assert.ok(complete('import { it } from "./tests/kernel/|').includes("client"));
  assert.ok(complete('import * as podium from "pod|"').includes("podium"));
  assert.deepEqual(complete('offset.activation = "ta|"'), ["tanh"]);
});

test("a name of another library completes to ours", () => {
  assert.deepEqual(complete("podium.metrics.accuracy_sc|"), ["accuracy"]);
  assert.ok(complete("train_test_sp|").includes("podium.validate.stratifiedKFold"));
  assert.deepEqual(complete("offset.accuracy_sc|"), []);
});

test("names that begin as typed come before those that hold it", () => {
  const names = complete("podium.train.ada|");
  assert.deepEqual(names.slice(0, 2), ["adam", "adamw"]);
});

test("before types are read names complete by their values, and no getter runs", () => {
  const values = {
    table: {
      rows: [1],
      get side(): number {
        throw new Error("asked");
      },
    },
    library: Object.defineProperty({ __esModule: true }, "stage", { get: () => ({ load() {} }) }),
  };
  const quick = (source: string) => quickCompletions(source, source.length, values).candidates;
  assert.deepEqual(quick("tab"), ["table"]);
  assert.deepEqual(quick("table. "), ["rows", "side"]);
  assert.deepEqual(quick("table.side.to"), []);
  assert.deepEqual(quick("table.rows.fla"), ["flat", "flatMap"]);
  assert.deepEqual(quick("library.stage.lo"), ["load"]);
  assert.deepEqual(quick("Math.hy"), ["hypot"]);
  assert.deepEqual(quick("const threshold = 1; thr"), ["threshold"]);
  assert.ok(quick('import * as assertions from "node:assert"; assertions.').length === 0);
});

test("the first completion of a new kernel is answered while it reads types", async (context) => {
  const client = await Client.start();
  context.after(() => client.stop());
  const { reply } = await client.request("complete_request", { code: "Math.hyp", cursor_pos: 8 }).answer;
  assert.deepEqual(reply.matches, ["hypot"]);
  assert.deepEqual([reply.cursor_start, reply.cursor_end], [5, 8]);
});
