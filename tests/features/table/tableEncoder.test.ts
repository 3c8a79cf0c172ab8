import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import * as danfo from "danfojs-node";
import {
  classNumbers,
  type Encode,
  type FeatureTable,
  standardScaler,
  type TableEncoderOptions,
  tableEncoder,
  tableEncoderFrom,
} from "../../../src/features";
import { kFold, stratifiedKFold } from "../../../src/validate";

type Cells = (number | null)[][];
interface Golden {
  rows: number;
  town: (string | null)[];
  age: (number | null)[];
  days: string[];
  binary: number[];
  three: number[];
  number: number[];
  count: Cells;
  median: Cells;
  mean: Cells;
  missing: Cells;
  standard: Cells;
  dates: Cells;
  oneHot: { train: Cells; rest: Cells };
  rare: { train: Cells; rest: Cells };
  category: { train: Cells; rest: Cells };
  target: Record<string, { train: Cells; rest: Cells }>;
}

/** Made by scikit-learn and pandas, tests/golden/make_tables.py. */
const golden: Golden = JSON.parse(
  readFileSync(path.join(__dirname, "..", "..", "golden", "tables.json"), "utf8"),
);
const { rows, town, age, days } = golden;
const train = Int32Array.from({ length: rows }, (_, row) => row);
const rest = Int32Array.from({ length: town.length - rows }, (_, row) => rows + row);

function assertTable({ data, shape }: FeatureTable, expected: Cells, columns = (_: number) => true): void {
  assert.equal(shape[0], expected.length);
  expected.forEach((cells, row) => {
    const own = Array.from(data.subarray(row * shape[1], (row + 1) * shape[1])).filter((_, k) => columns(k));
    assert.equal(own.length, cells.length);
    cells.forEach((cell, k) => {
      if (cell === null) assert.ok(Number.isNaN(own[k]), `row ${row} is missing, got ${own[k]}`);
      else
        assert.ok(
          Math.abs(own[k] - cell) <= 1e-6 * Math.max(1, Math.abs(cell)),
          `row ${row}: ${own[k]} is ${cell}`,
        );
    });
  });
}

const fitTown = (encoding: Encode) =>
  tableEncoder({ encode: { town: encoding } }).fit({ town }, { indices: train });

test("categories become what scikit-learn makes of them, new and missing ones too", () => {
  const kinds: Record<"oneHot" | "rare" | "category", Encode> = {
    oneHot: "oneHot",
    rare: { kind: "oneHot", minFrequency: 12 },
    category: "category",
  };
  for (const [name, encoding] of Object.entries(kinds)) {
    const encoder = fitTown(encoding);
    const expected = golden[name as "oneHot"];
    assertTable(encoder.transform({ town }, { indices: train }), expected.train);
    assertTable(encoder.transform({ town }, { indices: rest }), expected.rest);
  }
  assert.deepEqual(fitTown("category").categorical, ["town"]);
  assert.deepEqual(fitTown("oneHot").columns, [
    "town=Bonn",
    "town=Jena",
    "town=Köln",
    "town=Ulm",
    "town=null",
  ]);
  assertTable(fitTown("count").transform({ town }), golden.count);
  assertTable(
    fitTown({ kind: "count", share: true }).transform({ town }),
    golden.count.map(([count]) => [(count as number) / rows]),
  );
});

test("missing numbers are filled, flagged and scaled as scikit-learn does", () => {
  const of = (numbers: TableEncoderOptions["numbers"], scaler?: TableEncoderOptions["scaler"]) =>
    tableEncoder({ numbers, scaler }).fit({ age }, { indices: train }).transform({ age });
  assertTable(of({ fill: "median" }), golden.median);
  assertTable(of({ fill: "mean" }), golden.mean);
  assertTable(
    of({ fill: 0 }),
    age.map((value) => [value ?? 0]),
  );
  assertTable(of({ flag: true }), golden.missing, (k) => k === 1);
  assertTable(of({}, standardScaler()), golden.standard);
  // A flag is not scaled.
  assertTable(of({ flag: true }, standardScaler()), golden.missing, (k) => k === 1);
});

test("dates become what pandas says of them", () => {
  const parts = ["year", "month", "day", "weekday", "dayOfYear", "hour", "minute", "elapsedDays"] as const;
  const encoder = tableEncoder({ encode: { days: { kind: "date", parts } } }).fit({ days });
  assertTable(encoder.transform({ days }), golden.dates);
  const asDates = days.map((text) => new Date(`${text}Z`));
  assertTable(encoder.transform({ days: asDates }), golden.dates);
  assert.ok(encoder.transform({ days: [null] }).data.every(Number.isNaN), "no date has no parts");
  for (const odd of ["31.01.2026", "2026-13-01", "yesterday", ""]) {
    assert.throws(
      () => encoder.transform({ days: ["2026-01-31", odd] }),
      /Cannot encode "days": dates must be .* in row 1/,
    );
  }
});

