import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { load, put, repository, setVariables, temporaryFolder } from "../support";

test("every test file is listed once, benches and golden files are not", async (context) => {
  const { testFiles } = await load("commands/tests");
  const root = temporaryFolder(context);
  const files = ["a.test.ts", "x/b.test.ts", "x/support.ts", "bench/load.test.ts", "golden/c.test.ts"];
  for (const name of files) put(path.join(root, "tests", name), "");
  assert.deepEqual(testFiles(root), ["tests/a.test.ts", "tests/x/b.test.ts"]);
  assert.deepEqual(testFiles(root, ["x/"]), ["tests/x/b.test.ts"]);
  assert.ok(testFiles(repository).includes("tests/setup/commands/suites.test.ts"));
});

test("bench suites are listed by name and an unknown one is refused", async (context) => {
  const { benchSuites, benchOptions } = await load("commands/bench");
  const root = temporaryFolder(context);
  for (const name of ["load.ts", "load.py", "train.ts", "parts/helper.ts"])
    put(path.join(root, "tests", "bench", name), "");
  const suites = benchSuites(root);
  assert.deepEqual([...suites.keys()], ["load", "train"]);
  assert.deepEqual(benchOptions(["--json"], suites), { json: true, chosen: ["load", "train"] });
  assert.deepEqual(benchOptions(["train"], suites), { json: false, chosen: ["train"] });
  assert.throws(() => benchOptions(["trian"], suites), /a suite of load, train is required, got trian/);
});

test("a suite's rows come as one object a line, whatever the suite prints", async (context) => {
  const { bench } = await load("commands/bench");
  const { placesOf } = await load("places");
  const root = temporaryFolder(context);
  setVariables(context, { PODIUM_BENCH_PYTHON: "/a/python" });
  put(
    path.join(root, "tests", "bench", "load.ts"),
    `export const peers: string[] = ["numpy"];
     export default async function (report: (row: object) => void): Promise<void> {
       console.log("noise");
       const peerName = String(process.env.PODIUM_BENCH_PYTHON);
       report({ name: "csv", unit: "ms", ours: 1, peer: 3, peerName, ratio: 3, more: 1 });
     }`,
  );
  put(
    path.join(root, "tests", "bench", "broken.ts"),
    "export default async () => { throw new Error('broken'); };",
  );
  // The suite's process needs Podium's own runner.
  const places = placesOf(root);
  const lines: string[] = [];
  context.mock.method(console, "log", (line: string) => lines.push(line));
  assert.equal(await bench(places, ["load", "--json"]), 0);
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [{ suite: "load", name: "csv", unit: "ms", ours: 1, peer: 3, peerName: "/a/python", ratio: 3 }],
  );
  context.mock.method(process.stderr, "write", () => true);
  assert.equal(await bench(places, ["broken"]), 1);
});
