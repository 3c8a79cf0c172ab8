import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Client, type Pending } from "./client";

/*
 * Kinds of work, interrupted at random moments once to six times: the kernel outlives each, with its names, timers and
 * promises. `PODIUM_INTERRUPTIONS=1000 npm test -- interruptions` does it a thousand times.
 */
const rounds = Number(process.env.PODIUM_INTERRUPTIONS ?? 40);
const seed = Number(process.env.PODIUM_SEED ?? 1);

const busy = "for (;;) spun++;";
const kinds: Record<string, string> = {
  "a loop": busy,
  "a loop after an await": `await null; ${busy}`,
  "a loop in a timer": `await new Promise(() => setTimeout(() => { ${busy} }, 5));`,
  "a loop in an interval": `await new Promise(() => setInterval(() => { ${busy} }, 5));`,
  "a loop in an immediate": `await new Promise(() => setImmediate(() => { ${busy} }));`,
  "a loop in a tick": `await new Promise(() => process.nextTick(() => { ${busy} }));`,
  "a loop of microtasks": "for (;;) { await null; spun++; }",
  "a loop within a callback's context": `new AsyncResource("work").runInAsyncScope(() => { ${busy} });`,
  "a loop within a later callback's context": `await null; new AsyncResource("work").runInAsyncScope(() => { ${busy} });`,
  "a loop when a child speaks": `spawn("sh", ["-c", "while sleep 0.05; do echo x; done"]).stdout.on("data", () => { ${busy} }); await new Promise(() => {});`,
  "a loop in a displayed value": `({ [Symbol.for("Jupyter.display")]: () => { ${busy} } })`,
  "a child that is waited for at once": `execSync("sleep 30");`,
  "a child that is awaited": `await new Promise((resolve) => exec("sleep 30", resolve));`,
  "native code":
    "let product = matrix; for (let i = 0; i < 40; i++) product = tf.matMul(product, matrix); product.dataSync()[0]",
  "native code after an await":
    "await null; let later = matrix; for (let i = 0; i < 40; i++) later = tf.matMul(later, matrix); later.dataSync()[0]",
  training: "await model.fit(x, y, { epochs: 200, batchSize: 2048, verbose: 0 });",
  "code that is compiled": `${Array.from({ length: 1500 }, (_, i) => `const c${i} = [${i}].map((x) => x + 1);`).join("\n")}\nawait new Promise(() => {});`,
  "a loop that listens":
    "while (true) { signal().throwIfAborted(); await new Promise((resolve) => setTimeout(resolve, 3)); }",
  "a wait for nothing": "await new Promise(() => {});",
  "many lines": `for (let i = 0; ; i++) console.log("line", i);`,
  "many displays": "await null; for (let i = 0; i < 1e9; i++) display(i, { id: 'many' });",
  "files read one after the other": `for (;;) readFileSync("package.json");`,
  "files read together": `for (;;) await Promise.all([1, 2, 3, 4].map(() => promises.readFile("package.json")));`,
  "a long search": `/(a+)+$/.test("a".repeat(60) + "b");`,
  sorting: "for (;;) Array.from({ length: 1e5 }, (_, i) => (i * 7919) % 1e5).sort((a, b) => a - b);",
  "a module that is loaded":
    "for (;;) { for (const file of Object.keys(require.cache)) if (file.includes('jsdom')) delete require.cache[file]; require('jsdom'); }",
};

const preparation = `
import { exec, execSync, spawn } from "node:child_process";
import { AsyncResource } from "node:async_hooks";
import { promises, readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-node-gpu";
const signal = () => (globalThis as any)[Symbol.for("podium.signal")] as AbortSignal;
const kept = { text: "kept" };
const matrix = tf.randomNormal<tf.Rank.R2>([1200, 1200]);
const x = tf.randomNormal([4096, 256]), y = tf.randomNormal([4096, 1]);
const model = tf.sequential({ layers: [tf.layers.dense({ units: 256, inputShape: [256] }), tf.layers.dense({ units: 1 })] });
model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
let spun = 0;`;

const check = `
const order: string[] = [];
process.nextTick(() => order.push("tick"));
await Promise.resolve();
await new Promise<void>((resolve) => setImmediate(() => { order.push("immediate"); resolve(); }));
await new Promise<void>((resolve) => setTimeout(() => { order.push("timer"); resolve(); }, 2));
order.push((await promises.readFile("package.json", "utf8")).slice(0, 1), execSync("echo child").toString().trim());
order.push(String(tf.scalar(2).mul(3).dataSync()[0]), typeof require("jsdom").JSDOM, kept.text);
order.join(" ")`;

/** Numbers from 0 to 1 that depend on the seed alone. */
function generator(state: number): () => number {
  let a = state;
  return () => {
    a = (Math.imul(a, 1664525) + 1013904223) >>> 0;
    return a / 2 ** 32;
  };
}

async function ended(cell: Pending, time: number): Promise<boolean> {
  return Promise.race([cell.answer.then(() => true), pause(time).then(() => false)]);
}

test(`${rounds} interrupts of many kinds of work, once to six times each, cost the kernel nothing`, async (context) => {
  const random = generator(seed);
  // As it is installed: the sources would run with a compiler of their own, a child that hears of interrupts too.
  const built = path.join(__dirname, "..", "..", "dist");
  const launcher = [
    "--require",
    path.join(built, "engine", "prepare.js"),
    path.join(built, "kernel", "launcher.js"),
  ];
  const client = await Client.start({ launcher });
  context.after(() => client.stop());
  const ready = await client.run(preparation);
  assert.equal(ready.reply.status, "ok", JSON.stringify(ready.reply));
  const works = Object.keys(kinds);
  for (let round = 0; round < rounds; round++) {
    const name = works[round % works.length];
    const presses = 1 + Math.floor(random() * 6);
    const told = `${name}, round ${round} of seed ${seed}, ${presses} interrupts`;
    const cell = client.send(
      name === "code that is compiled" ? kinds[name] : `console.log("begun");\n${kinds[name]}`,
    );
    await cell.until(({ type }) => type === (name === "code that is compiled" ? "execute_input" : "stream"));
    const sent: Promise<void>[] = [];
    for (let press = 0; press < presses; press++) {
      await pause(random() * (press === 0 ? 300 : 120));
      sent.push(client.interrupt());
    }
    // None may come so late that it meets the next cell.
    await Promise.race([Promise.all(sent), pause(20_000)]);
    // Work that does not listen wants a second one, after what it was at had time to return.
    if (process.env.PODIUM_TELL) console.error(told);
    let isOver = await ended(cell, 1500);
    for (let press = 0; press < 10 && !isOver; press++) {
      void client.interrupt();
      isOver = await ended(cell, 2500);
    }
    assert.equal(
      client.process.exitCode ?? client.process.signalCode,
      null,
      `${told}: the kernel ended\n${client.log}`,
    );
    assert.ok(isOver, `${told}: the cell did not end`);
    const { reply } = await cell.answer;
    const names = ["KeyboardInterrupt", "Error"];
    assert.ok(reply.status === "ok" || names.includes(reply.ename), `${told}: ${JSON.stringify(reply)}`);
    const after = client.run(check);
    const right = await Promise.race([after, pause(20_000)]);
    assert.ok(right, `${told}: the kernel does not answer\n${client.log}`);
    assert.equal(
      right.outputs.at(-1)?.content.data?.["text/plain"],
      "tick immediate timer { child 6 function kept",
      `${told}: ${JSON.stringify(right)}`,
    );
  }
});
