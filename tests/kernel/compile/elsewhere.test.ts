import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { Client } from "../client";

// A kernel whose notebook lies in a folder without any package.
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "elsewhere-")));
let client: Client;

before(async () => {
  client = await Client.start({ directory: folder });
});
after(async () => {
  await client?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function completions(code: string): Promise<string[]> {
  const cursor_pos = code.indexOf("|");
  const content = { code: code.replace("|", ""), cursor_pos };
  return (await client.request("complete_request", content).answer).reply.matches;
}

test("a file that an import did not find is found once it is there", async () => {
  const code = `import { width } from "./later";\nwidth`;
  const answer = await client.run(code);
  assert.match(answer.outputs[0].content.traceback.join("\n"), /Cannot find module '.\/later'/);
  writeFileSync(path.join(folder, "later.ts"), "export const width = 12;\n");
  const again = await client.run(code);
  assert.equal(again.outputs[0].content.data?.["text/plain"].replaceAll(/[^\d]/g, ""), "12");
});

test("podium's namespaces, functions and options complete and tell their documentation", async () => {
  assert.equal((await client.run(`import * as podium from "podium";`)).reply.status, "ok");
  assert.ok((await completions("podium.tr|")).includes("train"));
  assert.ok((await completions("podium.validate.stratified|")).includes("stratifiedKFold"));
  assert.ok((await completions("podium.validate.stratifiedKFold([], { shu| });")).includes("shuffle"));

  const code = "podium.validate.stratifiedKFold";
  const { reply } = await client.request("inspect_request", { code, cursor_pos: code.length - 2 }).answer;
  assert.equal(reply.found, true);
  assert.match(reply.data["text/plain"], /function stratifiedKFold\(/);
  // Not the signature alone: the sentence above it in the source.
  assert.match(reply.data["text/plain"], /hold every class in equal share/);
  const node = await client.request("inspect_request", { code: "process.env", cursor_pos: 9 }).answer;
  assert.match(node.reply.data["text/plain"], /returns an object containing the user environment/);
});

test("paths complete within an import, also before types are read, and hidden folders are left out", async (context) => {
  writeFileSync(path.join(folder, "helpers.ts"), "export const one = 1;\n");
  mkdirSync(path.join(folder, "parts"), { recursive: true });
  mkdirSync(path.join(folder, ".hidden"), { recursive: true });
  writeFileSync(path.join(folder, "parts", "wheel.ts"), "export const two = 2;\n");
  const fresh = await Client.start({ directory: folder });
  context.after(() => fresh.stop());
  const ask = async (code: string) => {
    const cursor_pos = code.indexOf("|");
    return (await fresh.request("complete_request", { code: code.replace("|", ""), cursor_pos }).answer)
      .reply;
  };
  for (let round = 0; round < 2; round++) {
    const all = (await ask('import { one } from "./|')).matches;
    assert.ok(all.includes("helpers") && all.includes("parts") && !all.includes(".hidden"), all);
    const inner = await ask('import "./parts/wh|"');
    assert.deepEqual([inner.matches, inner.cursor_start], [["wheel"], 16]);
    assert.deepEqual((await ask('require("./nowhere/|')).matches, []);
    await fresh.run("1");
  }
});
