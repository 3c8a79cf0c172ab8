import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { setFlagsFromString } from "node:v8";
import vm from "node:vm";
import * as ts from "@tslab/typescript-for-tslab";
import { Notebook } from "./notebook";

/**
 * One program over the grammar, a line for what belongs together: what it tells `log` must not depend on how it is divided into cells.
 */
const statements = `
let threshold = 0.5;
const isHit = (p: number) => p > threshold;
threshold = 0.9;
log("closure", isHit(0.7), isHit(0.95));
function setTo(value: number) { threshold = value; return threshold; }
log("function assigns", setTo(0.1), threshold, isHit(0.2));
threshold += 1; threshold++; --threshold; threshold **= 2;
log("operators", threshold);
const opts: { seed?: number; deep?: { list?: number[] } } = { deep: {} };
let seed = 1, list: number[] = [], rest: object = {};
({ seed = 2021 } = opts);
log("default in a pattern", seed);
({ seed: seed = 5, deep: { list = [7] } = {}, ...rest } = opts);
log("nested pattern", seed, list, Object.keys(rest));
[seed, threshold] = [threshold, seed];
[seed = 3, , ...list] = [undefined as unknown as number, 0, 1, 2];
log("array pattern", seed, list, threshold);
const { a: { b: [c, d = c + 1] = [1] } = {}, ["key" + 1]: computed = seed, ...others } = { a: { b: [8] }, key2: 3, z: 1 } as any;
log("declared pattern", c, d, computed, others);
const destructure = ({ seed = threshold, deep: { list: [first] = [seed] } = {} }: typeof opts = {}, [x, y = x] = [seed]) => [seed, first, x, y];
log("parameters", destructure(), destructure({ seed: 4 }, [6]));
function shadows(seed: number, inner = () => seed) { var threshold = 77; { let seed = 5; threshold += seed; } return [seed, threshold, inner()]; }
log("shadowing", shadows(1), seed, threshold);
function bodyVar(get = () => seed) { var seed = 99; return [get(), seed]; }
log("body and parameter", bodyVar());
outer: for (let i = 0; i < 3; i++) { for (const j of [0, 1, 2]) { if (j === 1) continue outer; if (i === 2) break outer; log("label", i, j); } }
seed: for (;;) { break seed; }
for (var index = 0, size = 2; index < size; index++) { setLog.push(() => index); }
log("var in a loop", index, setLog.map((f) => f()));
for (var each of [1, 2, 3]) { if (each === 2) break; }
for (var key in { p: 1, q: 2 }) { log("key", key); }
for (var { left, right = left } of [{ left: 1 }, { left: 2, right: 3 }] as { left: number; right?: number }[]) { log("pattern in a loop", left, right); }
for (seed of [10, 20]) { log("of a name", seed); }
for (list[0] of [5]) { log("of an element", list[0]); }
for (let k = 0, seed = 3; k < seed; k++) { setLog.push(() => k + seed); }
log("loop closures", setLog.slice(-3).map((f) => f()));
if (seed > 0) { var within = "block"; }
log("var in a block", within);
switch (seed) { case 20: let scoped = 1; var fromSwitch = scoped; break; default: fromSwitch = 2; }
log("switch", fromSwitch);
try { throw { message: "thrown", code: 3 }; } catch ({ message, code: seed }) { log("catch", message, seed); } finally { var done = true; }
log("after catch", seed, done);
let scale = 2;
class Base { static made = 0; #own = threshold; constructor(readonly factor = seed) { Base.made++; } get own() { return this.#own; } scaled() { return this.factor * scale; } static from() { return new Base(3); } }
class Derived extends Base { static { log("static block", scale, Base.made); } static count = scale * 10; ["me" + "thod"]() { return scale; } scaled() { return super.scaled() + scale; } }
scale = 5;
log("class", new Derived().scaled(), Base.from().scaled(), (new Derived() as any).method(), Derived.count, Base.made, new Base().own);
const Scale = class extends Base { protected amount = scale; private hidden = 1; read() { return this.amount + this.hidden; } };
log("class expression", Scale.name, new Scale().read(), class {}.name);
const makeClass = () => class { private secret = scale; read() { return this.secret; } };
log("function that returns a class", new (makeClass())().read());
const named = function recurse(n: number): number { return n ? recurse(n - 1) + seed : 0; };
log("names", named.name, named(2), isHit.name, (() => 0).name);
let later: () => number = () => 0; later = () => seed;
log("assigned names", later.name, (later = function () { return 1; }).name);
let nothing: (() => number) | undefined; nothing ??= () => seed; 
log("logical assignment", nothing?.name, nothing?.());
function usesThis(this: unknown) { return this === undefined; }
const tag = function (this: unknown, parts: TemplateStringsArray, ...values: unknown[]) { return [this === undefined, parts.join("|"), ...values]; };
log("this", usesThis(), (usesThis)(), usesThis?.(), tag\`a\${seed}b\${\`\${scale}\`}\`);
const shorthand = { seed, scale, usesThis, log: 1, method() { return seed; }, get value() { return scale; }, async *generate() { yield seed; }, [\`\${seed}\`]: seed, "scale-x": scale };
log("literal", shorthand.seed, shorthand.method(), shorthand.value, shorthand["20"], shorthand.usesThis());
const property = { threshold: 1, seed: { threshold: 2 } };
log("properties", property.threshold, property.seed.threshold, property?.["seed"]?.threshold);
enum Color { Red = 1, Green = Red * 2, Blue = "abc".length }
const enum Fixed { One = 1, Two = One + 1 }
log("enumeration", Color.Green, Color[1], Color.Blue, Fixed.Two, Object.keys(Color).length);
namespace Shapes { export const side = 2; export function area() { return side * side * scale; } export namespace Inner { export const deep = side; } }
log("namespace", Shapes.area(), Shapes.Inner.deep);
function* counts() { let n = seed; while (n < seed + 2) yield n++; }
log("generator", [...counts()], Math.max(...counts()));
async function late() { await null; return seed; }
log("await", await late(), await Promise.all([late(), 2]), \`\${await late()}\`);
for await (const one of [late(), Promise.resolve(4)]) { log("for await", one); }
for await (var item of shorthand.generate()) {}
log("for await of a name", item);
const { seen = await late(), [await Promise.resolve("k")]: viaKey } = { k: 5 } as any;
log("await in a pattern", seen, viaKey);
class Awaited extends (await Promise.resolve(Base)) {}
log("await in extends", new Awaited(2).scaled());
if (await late()) { try { await Promise.reject(new Error("no")); } catch (error) { log("await in a block", (error as Error).message); } }
import { join, sep as separator } from "node:path";
import * as nodePath from "node:path";
import defaultPath, { type ParsedPath } from "node:path";
log("imports", join("a", "b"), separator, nodePath.basename("a/b"), defaultPath.extname("c.d"), typeof join);
const parsed: ParsedPath = nodePath.parse("/x/y.z");
log("types of imports", parsed.ext, (await import("node:path")).posix.sep === separator);
export const exported = 1, alsoExported = exported + 1;
export function exportedFunction() { return exported + seed; }
export type Pair = [number, string];
export interface Named { name: string }
export class ExportedClass { value = exportedFunction(); }
export enum Level { Low, High }
export { seed, scale as factor };
export default function defaultFunction() { return "default"; }
const pair: Pair = [alsoExported, "two"], thing: Named = { name: "n" };
log("exports", exported, exportedFunction(), pair, thing, new ExportedClass().value, Level.High, defaultFunction());
abstract class Shape { abstract area(): number; static create(side: number): Shape { return new (class extends Shape { area() { return side * side; } })(); } }
log("abstract", Shape.create(3).area());
function decorate(target: any) { target.decorated = scale; return target; }
@decorate class Decorated { static self() { return Decorated; } value = 1; }
log("decorator", (Decorated as any).decorated, Decorated.self() === Decorated, new Decorated().value);
var twice = 1;
var twice: number;
log("declared twice", twice);
let unset: number | undefined;
log("without a value", unset);
function overloaded(a: number): number; function overloaded(a: string): string; function overloaded(a: any) { return a; }
log("overloads", overloaded(1), overloaded("s"));
const isEven = (n: number): boolean => n === 0 || isOdd(n - 1); function isOdd(n: number): boolean { return n !== 0 && isEven(n - 1); }
log("mutual", isEven(10), isOdd(7));
const __proto__ = 1, constructor = 2, toString = 3, hasOwnProperty = 4, __dirty = 5;
log("odd names", __proto__, constructor, toString, hasOwnProperty, __dirty);
function readsArguments() { return arguments.length + seed; }
log("arguments", (readsArguments as any)(1, 2));
const spread = [...list, ...[seed]], merged = { ...property, ...{ seed } };
log("spread", spread, merged, [, seed].length);
let counter = 0; const tick = () => { counter++; return counter; }; tick();
log("callbacks", [1, 2].map(tick), counter, typeof counter, void counter, -counter, !counter, counter ? seed : scale);
await new Promise<void>((resolve) => setTimeout(() => { counter = 100; resolve(); }, 1));
log("timer", counter);
const huge = [${Array.from({ length: 1500 }, (_, i) => `{ id: ${i}, k${i}: { tag: "t${i}", at: [${i}, "x"] } }`).join(", ")}] as const;
log("huge literal", huge[1499].k1499.tag, huge.length);
const unique = Symbol("u"); const bySymbol = { [unique]: 1 };
log("symbol", bySymbol[unique]);
function localType() { interface Local { deep: number } class Hidden { constructor(private n: number) {} get() { return this.n; } } return { value: { deep: 1 } as Local, hidden: new Hidden(seed) }; }
log("local types", localType().value.deep, localType().hidden.get());
const generic = <T extends { id: number }>(items: readonly T[]) => new Map(items.map((one) => [one.id, one] as const));
log("generic", generic([{ id: 1, label: "l" }]).get(1)?.label);
type Recursive = { next?: Recursive; value: number }; const chainOf: Recursive = { value: 1, next: { value: seed } };
log("recursive type", chainOf.next?.value);
label: { if (seed) break label; log("never"); }
do { var fromDo = seed--; } while (seed > 18); while (seed < 20) seed++;
log("loops", fromDo, seed);
new Function("log", "log('global code')")(log);
log("regular expression", /seed/.test("seed"), "seed".replace(/s(e+)d/g, (_, e) => e + seed));
delete (property as any).threshold; log("delete", "threshold" in property, property instanceof Object);
var [first1, { second: [third] }] = [1, { second: [3] }] as any; log("var pattern", first1, third);
`;

