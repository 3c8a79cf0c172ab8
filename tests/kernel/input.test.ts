import assert from "node:assert/strict";
import { once } from "node:events";
import test, { after, afterEach, before } from "node:test";
import { type Answer, Client, type Pending, type Question } from "./client";

let client: Client;

before(async () => {
  client = await Client.start();
});
after(() => client.stop());
afterEach(() => {
  client.onQuestion = () => {};
});

const asking = { allow_stdin: true };

/** Runs a cell, answers its questions in order, and tells the questions. */
async function dialogue(
  code: string,
  answers: string[],
  isNamed = true,
): Promise<Answer & { asked: Question[] }> {
  const asked: Question[] = [];
  const waiting = [...answers];
  client.onQuestion = (question) => {
    asked.push(question);
    const answer = waiting.shift();
    if (answer !== undefined) void client.reply(question, answer, isNamed);
  };
  return { ...(await client.run(code, asking)), asked };
}

async function question(cell: Pending): Promise<Question> {
  return new Promise((resolve) => {
    const seen = client.questions.find(({ parent }) => parent === cell.id);
    if (seen) resolve(seen);
    client.onQuestion = (asked) => asked.parent === cell.id && resolve(asked);
  });
}

function result({ outputs, reply }: Answer): string {
  const found = outputs.find(({ type }) => type === "execute_result");
  assert.ok(found, `no result in ${JSON.stringify([outputs, reply])}`);
  return found.content.data["text/plain"];
}

test("prompt asks the front end and gives the answer, its default for an empty one", async () => {
  const answer = await dialogue('[prompt("Folds:"), prompt("Seed:", "7"), prompt()].join("|")', [
    "5",
    "",
    "x y",
  ]);
  assert.deepEqual(
    answer.asked.map(({ prompt, password }) => [prompt, password]),
    [
      ["Folds: ", false],
      ["Seed: [7] ", false],
      ["Input: ", false],
    ],
  );
  assert.equal(result(answer), "5|7|x y");
});

test("what was printed before a question is shown before it", async () => {
  const cell = client.send('process.stdout.write("first"); prompt("then"); 1', asking);
  const asked = await question(cell);
  assert.ok(client.published.some(({ parent, content }) => parent === cell.id && content.text === "first"));
  await client.reply(asked, "");
  assert.equal((await cell.answer).reply.status, "ok");
});

test("promptSecret asks for a hidden answer, confirm takes y and yes alone, alert waits", async () => {
  const answer = await dialogue(
    'const token = promptSecret(); const all = [confirm("Train?"), confirm(), confirm(), confirm()]; alert("done"); [token, all].join()',
    ["s3cret", "y", "YES", "", "nay", ""],
  );
  assert.deepEqual([answer.asked[0].prompt, answer.asked[0].password], ["Password: ", true]);
  assert.deepEqual([answer.asked[1].prompt, answer.asked.at(-1)?.prompt], ["Train? [y/N] ", "done [Enter] "]);
  assert.equal(result(answer), "s3cret,true,true,false,false");
});

test("an answer may come after an await, and from a front end that does not say to what", async () => {
  const answer = await dialogue('await null; prompt("a") + prompt("b")', ["1", "2"], false);
  assert.equal(result(answer), "12");
});

test("half a character in an answer or a question does no harm", async () => {
  const answer = await dialogue('prompt("🙂🙂".slice(0, 3)).length', ["🙂"]);
  assert.deepEqual([answer.asked[0].prompt, result(answer)], ["🙂\ufffd ", "2"]);
});

