import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { dataFrame } from "../../src/core/dataFrame";
import * as python from "../../src/python";

before(() => python.requirePackages("The tests", { numpy: "numpy", pandas: "pandas" }));
after(() => python.restart());

async function roundTrip(value: unknown): Promise<unknown> {
  await python.set({ value });
  return python.get("value");
}

test("plain values come back as they went", async () => {
  const values = [
    1,
    -1.5,
    1e300,
    2 ** 53 - 1,
    0,
    -0,
    Number.NaN,
    Infinity,
    -Infinity,
    true,
    false,
    null,
    "",
    "Grüße \u{1f40d} \0 \"'\\\n",
    2n ** 100n,
    new Date(1_700_000_000_123),
    [],
    [[1, [2, "x"]], null],
    {},
    { a: { b: [1] }, "é ü": 1, __proto: 2 },
    { "@": "float", value: "x" },
    new Set([1, 2]),
    new Map<unknown, unknown>([
      [1, "one"],
      ["two", 2],
    ]),
  ];
  for (const value of values) {
    const back = await roundTrip(value);
    if (value !== null && typeof value === "object" && "@" in value) {
      assert.deepEqual(back, new Map(Object.entries(value)));
    } else assert.deepEqual(back, value);
  }
  assert.equal(await roundTrip(undefined), null);
  assert.deepEqual(await roundTrip({ a: undefined, b: 1 }), { b: 1 });
});

test("numbers have the type in Python that their value has", async () => {
  await python.set({ values: [1, 1.5, 1e20, -0, 2n, Number.NaN, true] });
  assert.deepEqual(await python.get("[type(value).__name__ for value in values]"), [
    "int",
    "float",
    "float",
    "float",
    "int",
    "float",
    "bool",
  ]);
  assert.equal(await python.get("2**53 - 1"), 2 ** 53 - 1);
  assert.equal(await python.get("2**53"), 2n ** 53n);
  assert.deepEqual(await python.get("(1, (2, 3))"), [1, [2, 3]]);
});

const kinds = [
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
  BigUint64Array,
] as const;

test("typed arrays of every kind pass with dtype and shape, small and in shared memory", async () => {
  for (const Kind of kinds) {
    for (const length of [0, 1, 6, 90_000]) {
      const data = new Kind(length);
      for (let i = 0; i < length; i++) {
        const value = (i * 7) % 120;
        data[i] = data instanceof BigUint64Array ? 2n ** 63n + BigInt(i) : value;
      }
      const shape = length % 3 === 0 ? [length / 3, 3] : [length];
      const back = (await roundTrip({ data, shape })) as python.PythonArray;
      assert.deepEqual(back.shape, shape);
      assert.equal(back.dtype, await python.get("str(value.dtype)"));
      if (!(data instanceof BigUint64Array && length === 0)) assert.deepEqual(back.data, data);
    }
  }
});

test("whole numbers of 64 bits come in 32 where all fit, else as bigint", async () => {
  const of = async (code: string) =>
    (await python.get(`__import__("numpy").array(${code})`)) as python.PythonArray;
  assert.deepEqual((await of("[-2**31, 2**31 - 1]")).data, Int32Array.of(-(2 ** 31), 2 ** 31 - 1));
  assert.deepEqual((await of("[2**31]")).data, BigInt64Array.of(2n ** 31n));
  assert.equal((await of("[1]")).dtype, "int64");
});

test("arrays of other kinds: half floats, booleans, texts, dates, none, complex, masked", async () => {
  await python.run("import numpy as np");
  assert.deepEqual(
    ((await python.get("np.array([1.5], 'f2')")) as python.PythonArray).data,
    Float32Array.of(1.5),
  );
  const flags = (await python.get("np.array([[True], [False]])")) as python.PythonArray;
  assert.deepEqual([flags.data, flags.shape, flags.dtype], [Uint8Array.of(1, 0), [2, 1], "bool"]);
  assert.deepEqual(await python.get("np.array([['a', 'b']])"), [["a", "b"]]);
  assert.deepEqual(await python.get("np.array([None, 1, 'x'], object)"), [null, 1, "x"]);
  const dates = await python.get("np.array(['2020-02-03T04:05:06.789', 'NaT'], 'M8[ns]')");
  assert.deepEqual(dates, [new Date("2020-02-03T04:05:06.789Z"), null]);
  assert.equal(await python.get("np.float32(1.5)"), 1.5);
  assert.equal(await python.get("np.array(3)"), 3);
  assert.deepEqual(await python.get("b'\\x00\\xff'"), Uint8Array.of(0, 255));
  assert.equal(((await python.get("bytes(100_000)")) as Uint8Array).length, 100_000);
  await assert.rejects(python.get("np.array([1j])"), /complex128.*\.real and \.imag/);
  await assert.rejects(python.get("np.ma.array([1], mask=[1])"), /masked array.*filled/);
});

