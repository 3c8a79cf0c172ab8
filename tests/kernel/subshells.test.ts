import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { type Answer, Client, type Pending, type Received } from "./client";

let client: Client;
let subshell: string;

before(async () => {
  client = await Client.start();
  subshell = (await control("create_subshell_request")).subshell_id;
});
after(() => client.stop());

async function control(type: string, content: Record<string, unknown> = {}): Promise<Received["content"]> {
  return (await client.request(type, content, { channel: "control" }).answer).reply;
}

const beside = (code: string, options = {}) => client.run(code, { subshell, ...options });

function result({ outputs, reply }: Answer): string {
  const found = outputs.find(({ type }) => type === "execute_result");
  assert.ok(found, `no result in ${JSON.stringify([outputs, reply])}`);
  return found.content.data["text/plain"];
}

async function begun(code: string, options = {}): Promise<Pending> {
  const cell = client.send(`console.log("begun");\n${code}`, options);
  await cell.until(({ type }) => type === "stream");
  return cell;
}

const wait = (name: string) =>
  `await new Promise<void>((resolve) => { (globalThis as any).${name} = resolve; });`;
const release = (name: string) => `(globalThis as any).${name}();`;

test("subshells are created, listed and deleted, and the kernel says that it has them", async () => {
  const { reply } = await client.request("kernel_info_request", {}).answer;
  assert.deepEqual(reply.supported_features, ["kernel subshells"]);
  const other = (await control("create_subshell_request")).subshell_id;
  assert.notEqual(other, subshell);
  assert.deepEqual(await control("list_subshell_request"), { status: "ok", subshell_id: [subshell, other] });
  assert.deepEqual(await control("delete_subshell_request", { subshell_id: other }), { status: "ok" });
  assert.deepEqual((await control("list_subshell_request")).subshell_id, [subshell]);
  const again = await control("delete_subshell_request", { subshell_id: other });
  assert.match(again.evalue, /^Cannot find subshell: .*got [\w-]+$/);
  const lost = await client.run("1", { subshell: other });
  assert.deepEqual([lost.reply.status, lost.outputs], ["error", []]);
});

test("a cell answers in a subshell while another one waits, and each shows what is its own", async () => {
  const first = await begun(`${wait("go")} console.log("first"); display("shown"); "result of the first"`);
  const second = await beside(`console.log("second"); "result of the second"`);
  assert.deepEqual(
    second.outputs.map(({ content }) => content.text ?? content.data["text/plain"]),
    ["second\n", "result of the second"],
  );
  assert.equal(second.reply.execution_count, (await beside(release("go"))).reply.execution_count - 1);
  const { outputs } = await first.answer;
  assert.deepEqual(
    outputs.slice(1).map(({ content }) => content.text ?? content.data["text/plain"]),
    ["first\n", "shown", "result of the first"],
  );
});

test("a cell sees the names of one that still runs, their values as they come, and no others afterwards", async () => {
  await client.run("const shared = 1; let kept = 'old';");
  const first = await begun(
    `const early = { loss: [0.5] };\n${wait("on")}\nconst late = 2; kept = "new"; early.loss.push(0.25);`,
  );
  assert.equal(result(await beside("early.loss.length + shared")), "2");
  assert.equal(result(await beside("typeof late")), "undefined");
  const { reply } = await client.request("complete_request", { code: "early.", cursor_pos: 6 }).answer;
  assert.deepEqual(reply.matches, ["loss"]);
  const wrong = await beside("early.nothing");
  assert.match(wrong.reply.evalue, /Property 'nothing' does not exist/);
  await beside(release("on"));
  assert.equal((await first.answer).reply.status, "ok");
  assert.equal(result(await client.run("kept + late + early.loss.length")), "new22");

  const failing = await begun(
    `const got = 1;\n${wait("fail")}\nthrow new Error("late");\nconst unreached = 2;`,
  );
  assert.equal(result(await beside("got")), "1");
  await beside(release("fail"));
  assert.equal((await failing.answer).reply.ename, "Error");
  assert.equal(result(await client.run("got")), "1");
  assert.match((await client.run("unreached")).reply.evalue, /Cannot find name 'unreached'/);
});

