import assert from "node:assert/strict";
import test from "node:test";
import * as tf from "@tensorflow/tfjs-node-gpu";
import * as podium from "../../../src";
import { familiarTargets, ourNameFor } from "../../../src/kernel/compile/familiarNames";
import { Notebook } from "./notebook";

const notebook = new Notebook();

test("a cell that is not finished gives one error, at the end of its code", () => {
  for (const [cell, said, line, character] of [
    ["const spec = features.", "identifier expected", 0, 22],
    ["const rows = [1, 2\n\n", "']' expected", 0, 18],
    ["function f() {\n  return 1;  // more\n", "'}' expected", 1, 11],
    ["f(1, ", "')' expected", 0, 4],
    ["const a = `one", "unterminated template literal", 0, 14],
    ["/* note", "'*/' expected", 0, 0],
  ] as const) {
    const [first, ...more] = notebook.compiler.compile(cell).diagnostics;
    assert.deepEqual(more, [], cell);
    assert.equal(first.messageText.toLowerCase(), `the cell is not finished: ${said}`);
    assert.deepEqual([first.start.line, first.start.character], [line, character], cell);
  }
});

test("lines of IPython and Python say what to write instead", () => {
  for (const [cell, said] of [
    ["!ls -l", /execSync\("ls -l", \{ encoding: "utf8" \}\)/],
    ["const a = 1\n!pip install numpy", /run `pip install numpy` in a terminal/],
    ["%pip install numpy", /run `pip install numpy` in a terminal/],
    ["%timeit f(1)", /console\.timeEnd/],
    ["%%html\n<b>bold</b>", /`display\.html\(…\)`/],
    ["%matplotlib inline", /leave it out/],
    ["%unknown", /knows none/],
    ["?console.log", /Shift\+Tab behind `console\.log`/],
    ["console.log?", /Shift\+Tab/],
    ["import numpy as np", /import \* as name/],
    ["from keras import layers", /import \{ name \}/],
    ["def f(x):\n  return x", /braces/],
  ] as const) {
    const { diagnostics } = notebook.compiler.compile(cell);
    assert.match(diagnostics[0].messageText, said);
    assert.equal(diagnostics.length, 1, cell);
  }
});

test("what looks like IPython or Python and is TypeScript runs", async () => {
  assert.equal(await notebook.run("const ls = false;\n!ls"), true);
  assert.equal(await notebook.run("const part = 2, rest = 7\n%part;\nrest"), 1);
});

test("a package that is not installed says what to run, and where", () => {
  const place = process.cwd();
  for (const [module, command] of [
    ["lodash", "npm install lodash"],
    ["lodash/map", "npm install lodash"],
    ["@scope/name/part", "npm install @scope/name"],
  ]) {
    const [, said] = notebook.refusals(`import * as it from "${module}";`);
    assert.equal(said, `Run \`${command}\` in ${place} in a terminal, then this cell again`);
  }
  assert.deepEqual(notebook.refusals('import { it } from "./nowhere";').length, 1);
});

test("names of other libraries say what stands for them here", () => {
  const last = (cell: string) => notebook.refusals(cell).at(-1);
  assert.match(last("pd.read_csv('a.csv')") ?? "", /Here: .*`data\.readTable`/);
  assert.match(last("np.random.RandomState(1)") ?? "", /`data\.randomSource`/);
  assert.match(last("keras.layers.LSTM(3)") ?? "", /`layers\.lstm`/);
  assert.match(last('import "torch"; import * as k from "keras";') ?? "", /Here: `tf`/);
  assert.match(last("print(1)") ?? "", /`console\.log`/);
  assert.match(last('import * as fs from "node:fs"; fs.read_csv("a")') ?? "", /`data\.readTable`/);
  // Of a value of another kind the name may mean anything.
  assert.deepEqual(notebook.refusals("const own = { a: 1 }; own.shift()"), [
    "Property 'shift' does not exist on type '{ a: number; }'.",
  ]);
});

test("everything that stands for another library's name exists", () => {
  const targets = familiarTargets();
  assert.ok(targets.length > 140);
  for (const target of targets) {
    let value: unknown = { ...podium, tf };
    for (const name of target.split(".")) value = (value as Record<string, unknown>)?.[name];
    assert.notEqual(value, undefined, target);
  }
  assert.equal(ourNameFor("train_test_split"), ourNameFor("trainTestSplit"));
});
