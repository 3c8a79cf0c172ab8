import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { load, put, putProgram, setVariables, temporaryFolder } from "../support";

/** Keeps what is written to standard output and error meanwhile. */
async function written(context: TestContext, work: () => Promise<unknown>): Promise<string> {
  const parts: string[] = [];
  context.mock.method(console, "log", (text: string) => parts.push(text));
  context.mock.method(process.stderr, "write", (text: string) => parts.push(text) > 0);
  try {
    await work();
  } finally {
    context.mock.restoreAll();
  }
  return parts.join("\n");
}

test("each run has a folder of its own, and latest points at the newest", async (context) => {
  const { makeRunFolder } = await load("commands/runFolder");
  const runs = path.join(temporaryFolder(context), "runs");
  const time = new Date(2024, 1, 3, 4, 5, 6);
  assert.equal(path.basename(makeRunFolder(runs, time)), "2024-02-03T04-05-06");
  assert.equal(path.basename(makeRunFolder(runs, time)), "2024-02-03T04-05-06-2");
  assert.equal(readlinkSync(path.join(runs, "latest")), "2024-02-03T04-05-06-2");
  assert.deepEqual(readdirSync(runs).sort(), ["2024-02-03T04-05-06", "2024-02-03T04-05-06-2", "latest"]);
});

test("scores of any shape become rows", async () => {
  const { flattenScores } = await load("commands/table");
  assert.deepEqual(flattenScores({ logLoss: { mean: 0.123456, folds: [0.5, 1] }, classes: 61, none: null }), [
    ["logLoss mean", "0.1235"],
    ["logLoss folds", "0.5000, 1"],
    ["classes", "61"],
  ]);
});

test("arguments are read, and an unknown or lacking one is refused", async (context) => {
  const { startOptions } = await load("commands/start");
  setVariables(context, { INIT_CWD: "/somewhere" });
  assert.deepEqual(startOptions(["--data", "d", "--only=radar"]), { data: "/somewhere/d", only: "radar" });
  assert.deepEqual(startOptions([]), { data: undefined, only: undefined });
  assert.throws(() => startOptions(["--dta", "x"]), /got --dta/);
  assert.throws(() => startOptions(["--data"]), /needs a value/);
  assert.throws(() => startOptions(["--only", "poker"]), /motion or radar, got poker/);
});

test("a data folder without a competition is refused by name", async (context) => {
  const { competitionsIn } = await load("commands/start");
  const folder = temporaryFolder(context);
  assert.throws(() => competitionsIn(folder), /motion\/ or radar\/ is required, got/);
  mkdirSync(path.join(folder, "radar"));
  assert.deepEqual(competitionsIn(folder), ["radar"]);
  assert.throws(() => competitionsIn(folder, "motion"), /motion\/ is required/);
});

/** A clone with notebooks and a false Python that runs them by telling the events of `execute.py`. */
async function clone(context: TestContext, script: string) {
  const { placesOf } = await load("places");
  const root = temporaryFolder(context);
  for (const name of ["motion", "radar"]) {
    put(path.join(root, "notebooks", `${name}.ipynb`), "{}");
    mkdirSync(path.join(root, "data", name), { recursive: true });
  }
  put(path.join(root, ".venv", ".podium-environment"), "");
  putProgram(path.join(root, ".venv", "bin", "python"), script);
  return placesOf(root);
}

