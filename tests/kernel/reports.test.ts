import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { type Answer, Client, type Received } from "./client";

/*
 * Reports on other kernels, about questions, comms and subshells: each in its smallest form.
 */
let client: Client;

before(async () => {
  client = await Client.start();
});
after(() => client.stop());

const asking = { allow_stdin: true };
const viewType = "application/vnd.jupyter.widget-view+json";

async function subshell(): Promise<string> {
  return (await client.request("create_subshell_request", {}, { channel: "control" }).answer).reply
    .subshell_id;
}

function result({ outputs, reply }: Answer): string {
  const found = outputs.find(({ type }) => type === "execute_result");
  return found?.content.data["text/plain"] ?? reply.evalue;
}

function shownModel({ outputs }: Answer): string {
  return outputs.find(({ content }) => content.data?.[viewType])?.content.data[viewType].model_id;
}

/** Sends a comm message, and gives what was published for it. */
async function say(model: string, data: object, on?: string): Promise<Received[]> {
  const pending = client.request("comm_msg", { comm_id: model, data }, { subshell: on });
  await pending.until(({ content }) => content.execution_state === "idle");
  return client.published.filter(({ parent }) => parent === pending.id);
}

test("denoland/deno#22633, n-riesco/ijavascript#122: prompt gives what is typed, without await, not null", async () => {
  client.onQuestion = (question) => void client.reply(question, "typed");
  assert.equal(result(await client.run('const typed: string = prompt("Say"); typed.length', asking)), "5");
});

test("ipython/ipykernel#400: an interrupt frees a cell that asks, and the cell asks again when it runs again", async () => {
  for (let round = 0; round < 2; round++) {
    const asked = new Promise((resolve) => {
      client.onQuestion = resolve;
    });
    const cell = client.send('prompt("Name")', asking);
    await asked;
    await client.interrupt();
    assert.equal((await cell.answer).reply.ename, "KeyboardInterrupt");
  }
  client.onQuestion = (question) => void client.reply(question, "third");
  assert.equal(result(await client.run('prompt("Name")', asking)), "third");
});

test("denoland/deno#35585: a front end that listens for questions only after it sent the cell is asked", async (context) => {
  const late = await Client.start({ listensLate: true });
  context.after(() => late.stop());
  late.onQuestion = (question) => void late.reply(question, "late");
  const cell = late.send('console.log("begun"); prompt("Name")', asking);
  await cell.until(({ content }) => content.text === "begun\n");
  late.listen();
  assert.equal(result(await cell.answer), "late");
});

test("nteract/nteract#4069, microsoft/vscode-jupyter#2460: a password without anybody to type it is an error, no hang", async () => {
  const { reply } = await client.run("promptSecret()");
  assert.match(reply.evalue, /^Cannot ask for input: a front end that answers/);
});

test("ipython/ipykernel#1557: a message to a subshell that was deleted is answered, with busy and idle", async () => {
  const id = await subshell();
  await client.request("delete_subshell_request", { subshell_id: id }, { channel: "control" }).answer;
  const pending = client.request("execute_request", { code: "1" }, { subshell: id });
  assert.equal((await pending.answer).reply.status, "error");
  const states = client.published.filter(({ parent }) => parent === pending.id);
  assert.deepEqual(
    states.map(({ content }) => content.execution_state),
    ["busy", "idle"],
  );
  const complete = client.request("complete_request", { code: "a", cursor_pos: 1 }, { subshell: id });
  assert.equal((await complete.answer).reply.status, "error");
});

test("ipython/ipykernel#1564: what a control shows while a cell runs is the control's cell's, though it came by a subshell", async () => {
  const made = await client.run(
    'const dial = controls.slider(); dial.onChange((now) => display(["dial", now].join(" "))); dial',
  );
  const model = shownModel(made);
  const other = client.send(
    'console.log("begun"); while (dial.value !== 3) await new Promise((go) => setTimeout(go, 5)); "seen"',
  );
  await other.until(({ content }) => content.text === "begun\n");
  const published = await say(model, { method: "update", state: { value: 3 } }, await subshell());
  assert.deepEqual(
    published.map(({ type }) => type),
    ["status", "status"],
  );
  assert.equal(result(await other.answer), "seen");
  const shown = client.published.find(({ content }) => content.data?.["text/plain"] === "dial 3");
  assert.equal(shown?.parent, made.outputs[0].parent);
});

