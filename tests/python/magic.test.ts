import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import test, { after, before } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type Answer, Client } from "../kernel/client";

let client: Client;

before(async () => {
  // The built library is not what is tested: the stage itself is what the kernel loads.
  const stage = path.join(__dirname, "..", "..", "src", "python", "index.ts");
  client = await Client.start({ environment: { PODIUM_PRELOAD: stage } });
});
after(() => client.stop());

function lines({ outputs }: Answer): string[] {
  return outputs
    .filter(({ type }) => type !== "status" && type !== "execute_input")
    .map(({ type, content }) => {
      if (type === "stream") return `${content.name}: ${content.text}`;
      if (type === "error") return `error: ${content.ename}`;
      return `${type}: ${content.data?.["text/plain"] ?? ""}`;
    });
}

const plain = (answer: Answer): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
  answer.reply.traceback.join("\n").replace(/\x1b\[[\d;]*m/g, "");

test("a cell that begins with %%python runs in Python, though nothing was imported", async () => {
  const answer = await client.run("%%python\nprint('out')\nnumbers = [1, 2]\nsum(numbers)");
  assert.deepEqual(lines(answer), ["stdout: out\n", "execute_result: 3"]);
  assert.equal(answer.reply.status, "ok");
});

test("names stay from cell to cell, and TypeScript's stay apart", async () => {
  await client.run("const numbers = 5;");
  assert.deepEqual(lines(await client.run("\n%%python\nnumbers.append(3); numbers")), [
    "execute_result: [1, 2, 3]",
  ]);
  assert.deepEqual(lines(await client.run("numbers")), ["execute_result: 5"]);
});

test("an exception is Python's own, with the lines of the cell", async () => {
  const answer = await client.run("%%python\ndef f():\n    return 1 / 0\nf()");
  assert.equal(answer.reply.ename, "ZeroDivisionError");
  assert.equal(answer.reply.evalue, "division by zero");
  assert.match(plain(answer), /----> 4 f\(\)[\s\S]*----> 3 {5}return 1 \/ 0/);
  assert.doesNotMatch(plain(answer), /session\.ts|podium_runtime/);
});

test("an exception in a cell of TypeScript shows both tracebacks", async () => {
  const stage = JSON.stringify(path.join(__dirname, "..", "..", "src", "python", "index.ts"));
  const answer = await client.run(`const { run } = require(${stage});\nawait run("missing");`);
  assert.equal(answer.reply.ename, "NameError");
  assert.match(plain(answer), /NameError: name 'missing' is not defined[\s\S]*await run\("missing"\)/);
});

test("displays come in their order, in place by their name", async () => {
  const code = `%%python
from IPython.display import display, HTML
print("before")
handle = display(HTML("<b>one</b>"), display_id=True)
print("after")
handle.update(HTML("<b>two</b>"))`;
  const answer = await client.run(code);
  const kinds = answer.outputs.map(({ type, content }) => [
    type,
    content.text ?? content.data?.["text/html"],
  ]);
  assert.deepEqual(
    kinds.filter(([type]) => type !== "status" && type !== "execute_input"),
    [
      ["stream", "before\n"],
      ["display_data", "<b>one</b>"],
      ["stream", "after\n"],
      ["update_display_data", "<b>two</b>"],
    ],
  );
});

test("a figure of plotly's is one of Podium's, and what comes after it stays after it", async () => {
  const code = `%%python
from IPython.display import display
figure = {"data": [{"type": "bar", "x": ["a", "b"], "y": [1, 2]}], "layout": {"title": {"text": "Two"}}}
display({"application/vnd.plotly.v1+json": figure}, raw=True)
print("after")`;
  const { outputs } = await client.run(code);
  const shown = outputs.filter(({ type }) => type === "display_data" || type === "stream");
  assert.deepEqual(
    shown.map(({ type }) => type),
    ["display_data", "stream"],
  );
  assert.deepEqual(Object.keys(shown[0].content.data).sort(), [
    "application/vnd.plotly.v1+json",
    "image/png",
    "text/html",
    "text/plain",
  ]);
  assert.match(shown[0].content.data["text/plain"], /Two/);
});

test("a missing package is told with what installs it", async () => {
  const answer = await client.run("%%python\nimport skimage.nothing");
  assert.match(answer.reply.evalue, /No module named 'skimage'; await python\.install\("scikit-image"\)/);
});

test("names are completed and described by Python", async () => {
  await client.run("%%python\nimport math\nlong_name = 3");
  const code = "%%python\nmath.fac";
  const completions = await client.request("complete_request", { code, cursor_pos: code.length }).answer;
  assert.deepEqual(completions.reply.matches, ["factorial"]);
  assert.deepEqual(
    [completions.reply.cursor_start, completions.reply.cursor_end],
    [code.length - 3, code.length],
  );
  const emoji = "%%python\n'\u{1f40d}'; long_n";
  const units = await client.request("complete_request", {
    code: emoji,
    cursor_pos: Array.from(emoji).length,
  }).answer;
  assert.deepEqual(units.reply.matches, ["long_name"]);
  assert.equal(units.reply.cursor_start, Array.from(emoji).length - 6);
  const inspected = await client.request("inspect_request", {
    code: "%%python\nmath.factorial",
    cursor_pos: 15,
    detail_level: 0,
  }).answer;
  assert.match(inspected.reply.data["text/plain"], /factorial/);
  const names = await client.request("complete_request", { code: "%%py", cursor_pos: 4 }).answer;
  assert.deepEqual(names.reply.matches, ["python"]);
});

test("a magic that is none is refused as before", async () => {
  const answer = await client.run("%%ruby\nputs 1");
  assert.match(plain(answer), /magic of IPython is no TypeScript/);
});

test("an interrupt ends the cell, and Python lives on", async () => {
  const running = client.send("%%python\nkept = 1\nprint('runs', flush=True)\nwhile True: pass");
  await running.until(({ type }) => type === "stream");
  await client.interrupt();
  assert.equal((await running.answer).reply.ename, "KeyboardInterrupt");
  assert.deepEqual(lines(await client.run("%%python\nkept")), ["execute_result: 1"]);
});

test("Python's process ends with the kernel", async () => {
  const answer = await client.run("%%python\nimport os\nos.getpid()");
  const pid = Number(lines(answer)[0].split(" ")[1]);
  assert.ok(readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("podium_runtime"));
  await client.stop();
  while (existsSync(`/proc/${pid}`)) await pause(20);
});