test("notebooks run on the data in the run's folder, and their scores are shown", async (context) => {
  const { runNotebooks } = await load("commands/start");
  const places = await clone(
    context,
    `mkdir -p "$6"; echo "{\\"mae\\": 1.25, \\"data\\": \\"$PODIUM_DATA\\"}" > "$PODIUM_RUN/$(basename $6)/scores.json"
     touch "$6/$8"; echo '{"event": "cell", "number": 1, "of": 1, "text": "load"}'`,
  );
  const data = path.join(places.home, "data");
  let status: number | undefined;
  const text = await written(context, async () => {
    status = await runNotebooks(places, { data, only: "radar" });
  });
  assert.equal(status, 0);
  assert.match(text, /radar 1\/1: load/);
  assert.match(text, /radar +mae +1\.250/);
  assert.ok(text.includes(data));
  assert.match(text, /radar report +runs\/[\dT-]+\/radar\/report\.html/);
  assert.match(text, /Change +npm run lab/);
  assert.match(text, /Submit +upload the submission/);
  assert.doesNotMatch(text, /motion/);
});

test("a failing cell is named with notebook and error, and the other notebook still runs", async (context) => {
  const { runNotebooks } = await load("commands/start");
  const failed =
    '{"event": "failed", "number": 3, "text": "fit()", "name": "RangeError", "message": "no", "traceback": ""}';
  const places = await clone(
    context,
    `case "$5" in *motion*) echo '${failed}'; exit 3;; *) mkdir -p "$6"; echo '{"mae": 2}' > "$6/scores.json";; esac`,
  );
  let status: number | undefined;
  const text = await written(context, async () => {
    status = await runNotebooks(places, { data: path.join(places.home, "data") });
  });
  assert.equal(status, 1);
  assert.match(text, /motion\.ipynb, cell 3 \(fit\(\)\): RangeError: no/);
  assert.match(text, /radar +mae +2/);
});

test("sample data is made once by the library, and a stopped making leaves none", async (context) => {
  const { runNotebooks } = await load("commands/start");
  const places = await clone(context, "exit 0");
  const library = (body: string) =>
    put(path.join(places.dist, "index.js"), `exports.radar = { async writeSample(folder) { ${body} } };`);
  const write = 'const fs = require("node:fs"); fs.mkdirSync(folder, { recursive: true });';
  library(`${write} throw new Error("stopped");`);
  await written(context, () =>
    assert.rejects(runNotebooks(places, { only: "radar" }), /sample data of radar/),
  );
  assert.deepEqual(readdirSync(places.sample), []);
  library(`${write} fs.writeFileSync(folder + "/one", "1");`);
  await written(context, () => runNotebooks(places, { only: "radar" }));
  assert.equal(readFileSync(path.join(places.sample, "radar", "one"), "utf8"), "1");
  library('throw new Error("made twice");');
  await written(context, () => runNotebooks(places, { only: "radar" }));
  assert.ok(existsSync(path.join(places.runs, "latest")));
});

test("two starts at once make the sample data once, and what a killed one left is cleared away", async (context) => {
  const { makeSample } = await load("commands/start");
  const places = await clone(context, "exit 0");
  put(path.join(places.sample, "radar.part", "left"), "x");
  put(
    path.join(places.dist, "index.js"),
    `exports.radar = { async writeSample(folder) {
       const fs = require("node:fs");
       fs.appendFileSync(${JSON.stringify(path.join(places.home, "made"))}, "x");
       await new Promise((resolve) => setTimeout(resolve, 300));
       fs.mkdirSync(folder);
     } };`,
  );
  await written(context, () => Promise.all([1, 2, 3].map(() => makeSample(places, "radar"))));
  assert.equal(readFileSync(path.join(places.home, "made"), "utf8"), "x");
  assert.deepEqual(readdirSync(places.sample), ["radar"]);
});

test("the data folder is taken out of lab's arguments, in either form", async () => {
  const { labOptions } = await load("commands/lab");
  const base = process.env.INIT_CWD ?? process.cwd();
  assert.deepEqual(labOptions(["--no-browser"]), { data: undefined, rest: ["--no-browser"] });
  assert.deepEqual(labOptions(["--data", "d", "--port=1"]), {
    data: path.resolve(base, "d"),
    rest: ["--port=1"],
  });
  assert.deepEqual(labOptions(["-y", "--data=/d"]), { data: "/d", rest: ["-y"] });
});
