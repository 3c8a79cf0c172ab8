import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { Client, type ClientOptions } from "../client";

// A notebook's folder with modules that the kernel is told to expect.
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "expected-")));
for (const [name, code] of [
  ["sound", "globalThis.soundLoads = (globalThis.soundLoads ?? 0) + 1;\nexports.value = 5;"],
  ["broken", "throw new RangeError('not today');"],
]) {
  const place = path.join(folder, "node_modules", name);
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, "index.js"), code);
  writeFileSync(path.join(place, "index.d.ts"), "export declare const value: number;");
}
after(() => rmSync(folder, { recursive: true, force: true }));

const start = (options: ClientOptions = {}) =>
  Client.start({ directory: folder, environment: { PODIUM_PRELOAD: "broken,sound" }, ...options });
const loads = "(globalThis as any).soundLoads";

async function textOf(client: Client, code: string): Promise<string> {
  const { outputs } = await client.run(code);
  return outputs.at(-1)?.content.data?.["text/plain"].replaceAll(/\s/g, "");
}

test("expected modules are loaded once by a first cell that imports them, and a broken one is that cell's error", async (context) => {
  const client = await start();
  context.after(() => client.stop());
  assert.equal(await textOf(client, `import { value } from "sound";\n[value, ${loads}]`), "[5,1]");
  const { reply } = await client.run(`import * as broken from "broken";\nbroken`);
  assert.deepEqual([reply.ename, reply.evalue], ["RangeError", "not today"]);
  assert.equal(await textOf(client, `import * as sound from "sound";\n[sound.value, ${loads}]`), "[5,1]");
});

test("the thread that runs cells gets by without TypeScript", async (context) => {
  const client = await start();
  context.after(() => client.stop());
  const files = "Object.keys((globalThis as any).__tslab__.require.cache)";
  const count = (name: string) =>
    textOf(client, `${files}.filter((file) => file.includes("${name}")).length`);
  assert.equal(await count("typescript-for-tslab"), "0");
  assert.notEqual(await count("tslab/dist/executor"), "0");
});

test("expected modules are loaded while nothing runs, but not for a console, where Enter must be answered", async (context) => {
  const [notebook, console] = [await start(), await start({ asksForHistory: true })];
  context.after(() => Promise.all([notebook.stop(), console.stop()]));
  let seen: string | undefined;
  while (seen !== "1") {
    seen = await textOf(notebook, `String(${loads})`).then((text) => text.replace(/\D/g, ""));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.match(await textOf(console, `String(${loads})`), /undefined/);
});
