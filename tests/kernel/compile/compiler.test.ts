import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import test from "node:test";

const root = path.join(__dirname, "..", "..", "..");

test("a cell under way fails when the compiler's thread ends, and the next one gets another that knows the earlier cells", () => {
  // In a process of its own: threads start from TypeScript only where the whole process does so by require.
  const script = `
    const { Compiler } = require("./src/kernel/compile/compiler");
    async function main() {
      const compiler = new Compiler("declare const given: number;", []);
      const lost = compiler.compile(1, 1, "const lost = given;");
      compiler.close();
      const reason = await lost.catch((error) => error.message);
      compiler.next = await compiler.compile(2, 2, "const found = given;");
      const { output } = compiler.convert();
      await compiler.end(compiler.next);
      compiler.close();
      const refused = await compiler.compile(3, 3, "found.toFixed() + found.nothing");
      const [{ messageText }] = refused.diagnostics;
      const declared = [await compiler.declares("found"), await compiler.declares("lost")];
      console.log(JSON.stringify({ reason, output, messageText, declared }));
      compiler.close();
    }
    void main();`;
  const printed = execFileSync(
    process.execPath,
    ["--require", require.resolve("tsx/cjs"), "--eval", script],
    { cwd: root, encoding: "utf8" },
  );
  const { reason, output, messageText, declared } = JSON.parse(printed);
  assert.equal(reason, "Cannot compile: the compiler's thread ended");
  assert.match(output, /found = __names__\.given;/);
  assert.equal(messageText, "Property 'nothing' does not exist on type 'number'.");
  assert.deepEqual(declared, [true, false]);
});