test("readline's questions are asked one after the other, by callback and by promise", async () => {
  const byPromise = await dialogue(
    `import * as lines from "node:readline/promises";
     const reader = lines.createInterface({ input: process.stdin, output: process.stdout });
     await new Promise((resolve) => setTimeout(resolve, 50));
     const name = await reader.question("Name? ");
     const age = await reader.question("Age? ");
     reader.close();
     name + age`,
    ["Ada", "36"],
  );
  assert.deepEqual(
    byPromise.asked.map(({ prompt }) => prompt),
    ["Name? ", "Age? "],
  );
  assert.deepEqual(
    byPromise.outputs.filter(({ type }) => type === "stream"),
    [],
  );
  assert.equal(result(byPromise), "Ada36");

  const byCallback = await dialogue(
    `import { createInterface } from "readline";
     const other = createInterface(process.stdin, process.stdout);
     const told = await new Promise<string>((resolve) => other.question("City? ", resolve));
     other.close();
     told`,
    ["Kyiv"],
  );
  assert.deepEqual([byCallback.asked.map(({ prompt }) => prompt), result(byCallback)], [["City? "], "Kyiv"]);
});

test("lines of process.stdin are read until the code has enough", async () => {
  const looped = await dialogue(
    `import { createInterface as create } from "node:readline";
     const sum: number[] = [];
     for await (const line of create({ input: process.stdin })) {
       if (line === "") break;
       sum.push(Number(line));
     }
     sum.join("+")`,
    ["1", "2", ""],
  );
  assert.equal(result(looped), "1+2");
  const streamed = await dialogue(
    `String(await new Promise((resolve) => process.stdin.once("data", resolve))).trim()`,
    ["typed", "never"],
  );
  assert.equal(result(streamed), "typed");
  assert.equal(streamed.asked.length, 1);
});

for (const [name, code] of [
  ["prompt", 'console.log("begun"); prompt("Name")'],
  ["prompt after an await", 'await null; console.log("begun"); prompt("Name")'],
  [
    "readline",
    `import { createInterface as ask } from "node:readline/promises"; console.log("begun"); await ask({ input: process.stdin }).question("Name? ")`,
  ],
  ["process.stdin", `console.log("begun"); for await (const text of process.stdin) console.log(text);`],
] as const) {
  test(`an interrupt frees a cell that asks by ${name}, and a late answer is nobody's`, async () => {
    const cell = client.send(code, asking);
    const asked = await question(cell);
    await client.interrupt();
    const { reply, outputs } = await cell.answer;
    assert.equal(reply.ename, "KeyboardInterrupt");
    assert.ok(outputs.some(({ content }) => content.text === "begun\n"));
    await client.reply(asked, "late");
    await client.reply(asked, "late", false);
    assert.equal(result(await dialogue('prompt("again")', ["right"])), "right");
  });

  test(`${name} is an error where nobody answers`, async () => {
    const { reply } = await client.run(code);
    assert.equal(reply.status, "error");
    assert.match(
      reply.evalue,
      /^Cannot ask for input: a front end that answers while the cell runs is required/,
    );
    assert.equal((await client.run("1")).reply.status, "ok");
  });
}

test("alert shows its message where nobody answers", async () => {
  const { outputs, reply } = await client.run('alert("finished")');
  assert.deepEqual([reply.status, outputs[0].content.text], ["ok", "finished\n"]);
});

test("what a cell asks after it has ended is an error, and holds nothing", async () => {
  const { reply } = await client.run('setTimeout(() => prompt("late"), 20); 1', asking);
  assert.equal(reply.status, "ok");
  const { outputs } = await client.run("await new Promise((resolve) => setTimeout(resolve, 80)); 2");
  assert.equal(outputs.at(-1)?.content.data["text/plain"], "2");
  assert.ok(
    client.published.some(({ content }) => /got the question of a cell that has ended/.test(content.text)),
  );
});

test("a cell may use the names for its own", async () => {
  const { reply, outputs } = await client.run('const prompt = (text: string) => text + "!"; prompt("mine")');
  assert.deepEqual([reply.status, outputs[0]?.content.data["text/plain"]], ["ok", "mine!"]);
});

test("a shutdown ends a kernel that waits for an answer, without force", async (context) => {
  const other = await Client.start();
  context.after(() => other.stop());
  const asked = new Promise((resolve) => {
    other.onQuestion = resolve;
  });
  other.send("prompt()", asking);
  await asked;
  const exit = once(other.process, "exit");
  await other.request("shutdown_request", { restart: true }, { channel: "control" }).answer;
  assert.deepEqual(await exit, [0, null]);
});