test("arrays in other orders of bytes and axes come in C order", async () => {
  const numbers = "np.arange(60_000, dtype='f4').reshape(200, 300)";
  for (const form of [
    `np.asfortranarray(${numbers})`,
    `${numbers}.astype('>f4')`,
    `np.flip(np.flip(${numbers}, 0), 0)`,
  ]) {
    const { data, shape } = (await python.get(form)) as python.PythonArray;
    assert.deepEqual(shape, [200, 300]);
    assert.ok(data.every((value, i) => value === i));
  }
});

test("an array is a copy, unless sharing is asked for", async () => {
  const data = new Float32Array(50_000).fill(1);
  await python.set({ data });
  data[0] = 5;
  const copy = (await python.get("data")) as python.PythonArray;
  const shared = (await python.get("data", { share: true })) as python.PythonArray;
  assert.equal(copy.data[0], 1);
  await python.run("data[0] = 9");
  assert.equal(copy.data[0], 1);
  assert.equal(shared.data[0], 9);
  await python.set({ again: shared.data }, { share: true });
  await python.run("again[1] = 3");
  assert.equal(shared.data[1], 3);
});

test("memory is used again, and never while either side has an array on it", async () => {
  const data = new Float32Array(50_000);
  const kept: python.PythonArray[] = [];
  for (let i = 0; i < 20; i++) {
    data.fill(i);
    await python.set({ [`kept_${i % 10}`]: data });
    kept.push((await python.get(`kept_${i % 10} + 0.5`)) as python.PythonArray);
  }
  for (let i = 10; i < 20; i++) {
    assert.equal(await python.get(`bool((kept_${i % 10} == ${i}).all())`), true);
  }
  kept.forEach(({ data: values }, i) => {
    assert.ok(values.every((value) => value === i + 0.5));
  });
});

test("danfojs tables become pandas' and back", async () => {
  const rows = {
    whole: [1, 2, 3],
    real: [0.5, Number.NaN, 2],
    text: ["x", null, "z"],
    flag: [true, false, true],
  };
  const frame = dataFrame(rows);
  frame.$setIndex(["a", "b", "c"]);
  await python.set({ frame });
  assert.deepEqual(await python.get("[str(kind) for kind in frame.dtypes]"), [
    "int32",
    "float64",
    "str",
    "bool",
  ]);
  assert.deepEqual(await python.get("list(frame.index)"), ["a", "b", "c"]);
  const back = (await python.get("frame[['text', 'whole', 'real', 'flag']]")) as typeof frame;
  assert.deepEqual(back.columns, ["text", "whole", "real", "flag"]);
  assert.deepEqual(back.index, ["a", "b", "c"]);
  assert.deepEqual(back.values, [
    ["x", 1, 0.5, true],
    [Number.NaN, 2, Number.NaN, false],
    ["z", 3, 2, true],
  ]);
  const series = (await python.get("frame['real'] * 2")) as { values: number[]; columns: string[] };
  assert.deepEqual(series.values, [1, Number.NaN, 4]);
  const empty = (await python.get("frame.iloc[:0]")) as typeof frame;
  assert.equal(empty.shape[0], 0);
  await assert.rejects(python.get("frame[['text', 'text']]"), /different names, got text twice/);
});

test("a value that has no counterpart is an error that names its place", async () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  await assert.rejects(
    python.set({ a: { b: [() => 1] } }),
    /Cannot pass a\.b\[0\] to Python.*got a function/,
  );
  await assert.rejects(python.set({ a: Symbol("x") }), /got a symbol/);
  await assert.rejects(python.set({ a: /x/ }), /got a RegExp/);
  await assert.rejects(python.set({ a: cyclic }), /must not contain itself/);
  await assert.rejects(
    python.set({ a: { data: Float32Array.of(1), shape: [2] } }),
    /shape \[2\] needs 2 values, got 1/,
  );
  await assert.rejects(python.set({ "a b": 1 }), /Cannot set a b/);
  await assert.rejects(python.get("(lambda l: (l.append(l), l)[1])([])"), /must not contain itself/);
  assert.equal(await python.get("'a' in globals()"), false);
});
