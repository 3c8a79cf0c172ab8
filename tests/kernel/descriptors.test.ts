import assert from "node:assert/strict";
import { once } from "node:events";
import test, { after, before } from "node:test";
import { type Answer, Client } from "./client";

let client: Client;

before(async () => {
  client = await Client.start();
  await client.run(`import { execSync, spawn, spawnSync } from "node:child_process"; import { writeSync } from "node:fs";
    const ended = (child: any) => new Promise((resolve) => child.on("close", resolve));`);
});
after(() => client.stop());

const texts = ({ outputs }: Answer) =>
  outputs.filter(({ type }) => type === "stream").map(({ content }) => `${content.name}: ${content.text}`);

test("what is written to descriptors 1 and 2 is shown before the cell ends, whole characters too", async () => {
  const { outputs } = await client.run(`writeSync(1, "one 🙂"); writeSync(2, "two\\n"); undefined`);
  const shown = (name: string) =>
    outputs
      .filter(({ content }) => content.name === name)
      .map(({ content }) => content.text)
      .join("");
  assert.deepEqual([shown("stdout"), shown("stderr")], ["one 🙂", "two\n"]);
});

test("a cell's own lines stand before those of the child that it starts next", async () => {
  const answer = await client.run(
    `for (const name of ["a", "b", "c"]) { console.log("own", name); execSync("echo child " + name, { stdio: "inherit" }); } console.log("end");`,
  );
  assert.equal(
    texts(answer).join("").replaceAll("stdout: ", ""),
    "own a\nchild a\nown b\nchild b\nown c\nchild c\nend\n",
  );
});

test("a child that is waited for shows what it writes while it still runs", async () => {
  const cell = client.send(
    `spawnSync("sh", ["-c", "echo first; while [ ! -e $GO ]; do sleep 0.02; done; echo second >&2"], { stdio: "inherit", env: { ...process.env, GO: "/tmp/podium-go-" + process.pid } });`,
  );
  await cell.until(({ content }) => content.text === "first\n");
  const other = await import("node:fs");
  const file = `/tmp/podium-go-${client.process.pid}`;
  other.writeFileSync(file, "");
  assert.deepEqual(texts(await cell.answer), ["stdout: first\n", "stderr: second\n"]);
  other.rmSync(file);
  assert.deepEqual(texts(await client.run(`execSync("echo a; echo b >&2", { stdio: "inherit" });`)), [
    "stdout: a\n",
    "stderr: b\n",
  ]);
});

test("a child that runs on shows what it writes in its own cell, and is as it was asked for", async () => {
  const first = await client.run(
    `const child = spawn("sh", ["-c", "sleep 0.3; echo late; echo wrong >&2; exit 3"], { stdio: ["ignore", "inherit", 1] }); const end = ended(child); String([child.stdout, child.stderr])`,
  );
  assert.equal(first.outputs.at(-1)?.content.data["text/plain"], ",");
  const second = await client.run(`console.log("second"); String(await end)`);
  assert.deepEqual(texts(second), ["stdout: second\n"]);
  assert.equal(second.outputs.at(-1)?.content.data["text/plain"], "3");
  const parent = first.outputs[0].parent;
  const late = client.published.filter((message) => message.parent === parent && message.type === "stream");
  assert.equal(late.map(({ content }) => content.text).join(""), "late\nwrong\n");
  const piped = await client.run(
    `const own = spawn("echo", ["mine"]); let got = ""; own.stdout.on("data", (part) => { got += part; }); await ended(own); got`,
  );
  assert.deepEqual([texts(piped), piped.outputs.at(-1)?.content.data["text/plain"]], [[], "mine\n"]);
});

test("a flood of a child is cut with its number, and a bar by carriage returns is drawn", async () => {
  const flood = texts(await client.run(`spawnSync("seq", ["200000"], { stdio: "inherit" });`))
    .join("")
    .replaceAll("stdout: ", "");
  assert.ok(flood.startsWith("1\n2\n3\n") && flood.endsWith("\n200000\n"), flood.slice(-50));
  assert.match(flood, /… [\d,]+ lines, [\d,]+ characters left out/);
  assert.ok(flood.length < 150_000);
  const bar = texts(
    await client.run(`execSync("printf '10%%\\\\r20%%\\\\r\\\\033[Kdone\\\\n'", { stdio: "inherit" });`),
  ).join("");
  assert.match(bar, /^stdout: 10%\r20%\r[\s\S]*done\n$/);
});

test("a silent cell shows none of it, and what belongs to no cell goes to Jupyter's log", async () => {
  const silent = await client.run(
    `writeSync(1, "unseen\\n"); execSync("echo hidden", { stdio: "inherit" });`,
    { silent: true },
  );
  assert.deepEqual(silent.outputs, []);
  while (!client.log.includes("hidden")) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.match(client.log, /unseen\nhidden\n/);
});

test("what a kernel wrote before it was ended by force is in Jupyter's log", async (context) => {
  const dying = await Client.start();
  context.after(() => dying.stop());
  const closed = once(dying.process, "close");
  dying.send(`process.on("exit", () => {}); process.abort();`);
  await closed;
  // What the kernel had read by then is lost with it: the rest arrives.
  assert.match(dying.log, /stack trace|evalmachine/);
});