/** More of the grammar: words as names, targets of patterns, shadows, classes, exports. */
const grammar = readFileSync(path.join(__dirname, "grammar.txt"), "utf8");

const ambient = "declare function log(...values: unknown[]): void; declare const setLog: (() => number)[];";

/** What the program tells when it runs as one piece, made by TypeScript alone. */
async function expected(program: string): Promise<string[]> {
  const { lines, known } = logger();
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      experimentalDecorators: true,
      preserveConstEnums: true,
    },
  });
  const run = vm.runInThisContext(`(async function (exports, require, log, setLog) { ${outputText}\n})`);
  await run({}, require, known.log, known.setLog);
  return lines;
}

function logger() {
  const lines: string[] = [];
  const log = (...values: unknown[]) => void lines.push(JSON.stringify(values));
  return { lines, known: { log, setLog: [] as (() => number)[] } };
}

async function told(cells: readonly string[]): Promise<string[]> {
  const { lines, known } = logger();
  const notebook = new Notebook(ambient, known);
  for (const cell of cells) await notebook.run(cell);
  return lines;
}

for (const [name, program, count] of [
  ["values", statements, 69],
  ["grammar", grammar, 33],
] as const) {
  test(`a program tells the same as one cell, a cell for each line, and divided at random: ${name}`, async () => {
    const lines = await expected(program);
    assert.equal(lines.length, count);
    assert.deepEqual(await told([program]), lines);
    const separate = program.trim().split("\n");
    assert.deepEqual(await told(separate), lines);
    let state = 2021;
    const cells: string[] = [""];
    for (const line of separate) {
      state = (state * 48271) % 2147483647;
      if (state % 4 === 0) cells.push(line);
      else cells.push(`${cells.pop()}\n${line}`);
    }
    assert.deepEqual(await told(cells), lines);
  });
}

