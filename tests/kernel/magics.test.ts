import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { readMagic } from "../../src/kernel/magics";
import { Client } from "./client";

let client: Client;

before(async () => {
  client = await Client.start();
  await client.run(`const known = new Map<string, object>();
Object.assign(globalThis, { [Symbol.for("podium.magics")]: known });
known.set("shout", { run: (body: string, line: string) => line + body.trim().toUpperCase() });
known.set("fail", { run() { throw new RangeError("no"); } });
known.set("wait", { run: () => new Promise(() => {}) });`);
});
after(() => client.stop());

const shown = async (code: string) => {
  const { outputs, reply } = await client.run(code);
  const result = outputs.find(({ type }) => type === "execute_result");
  return result?.content.data["text/plain"] ?? reply.ename ?? "nothing";
};

test("the parts of a cell are its magic's name, the rest of its line and a body with the cell's lines", () => {
  assert.deepEqual(readMagic("%%name a b\ntext\n"), {
    name: "name",
    line: "a b",
    body: "\ntext\n",
    offset: 10,
  });
  assert.deepEqual(readMagic("\n %%name"), { name: "name", line: "", body: "\n", offset: 7 });
  for (const other of ["", "a %%name", "% %name", "%%", "%%1", "x\n%%name"]) {
    assert.equal(readMagic(other), undefined);
  }
});

test("a cell goes to what is registered under its magic's name", async () => {
  assert.equal(await shown("%%shout loud: \nabc"), "loud:ABC");
  assert.equal(await shown("%%fail"), "RangeError");
  assert.equal(await shown("%%nothing"), "TypeScript error");
});

test("a magic that does not listen gives the notebook back at the second interrupt", async () => {
  const running = client.send("%%wait");
  await running.until(({ type }) => type === "execute_input");
  let isOver = false;
  void running.answer.then(() => {
    isOver = true;
  });
  // It may take the first before it runs.
  while (!isOver) {
    await client.interrupt();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal((await running.answer).reply.ename, "KeyboardInterrupt");
  assert.equal(await shown("%%shout\nx"), "X");
});

test("a console asks for an empty line at the end of such a cell", async () => {
  const ask = async (code: string) => (await client.request("is_complete_request", { code }).answer).reply;
  assert.equal((await ask("%%shout\nx")).status, "incomplete");
  assert.equal((await ask("%%shout\nx\n")).status, "complete");
});