test("means of the target are scikit-learn's, those of the train part from other folds", () => {
  const truths: Record<string, Int32Array | Float64Array> = {
    binary: Int32Array.from(golden.binary),
    three: Int32Array.from(golden.three),
    number: Float64Array.from(golden.number),
  };
  for (const [name, expected] of Object.entries(golden.target)) {
    const [truth, setting] = name.split(" ");
    const y = truths[truth];
    const smooth = setting === "auto" ? ("auto" as const) : Number(setting);
    const splits =
      y instanceof Int32Array ? stratifiedKFold(y.slice(0, rows), { folds: 5 }) : kFold(rows, { folds: 5 });
    const folds = new Int32Array(rows);
    splits.forEach(({ validation }, fold) => {
      for (const row of validation) folds[row] = fold;
    });
    const { encoder, table } = tableEncoder({ encode: { town: { kind: "target", smooth } } }).fitTransform(
      { town },
      { indices: train, y, folds },
    );
    assertTable(table, expected.train);
    assertTable(encoder.transform({ town }, { indices: rest }), expected.rest);
  }
});

test("a restored encoder makes the same tables", () => {
  const options: TableEncoderOptions = {
    encode: { town: ["oneHot", "target", "count"], days: "date" },
    numbers: { fill: "median", flag: true },
    scaler: standardScaler(),
  };
  const table = { town, age, days };
  const y = Int32Array.from(golden.binary);
  const encoder = tableEncoder(options).fit(table, { indices: train, y });
  const again = tableEncoderFrom(JSON.parse(JSON.stringify(encoder.state)));
  assert.deepEqual(again.columns, encoder.columns);
  assert.deepEqual(again.transform(table).data, encoder.transform(table).data);
});

test("rows outside the train part change nothing that is learned", () => {
  const options: TableEncoderOptions = {
    encode: { town: ["oneHot", "target", "count", "category"].filter((k) => k !== "category") as never },
    numbers: { fill: "mean" },
    scaler: standardScaler(),
  };
  const y = Int32Array.from(golden.binary);
  const learn = (change: boolean) => {
    const others = <T>(values: readonly T[], other: T): T[] =>
      values.map((value, row) => (change && row >= rows ? other : value));
    const truth = Int32Array.from(others(golden.binary, 1));
    return tableEncoder(options).fit(
      { town: others(town, "elsewhere"), age: others(age, 1e6) },
      { indices: train, y: change ? truth : y },
    ).state;
  };
  assert.deepEqual(learn(true), learn(false));
});

test("a danfojs frame encodes as its columns do", () => {
  const frame = new danfo.DataFrame({ town: town.map((name) => name ?? "none"), number: golden.number });
  const plain = { town: town.map((name) => name ?? "none"), number: golden.number };
  const encoder = tableEncoder({ encode: { town: "oneHot" } });
  assert.deepEqual(encoder.fit(frame).transform(frame), encoder.fit(plain).transform(plain));
});

test("labels are numbered by their sorted values, and a missing one is named by its row", () => {
  assert.deepEqual(classNumbers(["b", "a", "b"]), { labels: Int32Array.of(1, 0, 1), names: ["a", "b"] });
  assert.deepEqual(classNumbers([3, 1, 2]).names, [1, 2, 3]);
  for (const odd of [Number.NaN, null, undefined]) {
    assert.throws(() => classNumbers(["a", odd]), /every row must have a label, got a missing one in row 1/);
  }
});

test("what cannot be encoded is named with its place", () => {
  const fit = (options: TableEncoderOptions, table: Record<string, unknown[]> = { town, age }) =>
    tableEncoder(options).fit(table as never);
  assert.throws(() => fit({}), {
    name: "TypeError",
    message:
      /^Cannot encode "town": its cells must be numbers, got "[A-Zö][a-zö]+" in row \d; give the column an encoding/,
  });
  assert.throws(() => fit({ encode: { city: "oneHot" } }), /the column must be one of town, age, got city/);
  assert.throws(
    () => fit({ encode: { town: "hot" as never } }),
    /must be one of number, .*, drop, got "hot"/,
  );
  assert.throws(
    () => fit({ encode: { town: "target" } }),
    /Cannot encode "town" by the target: y must be given/,
  );
  assert.throws(
    () => fit({ encode: { town: { kind: "target", smooth: -1 } } }),
    /smooth must be "auto" or a number/,
  );
  assert.throws(() => fit({}, { a: [1], b: [1, 2] }), /got 1 of "a" and 2 of "b"/);
  assert.throws(
    () => fit({ numbers: { fill: "median" } }, { a: [Number.NaN, null] }),
    /the train part must have numbers to take the median of, got none/,
  );
  assert.throws(
    () => fit({ encode: { "a=1": "number", a: "oneHot" } }, { a: [1], "a=1": [2] }),
    /got "a=1" twice/,
  );
});

test("a table of no rows and one of one row encode", () => {
  const encoder = fitTown("oneHot");
  assert.deepEqual(encoder.transform({ town: [] }).shape, [0, 5]);
  assert.deepEqual(
    [
      ...tableEncoder()
        .fit({ a: [2] })
        .transform({ a: [3] }).data,
    ],
    [3],
  );
});
