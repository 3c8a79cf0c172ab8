import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { controlDeclarations } from "../../src/kernel/controls/declarations";
import { promptDeclarations } from "../../src/kernel/input/prompts";
import { type Answer, Client, type Received } from "./client";

let client: Client;

before(async () => {
  client = await Client.start();
});
after(() => client.stop());

const viewType = "application/vnd.jupyter.widget-view+json";

interface Shown {
  readonly answer: Answer;
  /** The model that is shown. */
  readonly model: string;
  readonly text: string;
}

/** Runs a cell that shows a control. */
async function show(code: string): Promise<Shown> {
  const answer = await client.run(code);
  const shown = answer.outputs.find(({ content }) => content.data?.[viewType]);
  assert.ok(shown, JSON.stringify(answer));
  const { data } = shown.content;
  assert.deepEqual(Object.keys(data[viewType]), ["version_major", "version_minor", "model_id"]);
  return { answer, model: data[viewType].model_id, text: data["text/plain"] };
}

const state = ({ outputs }: Answer, model: string): Received["content"] =>
  outputs.find(({ type, content }) => type === "comm_open" && content.comm_id === model)?.content.data.state;

/** Sends what a front end says of a model, and waits until the kernel has done with it. */
async function say(model: string, data: object): Promise<Received[]> {
  const pending = client.request("comm_msg", { comm_id: model, data });
  await pending.until(({ type, content }) => type === "status" && content.execution_state === "idle");
  return client.published.filter(({ parent }) => parent === pending.id);
}

const update = (model: string, changed: object) =>
  say(model, { method: "update", state: changed, buffer_paths: [] });

const shownSince = (start: number) =>
  client.published
    .slice(start)
    .filter(({ type }) => type !== "status")
    .map(
      ({ type, content }) =>
        `${type} ${content.text ?? content.data?.["text/plain"] ?? JSON.stringify(content.data)}`,
    );

async function value(code: string): Promise<string> {
  const { outputs, reply } = await client.run(code);
  return outputs.at(-1)?.content.data?.["text/plain"] ?? reply.evalue;
}

test("a slider is a model of Jupyter's widgets, and its changes call TypeScript in the cell that made it", async () => {
  const { answer, model, text } =
    await show(`const slider = controls.slider({ label: "Window", min: 1, max: 9 });
    slider.onChange((window) => { console.log("moved to", window); display(\`window \${window}\`, { id: "w" }); });
    slider`);
  assert.equal(text, 'Slider "Window": 1');
  const made = state(answer, model);
  assert.deepEqual(
    [
      made._model_name,
      made._model_module,
      made.description,
      made.min,
      made.max,
      made.value,
      made.readout_format,
    ],
    ["IntSliderModel", "@jupyter-widgets/controls", "Window", 1, 9, 1, "d"],
  );
  for (const part of [made.layout, made.style]) {
    assert.ok(state(answer, part.replace("IPY_MODEL_", ""))._model_name, part);
  }
  const start = client.published.length;
  await update(model, { value: 4 });
  assert.deepEqual(shownSince(start), ["stream moved to 4\n", "display_data window 4"]);
  const cell = answer.outputs[0].parent;
  assert.ok(client.published.slice(start).every(({ type, parent }) => type === "status" || parent === cell));
  await update(model, { value: 5 });
  assert.equal(client.published.at(-2)?.type, "update_display_data");
  assert.equal(await value("slider.value"), "5");
});

test("setting a value moves the control, and a value that it cannot have is refused", async () => {
  const { model } = await show(`const speed = controls.slider({ max: 1, step: 0.05 }); let heard = 0;
    speed.onChange((now) => { heard = now; }); speed`);
  const { outputs } = await client.run("speed.value = 0.5; await null; heard");
  assert.deepEqual(outputs[0].content, {
    comm_id: model,
    data: { method: "update", state: { value: 0.5 }, buffer_paths: [] },
  });
  assert.equal(outputs[1].content.data["text/plain"], "0.5");
  assert.match(
    await value("speed.value = 2"),
    /^Cannot set slider: a number from 0 to 1 is required, got 2$/,
  );
  assert.match(await value("controls.slider({ min: 3, max: 1 })"), /finite min <= max and a step above 0/);
  assert.match(await value("controls.slider({ max: NaN })"), /finite min <= max/);
  assert.match(await value("controls.select([])"), /one value or more is required, got \[\]/);
  assert.match(
    await value('controls.select(["a"], { value: "b" as "a" })'),
    /one of 'a' is required, got 'b'/,
  );
});

test("a list gives its own values, whatever they are, and a text and a box theirs", async () => {
  const { answer, model } = await show(
    `const pick = controls.select([3, "a", { deep: [1] }], { label: "Pick", value: "a" }); pick`,
  );
  assert.deepEqual(state(answer, model)._options_labels, ["3", "a", "{ deep: [ 1 ] }"]);
  assert.equal(state(answer, model).index, 1);
  await update(model, { index: 2 });
  assert.equal(await value("pick.value"), "{ deep: [ 1 ] }");
  const box = await show("const box = controls.checkbox({ value: true }); box");
  await update(box.model, { value: false });
  const line = await show("const line = controls.text(); line");
  await update(line.model, { value: "🙂" });
  assert.equal(await value("[box.value, line.value].join()"), "false,🙂");
});

