import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { type Answer, Client } from "./client";

let client: Client;

before(async () => {
  client = await Client.start();
});
after(() => client.stop());

/** Outputs as `type: text`, so that tests can compare order and content at once. */
function lines({ outputs }: Answer): string[] {
  return outputs.map(({ type, content }) => {
    if (type === "stream") return `${content.name}: ${content.text}`;
    if (type === "error") return `error: ${content.ename}`;
    return `${type}: ${content.data?.["text/plain"] ?? ""}`;
  });
}

function result({ outputs }: Answer): Record<string, string> {
  const found = outputs.find(({ type }) => type === "execute_result");
  assert.ok(found, `no result in ${JSON.stringify(outputs)}`);
  return found.content.data;
}

function traceback(answer: Answer): string {
  const error = answer.outputs.find(({ type }) => type === "error");
  assert.ok(error, `no error in ${JSON.stringify(answer.outputs)}`);
  assert.equal(answer.reply.status, "error");
  assert.deepEqual(answer.reply.traceback, error.content.traceback);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
  return error.content.traceback.join("\n").replace(/\x1b\[\d+m/g, "");
}

test("the last value of a cell is its result, with the count of the cell", async () => {
  const answer = await client.run("const base = 40;\nbase + 2");
  assert.deepEqual(result(answer), { "text/plain": "42" });
  assert.equal(answer.outputs[0].content.execution_count, answer.reply.execution_count);
});

test("a name of an earlier cell works as a shorthand property, a cell's own and a parameter too", async () => {
  await client.run("const earlier = 7, shadowed = 1;");
  const answer = await client.run(
    "const own = 8;\nconst of = (shadowed: number) => ({ earlier, own, nested: { earlier }, shadowed });\nconst { earlier: again } = of(3);\nJSON.stringify([of(9), again])",
  );
  assert.deepEqual(result(answer), {
    "text/plain": '[{"earlier":7,"own":8,"nested":{"earlier":7},"shadowed":9},7]',
  });
});

test("code can tell which of the notebook's cells it runs in", async () => {
  const code = 'String((globalThis as any)[Symbol.for("podium.cell")])';
  const answer = await client.send(code, {}, { cellId: "a-cell" }).answer;
  assert.match(result(answer)["text/plain"], /a-cell/);
  assert.match(result(await client.run(code))["text/plain"], /undefined/);
});

test("code can tell the source of the cells that ran, each as it ran last", async () => {
  const code = 'JSON.stringify((globalThis as any)[Symbol.for("podium.sources")].slice(-2))';
  await client.send("1 + 2", {}, { cellId: "sum" }).answer;
  await client.send("1 + 3", {}, { cellId: "sum" }).answer;
  const answer = await client.run(code);
  assert.equal(result(answer)["text/plain"], JSON.stringify(["1 + 3", code]));
});

test("undefined, null and a declaration show nothing", async () => {
  for (const code of ["undefined", "null", "const nothing = 1;"]) {
    assert.deepEqual((await client.run(code)).outputs, []);
  }
});

test("a value with a display method gives its whole bundle, objects and bytes included", async () => {
  const answer = await client.run(`({
    [Symbol.for("Jupyter.display")]: async () => ({
      "text/html": "<b>bold</b>", "application/json": { a: [1] }, "image/png": new Uint8Array([1, 2, 3]),
      "text/plain": undefined,
    }),
  })`);
  assert.deepEqual(result(answer), {
    "text/html": "<b>bold</b>",
    "application/json": { a: [1] },
    "image/png": "AQID",
  });
});

test("a display method that returns no bundle is an error that says so", async () => {
  const answer = await client.run(`({ [Symbol.for("Jupyter.display")]: () => "text" })`);
  assert.match(traceback(answer), /must return a record of MIME types, got text/);
});

test("a promise on the last line is awaited and its value shown", async () => {
  const answer = await client.run(`new Promise<string>((resolve) => setTimeout(() => resolve("late"), 30))`);
  assert.equal(result(answer)["text/plain"], "late");
});

test("printed lines come in order, and all of them before the reply", async () => {
  const answer = await client.run(
    `console.log("one"); console.error("two"); console.log("three"); display("four"); console.log("five"); 6`,
  );
  assert.deepEqual(lines(answer), [
    "stdout: one\n",
    "stderr: two\n",
    "stdout: three\n",
    "display_data: four",
    "stdout: five\n",
    "execute_result: 6",
  ]);
});

test("a display with an id is replaced in place, and shown anew when the cell runs again", async () => {
  const code = `display("a", { id: "same" }); display("b", { id: "same" });`;
  for (let run = 0; run < 2; run++) {
    const { outputs } = await client.run(code);
    assert.deepEqual(
      outputs.map(({ type, content }) => [type, content.data["text/plain"], content.transient.display_id]),
      [
        ["display_data", "a", "same"],
        ["update_display_data", "b", "same"],
      ],
    );
  }
  const { outputs } = await client.run(`display("c", { id: "same", update: true });`);
  assert.equal(outputs[0].type, "update_display_data");
});

test("a display that is not awaited is published before the reply, and its failure is the cell's", async () => {
  const late = `new Promise((resolve) => setTimeout(() => resolve("late"), 30))`;
  assert.deepEqual(lines(await client.run(`display(${late}); 1`)), [
    "display_data: late",
    "execute_result: 1",
  ]);
  const answer = await client.run(`display(Promise.reject(new RangeError("no figure")));`);
  assert.match(traceback(answer), /RangeError: no figure/);
});

test("clearOutput asks front ends to clear, at once or with the next output", async () => {
  const { outputs } = await client.run("clearOutput(); clearOutput({ wait: true });");
  assert.deepEqual(
    outputs.map(({ type, content }) => [type, content]),
    [
      ["clear_output", { wait: false }],
      ["clear_output", { wait: true }],
    ],
  );
});

test("an error points at the line and column of the cell's TypeScript", async () => {
  const answer = await client.run(
    `interface Point {\n  x: number;\n}\nfunction fail(p: Point): never {\n  throw new RangeError("at " + p.x);\n}\n\nfail({ x: 3 });`,
  );
  const text = traceback(answer);
  const cell = answer.reply.execution_count;
  assert.equal(answer.reply.ename, "RangeError");
  assert.equal(answer.reply.evalue, "at 3");
  assert.match(text, /> 5 \| {3}throw new RangeError/);
  assert.ok(text.includes(`at fail (cell [${cell}]:5:9)`), text);
  assert.ok(text.includes(`(cell [${cell}]:8:1)`), text);
  assert.doesNotMatch(text, /node_modules|node:/);
});

test("an error in a function of an earlier cell points there, with its cause", async () => {
  const first = await client.run(
    `import * as nodePath from "node:path";\nconst thrower = () => {\n  throw new Error("outer", { cause: new TypeError("inner") });\n};`,
  );
  const answer = await client.run("await 1;\n\nthrower();");
  const text = traceback(answer);
  assert.ok(text.includes(`(cell [${first.reply.execution_count}]:3:9)`), text);
  assert.ok(text.includes(`(cell [${answer.reply.execution_count}]:3:1)`), text);
  assert.match(text, /Caused by TypeError: inner/);
});

test("V8's words for an error are those of the cell, not of what it was compiled to", async () => {
  await client.run("const plain: any = 5, table: any = { rows: undefined }");
  const said = async (code: string) => (await client.run(code)).reply.evalue;
  assert.equal(await said("plain(1)"), "plain is not a function");
  assert.equal(await said("plain.missing.deep"), "Cannot read properties of undefined (reading 'deep')");
  assert.equal(await said("table.rows.map()"), "Cannot read properties of undefined (reading 'map')");
  assert.equal(await said("table.missing()"), "table.missing is not a function");
  assert.equal(await said("new plain()"), "plain is not a constructor");
  assert.equal(await said("for (const a of plain);"), "plain is not iterable");
});

test("a stack that a cell prints names its lines and none of the kernel's", async () => {
  const answer = await client.run(
    "interface Line { n: number }\nconst fails = () => new Error('here');\n\nconsole.log(fails().stack);\ndisplay(fails());",
  );
  const cell = answer.reply.execution_count;
  assert.match(
    lines(answer).join(""),
    new RegExp(`stdout: Error: here\n    at fails \\(cell-${cell}.ts:2:21\\)\n    at cell-${cell}.ts:4:13\n`),
  );
  assert.doesNotMatch(lines(answer).join(""), /tslab|src\/kernel|node:/);
  const missing = await client.run('require("absent-package/part")');
  assert.match(
    missing.reply.evalue,
    /^Cannot find package 'absent-package\/part': run `npm install absent-package` in /,
  );
});

test("TypeScript's complaints are an error with place and code, and the cell does not run", async () => {
  const answer = await client.run(`console.log("ran");\nconst wrong: number = "text";`);
  const text = traceback(answer);
  assert.deepEqual(lines(answer), ["error: TypeScript error"]);
  assert.match(text, /TypeScript error TS2322 line 2:7: Type 'string' is not assignable to type 'number'/);
  assert.match(text, /> 2 \| const wrong/);
});

test("what a cell computed before it failed stays usable, what it did not is forgotten", async () => {
  await client.run("let earlier: number | undefined;");
  await client.run(
    `const computed: number[] = [1, 2];\nconst { length: count } = computed;\nthrow new Error("typo");\nconst unreached = 5;`,
  );
  assert.equal(result(await client.run("earlier = computed[1] + count;\nearlier"))["text/plain"], "4");
  assert.match(traceback(await client.run("unreached")), /Cannot find name 'unreached'/);
});

test("cells that were queued behind an error are aborted, later ones run", async () => {
  const first = client.send(
    `await new Promise((resolve) => setTimeout(resolve, 50)); throw new Error("stop");`,
  );
  const second = client.send("1");
  const third = client.send("2");
  assert.equal((await first.answer).reply.status, "error");
  const later = client.run("3");
  assert.equal((await second.answer).reply.status, "aborted");
  assert.equal((await third.answer).reply.status, "aborted");
  assert.equal((await later).reply.status, "ok");
});

test("cells that were queued behind an error run where the front end allows errors", async () => {
  const options = { stop_on_error: false };
  const first = client.send(`throw new Error("go on");`, options);
  const second = client.send("'ran'", options);
  assert.equal((await first.answer).reply.status, "error");
  assert.equal(result(await second.answer)["text/plain"], "ran");
});

test("a silent cell publishes nothing and does not count", async () => {
  const before = (await client.run("1")).reply.execution_count;
  const silent = await client.run(`console.log("unseen"); 5`, { silent: true });
  assert.deepEqual(silent.outputs, []);
  assert.equal((await client.run("1")).reply.execution_count, before + 1);
});

test("completion and inspection know cells' names and the kernel's own", async () => {
  await client.run(`const completable = { alpha: 1, beta: "two" };`);
  const code = "'é😀'; completable.al";
  const length = Array.from(code).length;
  const { reply } = await client.request("complete_request", { code, cursor_pos: length }).answer;
  assert.deepEqual(reply.matches, ["alpha"]);
  assert.deepEqual([reply.cursor_start, reply.cursor_end], [length - 2, length]);

  const inspected = await client.request("inspect_request", {
    code: "display",
    cursor_pos: 3,
    detail_level: 0,
  }).answer;
  assert.equal(inspected.reply.found, true);
  assert.match(inspected.reply.data["text/plain"], /function display\(value: unknown/);
});

test("an unfinished cell is told from a finished one", async () => {
  const ask = async (code: string) => (await client.request("is_complete_request", { code }).answer).reply;
  assert.deepEqual(await ask("const a = 1;"), { status: "complete" });
  assert.deepEqual(await ask("for (const a of b) {"), { status: "incomplete", indent: "  " });
});

test("a finished line is told from others while a kernel that has just started reads types for its first cell", async (context) => {
  const fresh = await Client.start();
  context.after(() => fresh.stop());
  const order: string[] = [];
  const cell = fresh.run("1").then(() => order.push("cell"));
  const { reply } = await fresh.request("is_complete_request", { code: "if (true) {" }).answer;
  order.push("line");
  await cell;
  assert.deepEqual([reply.status, order], ["incomplete", ["line", "cell"]]);
});

test("requests that a front end makes at its start are answered", async () => {
  assert.deepEqual((await client.request("comm_info_request", {}).answer).reply, { status: "ok", comms: {} });
  assert.deepEqual((await client.request("history_request", {}).answer).reply, { status: "ok", history: [] });
  const { reply } = await client.request("kernel_info_request", {}, { channel: "control" }).answer;
  assert.equal(reply.language_info.name, "typescript");
});

test("a local file can be imported, and its errors point at its TypeScript", async () => {
  const answer = await client.run(
    `import { rejectWidth } from "./tests/kernel/fixture";\nrejectWidth({ width: -1 });`,
  );
  assert.match(traceback(answer), /at rejectWidth \(.*tests\/kernel\/fixture\.ts:8:11\)/);
});

test("a cell can define a module for others, and TypeScript's complaints about it are an error", async () => {
  const code = (side: string) => `/** @module shapes */\nexport const side: number = ${side};`;
  assert.equal((await client.run(code("4"))).reply.status, "ok");
  const use = 'import { side } from "./shapes";\nside * side';
  assert.equal(result(await client.run(use))["text/plain"], "16");
  assert.match(traceback(await client.run(code("'a'"))), /not assignable to type 'number'/);
  assert.equal((await client.run("1")).reply.status, "ok");
});

test("errors outside of a cell's course are printed, and the kernel lives on", async () => {
  const answer = await client.run(
    `setTimeout(() => { throw new Error("stray"); }, 1);\nvoid Promise.reject(new Error("unhandled"));\nawait new Promise((resolve) => setTimeout(resolve, 50));`,
  );
  assert.equal(answer.reply.status, "ok");
  const printed = lines(answer).join("");
  assert.match(printed, /Uncaught Error: stray[\s\S]*cell-\d+\.ts:1:26/);
  assert.doesNotMatch(printed, /tslab|src\/kernel/);
  assert.match(printed, /Uncaught Error: unhandled/);
  assert.equal(result(await client.run("'alive'"))["text/plain"], "alive");
});

test("progress is one display that changes in place, with its text escaped", async () => {
  const answer = await client.run(`
    const sink = (globalThis as any)[Symbol.for("podium.progress")];
    const state = { label: "Read <b>", total: 4, unit: "files", rate: 2, elapsed: 1, remaining: 1 };
    sink({ ...state, done: 2, finished: false }, 7);
    sink({ ...state, done: 4, finished: true, note: "loss <0.5" }, 7);`);
  const [first, last, ...rest] = answer.outputs;
  assert.deepEqual(rest, []);
  assert.deepEqual([first.type, last.type], ["display_data", "update_display_data"]);
  assert.equal(first.content.transient.display_id, last.content.transient.display_id);
  assert.equal(first.content.data["text/plain"], "Read <b>: 2/4 files, 2.0 files/s, 1 s left");
  assert.equal(last.content.data["text/plain"], "Read <b>: 4/4 files, 2.0 files/s, 1.0 s, loss <0.5");
  assert.match(last.content.data["text/html"], /Read &lt;b&gt;.*width: 100\.0%.*loss &lt;0\.5/);
});

test("thousands of large outputs in a row all arrive, and the reply after them", async () => {
  const answer = await client.run(
    'const text = "x".repeat(20_000);\nfor (let i = 0; i < 3000; i++) display(i + " " + text);\n"done"',
  );
  const shown = answer.outputs.filter(({ type }) => type === "display_data");
  assert.equal(shown.length, 3000);
  shown.forEach(({ content }, i) => assert.match(content.data["text/plain"], new RegExp(`^.?${i} `)));
  assert.equal(answer.reply.status, "ok");
});

test("tslab's own display still works", async () => {
  const answer = await client.run(`import { display as raw } from "tslab";\nraw.html("<i>x</i>");`);
  assert.equal(answer.outputs[0].content.data["text/html"], "<i>x</i>");
});

test("exit and quit ask the front end to leave, unless a cell declared the name", async () => {
  for (const code of ["exit", "exit()", " quit\n", "quit();"]) {
    const { reply, outputs } = await client.run(code);
    assert.equal(reply.status, "ok");
    assert.deepEqual(reply.payload, [{ source: "ask_exit", keepkernel: false }]);
    assert.deepEqual(outputs, []);
  }
  const other = await client.run("exit(1)");
  assert.equal(other.reply.status, "error");
  await client.run("const quit = () => 'mine';\nimport { sep as exit } from 'node:path';");
  const own = await client.run("quit()");
  assert.deepEqual([result(own)["text/plain"], own.reply.payload], ["mine", []]);
  assert.deepEqual((await client.run("exit")).reply.payload, []);
});

test("a request of an unknown type is answered with an error, on either channel", async () => {
  for (const channel of ["shell", "control"] as const) {
    const pending = client.request("debug_request", { command: "initialize", seq: 1 }, { channel });
    const { reply } = await pending.answer;
    assert.deepEqual([reply.status, reply.traceback], ["error", []]);
    assert.match(reply.evalue, /got debug_request$/);
  }
});

test("a comm that a front end opens is closed, and its further messages stay without answer", async () => {
  const open = client.request("comm_open", { comm_id: "c-1", target_name: "jupyter.widget", data: {} });
  const closed = await open.until(({ type }) => type === "comm_close");
  assert.deepEqual(closed.content, { comm_id: "c-1", data: {} });
  const message = client.request("comm_msg", { comm_id: "c-1", data: {} });
  await client.run("1");
  const answers = client.published.filter((m) => m.parent === message.id);
  assert.deepEqual(
    answers.map((m) => m.content.execution_state),
    ["busy", "idle"],
  );
});

test("nothing that leaves the kernel holds half a character", async () => {
  const half = '"🙂🙂".slice(0, 3)';
  const answer = await client.run(
    `console.log(${half}); display({ [Symbol.for("Jupyter.display")]: () => ({ "application/json": { [${half}]: ["\\\\ud83d", ${half}] } }) }); ${half}`,
  );
  assert.equal(answer.outputs[0].content.text, "🙂\ufffd\n");
  assert.deepEqual(answer.outputs[1].content.data["application/json"], {
    "🙂\ufffd": ["\\ud83d", "🙂\ufffd"],
  });
  assert.equal(result(answer)["text/plain"], "🙂\ufffd");
  const failure = await client.run(`throw new Error(${half});`);
  assert.equal(failure.reply.evalue, "🙂\ufffd");
});

test("user expressions are answered as the cell's last line is, and their failures apart", async () => {
  await client.run("const accuracy = 0.93;");
  const before = (await client.run("1")).reply.execution_count;
  const { reply, outputs } = await client.run("", {
    user_expressions: {
      shown: "accuracy.toFixed(1)",
      wrong: "accuracy.toFixed(",
      thrown: "(undefined as any).x",
    },
    store_history: false,
  });
  assert.equal(reply.status, "ok");
  assert.deepEqual(reply.user_expressions.shown, {
    status: "ok",
    data: { "text/plain": "0.9" },
    metadata: {},
  });
  assert.equal(reply.user_expressions.wrong.status, "error");
  assert.equal(reply.user_expressions.thrown.ename, "TypeError");
  assert.deepEqual(outputs, []);
  assert.equal((await client.run("1")).reply.execution_count, before + 1);
});

test("a flood of lines is cut, with their number and the last ones", async () => {
  const { outputs, reply } = await client.run(
    `for (let i = 0; i < 1_000_000; i++) console.log("line " + i);`,
  );
  const text = outputs.map(({ content }) => content.text).join("");
  assert.equal(reply.status, "ok");
  assert.ok(text.startsWith("line 0\nline 1\n"), text.slice(0, 100));
  assert.ok(text.endsWith("line 999999\n"), text.slice(-100));
  const notices = text.matchAll(
    /\n… ([\d,]+) lines, [\d,]+ characters left out: a cell may print 10,000 lines at once\n/g,
  );
  const cut = [...notices].reduce((sum, [, lines]) => sum + Number(lines.replaceAll(",", "")), 0);
  assert.ok(cut > 100_000);
  assert.equal(cut + text.split("\n").filter((line) => line.startsWith("line")).length, 1_000_000);
  assert.ok(text.length < 200_000);
  const next = await client.run(`for (let i = 0; i < 5000; i++) console.log(i);`);
  assert.equal(
    next.outputs
      .map(({ content }) => content.text)
      .join("")
      .split("\n").length,
    5001,
  );
});

test("what a cell's code does later is shown in that cell", async () => {
  const first = client.send(
    `setTimeout(() => console.log("timer"), 60);\nvoid (async () => { await new Promise((go) => setTimeout(go, 80)); console.log("async"); display("shown"); })();`,
  );
  await first.answer;
  const second = await client.run("await new Promise((go) => setTimeout(go, 200));\nconsole.log('second');");
  assert.deepEqual(lines(second), ["stdout: second\n"]);
  const late = client.published.filter((m) => m.parent === first.id && m.type !== "status");
  assert.deepEqual(late.map(({ content }) => content.text ?? content.data?.["text/plain"]).slice(1), [
    "timer\n",
    "async\n",
    "shown",
  ]);
});

test("a bar that asks for a terminal is drawn, by carriage returns and blanks", async () => {
  const { outputs } = await client.run(`
    const bar = process.stderr;
    if (!bar.isTTY) throw new Error("no terminal");
    for (const text of ["[==  ] 50 %", "[====] done"]) { bar.cursorTo(0); bar.write(text); bar.clearLine(1); }
    bar.cursorTo(0); bar.clearLine(0); bar.write("ok\\n");`);
  const text = outputs.map(({ content }) => content.text).join("");
  const shown = text
    .split("\n")[0]
    .split("\r")
    .reduce((line, part) => part + line.slice(part.length), "");
  assert.equal(shown.trimEnd(), "ok");
  assert.match(text, /50 %\r/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences begin with one
  assert.doesNotMatch(text, /\x1b/);
});
