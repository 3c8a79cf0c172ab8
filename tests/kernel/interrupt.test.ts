import assert from "node:assert/strict";
import { once } from "node:events";
import test, { after, before } from "node:test";
import { type Answer, Client, type Pending } from "./client";

let client: Client;

before(async () => {
  client = await Client.start();
  await client.run("let steps = 0;\nlet reached: string[] = [];\nconst kept = 'kept';");
});
after(() => client.stop());

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time));
const signal = `(globalThis as any)[Symbol.for("podium.signal")] as AbortSignal`;

/** Waits until the cell has printed that it is under way. */
async function begun(cell: Pending): Promise<void> {
  await cell.until(({ type }) => type === "stream");
  await pause(20);
}

function assertInterrupted({ reply, outputs }: Answer): void {
  assert.equal(reply.status, "error");
  assert.equal(reply.ename, "KeyboardInterrupt");
  assert.ok(outputs.some(({ type, content }) => type === "error" && content.ename === "KeyboardInterrupt"));
}

async function assertAlive(): Promise<void> {
  const { reply, outputs } = await client.run("kept");
  assert.equal(reply.status, "ok");
  assert.equal(outputs[0].content.data["text/plain"], "kept");
}

const listeningLoop = `
  console.log("begun");
  const listening = ${signal};
  while (true) { listening.throwIfAborted(); steps++; await new Promise((resolve) => setTimeout(resolve, 5)); }`;

test("an interrupt request that comes by the shell stops a loop that listens", async () => {
  const cell = client.send(listeningLoop);
  await begun(cell);
  assert.equal((await client.request("interrupt_request", {}).answer).reply.status, "ok");
  assertInterrupted(await cell.answer);
  await assertAlive();
});

for (const [name, interrupt] of [
  ["an interrupt request", () => client.interrupt()],
  ["a SIGINT", async () => void client.process.kill("SIGINT")],
] as const) {
  test(`${name} aborts the cell's signal, and a loop that listens stops`, async () => {
    const cell = client.send(listeningLoop);
    await begun(cell);
    await interrupt();
    assertInterrupted(await cell.answer);
    await assertAlive();
  });

  test(`${name} breaks a synchronous loop at once`, async () => {
    const cell = client.send(`console.log("begun");\nwhile (true) {}`);
    await begun(cell);
    await interrupt();
    assertInterrupted(await cell.answer);
    await assertAlive();
  });

  test(`after ${name} work that returns ends its cell normally`, async () => {
    const cell = client.send(`
      console.log("begun");
      const stop = ${signal};
      while (!stop.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
      "best weights"`);
    await begun(cell);
    await interrupt();
    const { reply, outputs } = await cell.answer;
    assert.equal(reply.status, "ok");
    assert.equal(outputs.at(-1)?.content.data["text/plain"], "best weights");
  });

  test(`a second time ${name} gives back a cell that does not listen`, async () => {
    const cell = client.send(`console.log("begun");\nawait new Promise(() => {});`);
    await begun(cell);
    await interrupt();
    await pause(100);
    assert.equal(
      await Promise.race([cell.answer.then(() => "ended"), pause(50).then(() => "waits")]),
      "waits",
    );
    await interrupt();
    assertInterrupted(await cell.answer);
    await assertAlive();
  });
}

test("a second request breaks a synchronous loop behind an await", async () => {
  const cell = client.send(
    `await null;\nreached.push("loop");\nconsole.log("begun");\nwhile (true) { steps++; }`,
  );
  await begun(cell);
  await client.interrupt();
  await client.interrupt();
  assertInterrupted(await cell.answer);
  await assertAlive();
  const { outputs } = await client.run("reached");
  assert.equal(outputs[0].content.data["text/plain"], "[ 'loop' ]");
});

test("every cell has a fresh signal", async () => {
  const { outputs } = await client.run(`(${signal}).aborted`);
  assert.equal(outputs[0].content.data["text/plain"], "false");
});

test("an interrupt between cells does nothing", async () => {
  await client.interrupt();
  await client.interrupt();
  await pause(50);
  await assertAlive();
});

test("cells queued behind an interrupted one are aborted", async () => {
  const cell = client.send(listeningLoop);
  const next = client.send("1");
  await begun(cell);
  await client.interrupt();
  assertInterrupted(await cell.answer);
  assert.equal((await next.answer).reply.status, "aborted");
});

test("a shutdown request ends the process cleanly, one in a synchronous loop by force", async (context) => {
  const idle = await Client.start();
  context.after(() => idle.stop());
  // Once a cell has run, nothing is left to warm up that would hold the end back.
  await idle.run("1");
  let exit = once(idle.process, "exit");
  assert.deepEqual(
    (await idle.request("shutdown_request", { restart: true }, { channel: "control" }).answer).reply,
    {
      status: "ok",
      restart: true,
    },
  );
  assert.deepEqual(await exit, [0, null]);

  const busy = await Client.start();
  context.after(() => busy.stop());
  await begun(busy.send(`console.log("begun");\nwhile (true) {}`));
  exit = once(busy.process, "exit");
  await busy.request("shutdown_request", { restart: false }, { channel: "control" }).answer;
  assert.deepEqual(await exit, [null, "SIGKILL"]);
});

/** Many lines, so that compiling takes a while. */
const long = (name: string) =>
  Array.from({ length: 1000 }, (_, i) => `const ${name}${i} = [${i}].map((x) => x + 1);`).join("\n");

test("a cell that is interrupted while it is compiled does not run, and leaves no name", async () => {
  const cell = client.send(`${long("value")}\nconsole.log("ran");`);
  await cell.until(({ type }) => type === "execute_input");
  await client.interrupt();
  const answer = await cell.answer;
  assertInterrupted(answer);
  assert.ok(answer.outputs.every(({ type }) => type !== "stream"));
  await assertAlive();
  const { reply } = await client.run("value1");
  assert.match(reply.evalue, /Cannot find name 'value1'/);
});

test("a second interrupt gives back a cell that is compiled, and a file that it imported can be used", async () => {
  const cell = client.send(
    `import { rejectWidth } from "./tests/kernel/fixture";\n${long("other")}\nrejectWidth({ width: -1 });`,
  );
  await cell.until(({ type }) => type === "execute_input");
  await client.interrupt();
  await client.interrupt();
  assertInterrupted(await cell.answer);
  await assertAlive();
  const { outputs } = await client.run(
    `import { rejectWidth } from "./tests/kernel/fixture";\ntypeof rejectWidth`,
  );
  assert.equal(outputs[0].content.data?.["text/plain"], "function");
});
