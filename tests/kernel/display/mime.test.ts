import assert from "node:assert/strict";
import test from "node:test";
import { describeValue } from "../../../src/kernel/display/mime";

async function show(value: unknown): Promise<Record<string, string>> {
  return (await describeValue(value)) as Record<string, string>;
}

/** What the kernel sees of a danfojs frame. */
function frame(values: unknown[][], columns: string[], dtypes: string[]) {
  const $index = values.map((_, i) => i);
  return { $columns: columns, $isSeries: false, $index, $data: values as unknown[], $dtypes: dtypes };
}

test("a table is HTML with its text escaped and its shape said", async () => {
  const bundle = await show(frame([[1, "<script>"]], ["a&b", "label"], ["int32", "string"]));
  assert.match(bundle["text/html"], /<th[^>]*>a&amp;b<\/th>/);
  assert.match(bundle["text/html"], /<td[^>]*>&lt;script&gt;<\/td>/);
  assert.doesNotMatch(bundle["text/html"], /<script>/);
  assert.match(bundle["text/plain"], /1 row × 2 columns/);
});

test("of a long table the ends are shown, of one of 20 rows all", async () => {
  const rows = (count: number) => Array.from({ length: count }, (_, i) => [`row${i}`]);
  const long = (await show(frame(rows(1000), ["name"], ["string"])))["text/html"];
  assert.match(long, /row9<.*…<.*row990</);
  assert.doesNotMatch(long, /row10<|row989</);
  assert.match(long, /1000 rows × 1 column</);
  const whole = (await show(frame(rows(20), ["name"], ["string"])))["text/html"];
  assert.match(whole, /row10</);
  assert.doesNotMatch(whole, /…/);
});

test("a table of one column, a series, shows its values", async () => {
  const series = { ...frame([["x"], ["y"]], ["name"], ["string"]), $isSeries: true, $data: ["x", "y"] };
  assert.match((await show(series))["text/plain"], /0 {5}x\n1 {5}y/);
});

test("a typed array is summed up with its missing values apart", async () => {
  const bundle = await show(new Float32Array([1, Number.NaN, 2, 6]));
  assert.equal(bundle["text/plain"], "Float32Array [4]: min 1, mean 3, max 6, NaN 1, values 1, NaN, 2, 6");
  assert.equal((await show(new Float64Array(0)))["text/plain"], "Float64Array [0]: empty");
  assert.match((await show(new BigInt64Array([3n, 5n])))["text/plain"], /min 3, mean 4, max 5/);
});

test("a series is summed up by channel, names escaped", async () => {
  const bundle = await show({
    data: new Float32Array([1, 10, 2, 20]),
    shape: [1, 2, 2],
    channels: ["<x>", "y"],
    rate: 50,
  });
  assert.equal(
    bundle["text/plain"],
    "Series float32 [1, 2, 2] at 50 Hz\n  <x>: min 1, mean 1.5, max 2\n  y: min 10, mean 15, max 20",
  );
  assert.match(bundle["text/html"], /<td>&lt;x&gt;<\/td>/);
});

/** What the kernel sees of a tensor. */
function tensor(data: ArrayLike<unknown>, shape: number[], dtype = "float32", isDisposed = false) {
  const read = () => {
    if (isDisposed) throw new Error("disposed");
    return data;
  };
  return { shape, dtype, isDisposed, dataSync: read, data: async () => read() };
}

test("a tensor is summed up, one of text listed, a disposed one said to be so", async () => {
  const numbers = await show(tensor(new Float32Array([-1, 3]), [2, 1]));
  assert.equal(numbers["text/plain"], "Tensor float32 [2, 1]: min -1, mean 1, max 3, values -1, 3");
  const text = await show(tensor(["<i>"], [1], "string"));
  assert.match(text["text/html"], /&lt;i&gt;/);
  const gone = await show(tensor([], [2], "float32", true));
  assert.equal(gone["text/plain"], "Tensor float32 [2]: disposed");
});

test("a network shows its summary, everything else what console.log prints", async () => {
  const network = {
    layers: [],
    summary: (_length: unknown, _positions: unknown, print: (line: string) => void) => print("one layer"),
  };
  assert.equal((await show(network))["text/plain"], "one layer");
  assert.equal((await show({ a: [1, "b"] }))["text/plain"], "{ a: [ 1, 'b' ] }");
  assert.equal((await show("x<y"))["text/plain"], "x<y");
});

test("danfojs frames show columns that hide their own properties, dates and nested objects", async () => {
  const { DataFrame, Series } = await import("danfojs-node");
  const row = {
    index: 5,
    values: 6,
    columns: 7,
    shape: 8,
    when: new Date(0),
    nested: { a: [1, { b: "two" }] },
  };
  const { "text/plain": text, "text/html": html } = await show(new DataFrame([row]));
  assert.equal(
    text,
    [
      "   index  values  columns  shape                      when                      nested",
      "0      5       6        7      8  1970-01-01T00:00:00.000Z  { a: [ 1, { b: 'two' } ] }",
      "",
      "1 row × 6 columns",
    ].join("\n"),
  );
  assert.match(html, /<td[^>]*>\{ a: \[ 1, \{ b: &#39;two&#39; \} \] \}<\/td>/);
  assert.match((await show(new Series([1, 2])))["text/plain"], /^ +0\n0 {2}1\n1 {2}2\n\n2 rows × 1 column$/);
});

/** Whether a text survives UTF-8. */
const isWhole = (text: string) => Buffer.from(text).toString() === text;

test("what is too long is cut between characters", async () => {
  const faces = "🙂".repeat(100);
  for (const start of ["", "a"]) {
    const cut = await show(frame([[start + faces]], [start + faces], ["string"]));
    for (const text of Object.values(cut)) assert.ok(isWhole(text) && text.includes("🙂…"), text);
    const long = (await show(start + "🙂".repeat(60_000)))["text/plain"];
    assert.ok(isWhole(long) && long.length <= 100_000);
  }
});

test("a bundle that would make a notebook unreadable is refused", async () => {
  const bundle = (content: unknown) => ({ [Symbol.for("Jupyter.display")]: () => content });
  await assert.rejects(
    async () => show(bundle({ "text/plain": 42 })),
    /its text\/plain must be text or bytes, got 42/,
  );
  assert.deepEqual(await show(bundle({ "text/html": ["<p>", "x"], "application/json": 42 })), {
    "text/html": ["<p>", "x"],
    "application/json": 42,
  });
});