test("a button counts its presses and calls, also while a cell runs", async () => {
  const { model } = await show(
    `let presses: string[] = []; const next = controls.button("Next", () => presses.push("pressed")); next`,
  );
  const press = () => say(model, { method: "custom", content: { event: "click" }, buffers: [] });
  const waiting = client.send(
    'console.log("begun"); while (presses.length < 2) await new Promise((go) => setTimeout(go, 5)); next.value',
  );
  await waiting.until(({ type }) => type === "stream");
  await press();
  await press();
  assert.equal((await waiting.answer).outputs.at(-1)?.content.data["text/plain"], "2");
});

test("interact shows controls and what a function makes of them, in place", async () => {
  const { answer, model } = await show(`controls.interact(
    { window: controls.slider({ max: 9 }), channel: controls.select(["x", "y"]) },
    async ({ window, channel }) => { const next: number = window + 1; await null; return next + channel; },
  );`);
  const { children } = state(answer, model);
  assert.equal(children.length, 2);
  const drawn = answer.outputs.at(-1);
  assert.equal(drawn?.content.data["text/plain"], "1x");
  const start = client.published.length;
  await update(children[0].replace("IPY_MODEL_", ""), { value: 7 });
  await update(children[1].replace("IPY_MODEL_", ""), { index: 1 });
  const later = client.published.slice(start).filter(({ type }) => type === "update_display_data");
  assert.deepEqual(
    later.map(({ content }) => [content.data["text/plain"], content.transient.display_id]),
    [
      ["8x", drawn?.content.transient.display_id],
      ["8y", drawn?.content.transient.display_id],
    ],
  );
  const failing = await client.run(
    `controls.interact({ a: controls.slider() }, () => { throw new RangeError("none"); });`,
  );
  assert.equal(failing.reply.ename, "RangeError");
});

test("while a listener still works only the latest of further changes is kept, and its failure is shown", async () => {
  const { model, answer } = await show(`const seen: number[] = []; const slow = controls.slider();
    slow.onChange(async (now) => { seen.push(now); await new Promise((go) => setTimeout(go, 30)); if (now === 9) throw new Error("nine"); }); slow`);
  await Promise.all([1, 2, 3, 9].map((now) => update(model, { value: now })));
  assert.equal(await value("seen.join()"), "1,9");
  const told = client.published.filter(
    ({ parent, content }) => parent === answer.outputs[0].parent && content.name === "stderr",
  );
  assert.match(told[0].content.text, /^Error: nine\n.*cell-\d+\.ts:2/);
});

test("a front end that is opened anew finds the models and their states", async () => {
  const { model } = await show("const kept = controls.slider({ value: 3 }); kept");
  const { reply } = await client.request("comm_info_request", { target_name: "jupyter.widget" }).answer;
  assert.deepEqual(reply.comms[model], { target_name: "jupyter.widget" });
  const none = await client.request("comm_info_request", { target_name: "other" }).answer;
  assert.deepEqual(none.reply, { status: "ok", comms: {} });
  const asked = await say(model, { method: "request_state" });
  const own = asked.find(({ type }) => type === "comm_msg");
  assert.equal(own?.content.data.state.value, 3);

  const open = client.request("comm_open", {
    comm_id: "c-9",
    target_name: "jupyter.widget.control",
    data: {},
  });
  await open.until(({ content }) => content.execution_state === "idle");
  const all = await say("c-9", { method: "request_states" });
  const { states } = all.find(({ type }) => type === "comm_msg")?.content.data ?? {};
  assert.deepEqual([states[model].model_name, states[model].state.value], ["IntSliderModel", 3]);
});

test("a control that the front end closed stays quiet, and strange messages do no harm", async () => {
  const { model } = await show("const gone = controls.slider(); gone");
  for (const data of [
    {},
    { method: "update" },
    { method: "custom" },
    { method: "update", state: { index: "a" } },
  ]) {
    await say(model, data);
  }
  const close = client.request("comm_close", { comm_id: model, data: {} });
  await close.until(({ content }) => content.execution_state === "idle");
  const { outputs } = await client.run("gone.value = 8; gone.value");
  assert.deepEqual(
    outputs.map(({ type }) => type),
    ["execute_result"],
  );
});

test("controls can be nothing but what they are to TypeScript", async () => {
  assert.match(
    await value('controls.select(["a", "b"]).value = "c"'),
    /Type '"c"' is not assignable to type '"a" \| "b"'/,
  );
  assert.match(
    await value("controls.slider({ maximum: 3 })"),
    /'{ maximum: number; }' is not assignable to parameter of type 'SliderOptions'/,
  );
});

test("every example of the controls and the questions runs", async () => {
  client.onQuestion = (question) => void client.reply(question, "y");
  for (const text of [controlDeclarations, promptDeclarations]) {
    const examples = [...text.matchAll(/@example\n([\s\S]*?)\n\s*\*\//g)].map(([, lines]) =>
      lines.replaceAll(/^\s*\* ?/gm, ""),
    );
    assert.ok(examples.length >= 4);
    for (const example of examples) {
      const { reply } = await client.run(example, { allow_stdin: true });
      assert.equal(reply.status, "ok", `${example}\n${reply.evalue}`);
    }
  }
});