test("jupyter-widgets/ipywidgets#4020: late output goes to its cell, also after a comm message came", async () => {
  const made = await client.run(
    'const knob = controls.slider(); setTimeout(() => console.log("from the timer"), 120); knob',
  );
  await say(shownModel(made), { method: "update", state: { value: 1 } });
  await client.run("await new Promise((go) => setTimeout(go, 250));");
  const late = client.published.find(({ content }) => content.text === "from the timer\n");
  assert.equal(late?.parent, made.outputs[0].parent);
});

test("ipython/ipykernel#589: a cell can wait for a control, and only its own reply ends it", async () => {
  const made = await client.run('const go = controls.button("Go"); go');
  const waiting = client.send(
    'console.log("begun"); await new Promise((resolve) => go.onChange(resolve)); "went"',
  );
  await waiting.until(({ content }) => content.text === "begun\n");
  const published = await say(shownModel(made), { method: "custom", content: { event: "click" } });
  assert.equal(published.filter(({ content }) => content.execution_state === "idle").length, 1);
  assert.equal(result(await waiting.answer), "went");
});

test("jupyter-widgets/ipywidgets#1286: a control's parts are there before it, and it before what shows it", async () => {
  const { outputs } = await client.run("controls.slider()");
  const opened = outputs.filter(({ type }) => type === "comm_open").map(({ content }) => content);
  assert.deepEqual(
    opened.map(({ data }) => data.state._model_name),
    ["LayoutModel", "SliderStyleModel", "IntSliderModel"],
  );
  assert.deepEqual(
    [opened[2].data.state.layout, opened[2].data.state.style],
    opened.slice(0, 2).map(({ comm_id }) => `IPY_MODEL_${comm_id}`),
  );
  assert.equal(outputs.at(-1)?.type, "execute_result");
});

test("microsoft/vscode-jupyter#14959: a child does not outlive an interrupt of the cell that waits for it", async () => {
  const cell = client.send(
    'import { spawn } from "node:child_process"; const child = spawn("sleep", ["60"], { stdio: "inherit" }); console.log("begun"); await new Promise((resolve) => child.on("close", resolve)); child.signalCode',
  );
  await cell.until(({ content }) => content.text === "begun\n");
  await client.interrupt();
  assert.match(result(await cell.answer), /SIGINT|interrupted/);
  assert.equal(result(await client.run("child.signalCode")), "SIGINT");
});

test("yunabe/tslab#35: a line that begins with ! says how a command is started, and that shows what it prints", async () => {
  const { reply } = await client.run("!echo hello");
  assert.match(reply.evalue, /execSync\("echo hello"/);
  const { outputs } = await client.run(
    'import { execSync } from "node:child_process"; execSync("echo hello", { stdio: "inherit" });',
  );
  assert.equal(outputs[0].content.text, "hello\n");
});

test("nodejs/node (realpath after a look at a pipe): podium and its TensorFlow are loaded once all the same", async () => {
  const cell = `
    import { execFileSync } from "node:child_process";
    import { mkdtempSync, statSync } from "node:fs";
    const pipe = mkdtempSync("/tmp/podium-pipe-") + "/pipe";
    execFileSync("mkfifo", [pipe]);
    statSync(pipe).isFIFO()`;
  assert.equal(result(await client.run(cell)), "true");
  const counted = `
    import * as podium from "podium";
    import { engine } from "podium";
    [typeof podium.train.fit, Object.keys(require.cache).filter((file) => /tf-core\\.node\\.js$/.test(file)).length].join()`;
  assert.match(result(await client.run(counted)), /function,1/);
});