test("an interrupt is for the cell that began last, and then for the other", async () => {
  const training = await begun(
    `const listening = (globalThis as any)[Symbol.for("podium.signal")] as AbortSignal;
     while (!listening.aborted) await new Promise((resolve) => setTimeout(resolve, 5)); "best weights"`,
  );
  for (const code of ["for (;;) {}", "await null; for (;;) {}", "await new Promise(() => {});"]) {
    const quick = await begun(code, { subshell });
    await client.interrupt();
    await client.interrupt();
    assert.equal((await quick.answer).reply.ename, "KeyboardInterrupt");
    assert.equal(result(await beside("'alive'")), "alive");
  }
  const ended = await Promise.race([training.answer, new Promise((resolve) => setTimeout(resolve, 30))]);
  assert.equal(ended, undefined);
  await client.interrupt();
  assert.equal(result(await training.answer), "best weights");
});

test("an error aborts what waits in its own queue alone", async () => {
  const first = await begun(`${wait("stop")} throw new Error("stop");`);
  const waiting = client.send("1");
  const other = await begun(`${wait("end")} "other"`, { subshell });
  await client.request("comm_info_request", {}).answer;
  const third = (await control("create_subshell_request")).subshell_id;
  await client.run(release("stop"), { subshell: third });
  assert.equal((await first.answer).reply.ename, "Error");
  assert.equal((await waiting.answer).reply.status, "aborted");
  await client.run(release("end"), { subshell: third });
  assert.equal(result(await other.answer), "other");
});

test("what several cells declare at a time ends right, in whatever order they end", async () => {
  const first = await begun(`let owner = "first";\n${wait("one")} const one = 1;`);
  const second = await begun(`let owner = "second";\n${wait("two")} const two = owner;`, { subshell });
  const third = (await control("create_subshell_request")).subshell_id;
  await client.run(release("one"), { subshell: third });
  await first.answer;
  await client.run(release("two"), { subshell: third });
  await second.answer;
  assert.equal(result(await client.run("owner + one + two")), "second1second");
});

test("a question is asked for its cell while another cell runs", async () => {
  const first = await begun(`${wait("asked")} 1`);
  client.onQuestion = (question) => void client.reply(question, "answer");
  const answer = await beside(
    'import { createInterface } from "node:readline/promises"; await createInterface(process.stdin).question("Q ")',
    { allow_stdin: true },
  );
  assert.equal(result(answer), "answer");
  await beside(release("asked"));
  assert.equal((await first.answer).reply.status, "ok");
});

test("a network trains and a cell beside it looks at it", async () => {
  await client.run(`import * as tf from "@tensorflow/tfjs-node-gpu";
    import { train } from "podium";
    const x = tf.zeros([64, 4]), y = tf.zeros([64, 1]);
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [4] })] });
    let epochs = 0;`);
  const training = client.send(
    `await train.fit(model, { x, y }, {
       epochs: 100_000, batchSize: 8, loss: "meanSquaredError", optimizer: "sgd",
       callbacks: [{ name: "count", onEpochEnd: () => { if (++epochs === 2) console.log("two"); } }],
     });`,
  );
  const outcome = await Promise.race([
    training.until(({ content }) => content.text === "two\n").then(() => "trains"),
    training.answer.then(({ reply }) => reply.evalue),
  ]);
  assert.equal(outcome, "trains");
  assert.ok(Number(result(await beside("epochs"))) >= 2);
  assert.match(result(await beside("model.getWeights()[0]")), /Tensor float32 \[4, 1\]/);
  await client.interrupt();
  assert.equal((await training.answer).reply.status, "ok");
});