test("code of earlier cells sees what later ones assign, declare again and define anew", async () => {
  const notebook = new Notebook();
  await notebook.run(`let threshold = 0.5; const isHit = (p: number) => p > threshold;
function helper() { return "old"; }
class Model { name = "old"; static of() { return new Model().name; } }
const run = () => [isHit(0.7), helper(), new Model().name];
const later = new Promise<string>((resolve) => setTimeout(() => resolve(helper()), 20));`);
  await notebook.run("threshold = 0.9;");
  assert.deepEqual(await notebook.run("run()"), [false, "old", "old"]);
  await notebook.run(
    `let threshold = 0.1; function helper() { return "new"; } class Model { name = "new"; now = 1; }`,
  );
  assert.deepEqual(await notebook.run("run()"), [true, "new", "new"]);
  assert.equal(await notebook.run("await later"), "new");
  assert.equal(await notebook.run("new Model().now"), 1);
});

test("a cell that runs again begins anew, an enumeration too, and a plain var keeps its value", async () => {
  const notebook = new Notebook();
  for (const value of ["Red", "Green"]) {
    await notebook.run(`enum Color { ${value} } var kept: string; let unset: string | undefined;`);
    assert.deepEqual(await notebook.run(`[Object.keys(Color), kept, unset]`), [
      ["0", value],
      value === "Red" ? undefined : "set",
      undefined,
    ]);
    await notebook.run(`kept = "set"; unset = "set";`);
  }
});

test("an import has the module's current value, and a name that was one can be declared", async () => {
  const module = path.join(mkdtempSync(path.join(tmpdir(), "cells-")), "counter.js");
  writeFileSync(module, "exports.count = 0; exports.add = () => { exports.count++; };");
  const notebook = new Notebook();
  await notebook.run(`import { count, add } from ${JSON.stringify(module)}; const read = () => count;`);
  await notebook.run("add();");
  assert.deepEqual(await notebook.run("[count, read()]"), [1, 1]);
  await notebook.run("let count = 7;");
  assert.deepEqual(await notebook.run("add(); [count, read()]"), [7, 7]);
});

test("types mean what they meant where they were used, and go with the value that replaces them", async () => {
  const notebook = new Notebook();
  await notebook.run(`interface Point { x: number } const point: Point = { x: 1 }; class Both { a = 1; }
type Size = number; const Size = 3;`);
  await notebook.run("const both = new Both();");
  await notebook.run("interface Point { y: string } const Both = 5; interface Size { w: number }");
  assert.equal(await notebook.run("const sum: number = point.x + both.a + Both; sum"), 7);
  assert.deepEqual(notebook.refusals("point.y"), ["Property 'y' does not exist on type 'Point'."]);
  assert.deepEqual(notebook.refusals("let b: Both;"), [
    "'Both' refers to a value, but is being used as a type here. Did you mean 'typeof Both'?",
  ]);
  assert.equal(await notebook.run("const s: Size = { w: Size }; s.w"), 3);
  assert.deepEqual(notebook.refusals("point = { x: 2 };"), [
    "Cannot assign to 'point' because it is a constant.",
  ]);
});

test("what a cell gave a value before it failed counts, and the rest is as before", async () => {
  const notebook = new Notebook();
  await notebook.run("let first = 1, second = 2; enum Level { Low }");
  const failing = `let first = "one"; interface Kept { n: number }
throw new Error("stop"); let second = "two"; const third = 3; enum Level { High }`;
  await assert.rejects(notebook.run(failing), /stop/);
  assert.equal(await notebook.run("first.toUpperCase() + second.toFixed(1) + Level.Low"), "ONE2.00");
  assert.deepEqual(notebook.refusals("third; let k: Kept;"), ["Cannot find name 'third'."]);
});

test("a cell's value is its last expression, also with types behind it and as a default export", async () => {
  const notebook = new Notebook();
  assert.equal(await notebook.run("40 + 2\ninterface After { n: number }\nexport type Other = After;"), 42);
  assert.equal(await notebook.run("'text'"), "text");
  assert.equal(await notebook.run("export default 5"), 5);
  for (const cell of [
    "1; enum E { A }",
    "1; class A {}",
    "1; const a = 1",
    "1; if (true) 2;",
    "1; function f() {}",
  ]) {
    assert.equal(await notebook.run(cell), undefined);
  }
});

test("what a cell adds to the global scope and to modules stays, and is replaced when declared anew", async () => {
  const notebook = new Notebook();
  await notebook.run(`class Model { size = 2 }
declare global { var best: Model; interface Array<T> { lastOne(): T } }
declare module "node:path" { interface ParsedPath { seen: boolean } }
Array.prototype.lastOne = function () { return this[this.length - 1]; }; globalThis.best = new Model();`);
  await notebook.run("1");
  assert.equal(await notebook.run("const sum: number = best.size + [1, 2].lastOne(); sum"), 4);
  await notebook.run('import type { ParsedPath } from "node:path"; const seen = (p: ParsedPath) => p.seen;');
  assert.deepEqual(notebook.refusals("best.none"), ["Property 'none' does not exist on type 'Model'."]);
  await notebook.run(
    "declare global { var best: string; interface Array<T> { firstOne(): T } } globalThis.best = 'b';",
  );
  assert.equal(await notebook.run("best.toUpperCase() + [3].lastOne()"), "B3");
});

test("cells are strict, as modules are", async () => {
  const notebook = new Notebook();
  await assert.rejects(notebook.run("const fixed: any = Object.freeze({ a: 1 }); fixed.a = 2;"), /read only/);
});

test("cells that do nothing leave nothing behind in the compiler", async () => {
  setFlagsFromString("--expose-gc");
  const cleanUp = vm.runInNewContext("gc") as () => void;
  const notebook = new Notebook();
  const bytesAfter = async (cells: number) => {
    for (let i = 0; i < cells; i++) await notebook.run(i % 2 ? "1 + 1" : "const again: number[] = [1];");
    cleanUp();
    return process.memoryUsage().heapUsed;
  };
  const before = await bytesAfter(30);
  const after = await bytesAfter(60);
  assert.ok(after < 1.02 * before, `${before} to ${after} bytes`);
});

// What people reported of REPLs and notebooks of JavaScript and TypeScript, in its smallest form.
for (const [report, cells, value] of [
  [
    "nodejs/node#39744",
    ["const r = foo(); const x = await Promise.resolve(1); function foo() { return 5; }", "r + x"],
    6,
  ],
  ["nodejs/node#53328", ["var { ...others } = await { a: 1 };", "others"], { a: 1 }],
  ["nodejs/node#32708", ["let n = 0; for (const i of [1, 2]) { n += await i; }", "n"], 3],
  ["nodejs/node#43827", ["const task = { ready: Promise.resolve(1), await: 2 }; await 0;", "task.await"], 2],
  [
    "oven-sh/bun#31827",
    ["let [, , third = 3, ...tail] = await [1, 2, undefined, 4];", "[third, tail]"],
    [3, [4]],
  ],
  ["n-riesco/ijavascript#107", ["const again = 1;", "const again = 'two';", "again.length"], 3],
  ["can1357/oh-my-pi#10987", ["var counted = 0;\ncounted = 1;\nawait 0;", "counted"], 1],
  ["denoland/deno#25872", ["let document = null;", "typeof (globalThis as any).document"], "undefined"],
  [
    "denoland/vscode_deno#1288",
    ["const a = 1; for await (const b of [1]) {}", "let a = 'text';", "a.toUpperCase()"],
    "TEXT",
  ],
  [
    "microsoft/TypeScript#30598",
    ["const { b } = { b: 1 }; function f(d: typeof b) { return d; }", "f(b)"],
    1,
  ],
  [
    "swc-project/swc#6791",
    ["import { test } from 'node:test'; enum Test { Hello = 'World!' }", "typeof test + Test.Hello"],
    "functionWorld!",
  ],
  ["firefox-devtools/debugger#7222", ["const { p, q } = await { p: 2, q: 3 };", "[p, q]"], [2, 3]],
] as const) {
  test(`a case that was reported elsewhere works: ${report}`, async () => {
    const notebook = new Notebook();
    let last: unknown;
    for (const cell of cells) last = await notebook.run(cell);
    assert.deepEqual(last, value);
  });
}

test("a script's first line does not count", async () => {
  assert.equal(await new Notebook().run("#!/usr/bin/env node\n6 * 7"), 42);
});
