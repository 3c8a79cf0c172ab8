import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { freeLock, load, put, putProgram, quiet, setVariables, temporaryFolder } from "../support";

/** A clone whose compiler writes down how often it ran; `script` decides how a run ends. */
async function clone(context: TestContext, script: string) {
  const { placesOf } = await load("places");
  const { opsStep } = await load("steps/ops");
  const root = temporaryFolder(context);
  const packages = path.join(root, ".venv", "lib", "python3.12", "site-packages");
  const modules = path.join(root, "node_modules");
  put(path.join(root, "package.json"), "{}");
  put(path.join(root, ".venv", ".podium-environment"), "");
  put(path.join(packages, "tensorflow", "libtensorflow_cc.so.2"), "library");
  put(path.join(packages, "tensorflow_cpu-2.21.0.dist-info", "METADATA"), "");
  put(path.join(modules, "node-api-headers", "package.json"), '{"version": "1.9.0"}');
  put(path.join(modules, "@tensorflow", "tfjs-node-gpu", "package.json"), '{"version": "4.22.0"}');
  const source = path.join(root, "src", "engine", "ops", "ops.cc");
  put(source, "int a;\n");
  const compiler = path.join(root, "compiler");
  const runs = path.join(root, "runs-of-compiler");
  // Its last argument is the file to write.
  const program = (version: string, end: string) =>
    putProgram(
      compiler,
      `[ "$1" = --version ] && echo ${version}; [ "$#" -lt 6 ] && exit 0; echo run >> ${runs}; ${end}`,
    );
  program("one", script);
  setVariables(context, { CXX: compiler });
  const file = path.join(modules, "@tensorflow", "tfjs-node-gpu", "lib", "napi-v8", "podium_ops.node");
  const compilations = () => (existsSync(runs) ? readFileSync(runs, "utf8").trim().split("\n").length : 0);
  return { step: opsStep(placesOf(root), freeLock), source, file, program, compilations };
}

const works = 'for f; do :; done; echo ops > "$f"';

test("the recurrent ops are compiled once, and again where a source changed", async (context) => {
  const { step, source, file, compilations } = await clone(context, works);
  assert.ok(step.needed());
  await step.run(quiet);
  assert.equal(step.needed(), false);
  assert.equal(readFileSync(file, "utf8"), "ops\n");
  const once = compilations();
  appendFileSync(source, "int b;\n");
  assert.ok(step.needed());
  await step.run(quiet);
  assert.equal(compilations(), 2 * once);
});

test("a compiler that fails is no failure of set-up: it is said, and tried again with another compiler", async (context) => {
  const { step, source, file, program, compilations } = await clone(context, works);
  await step.run(quiet);
  appendFileSync(source, "int b;\n");
  program("one", "echo cannot; exit 1");
  const said: string[] = [];
  context.mock.method(process.stderr, "write", (text: string) => said.push(text) > 0);
  await step.run(quiet);
  context.mock.restoreAll();
  assert.match(said.join(""), /Cannot compile the recurrent ops: .* LSTM and GRU use TensorFlow's ops/);
  assert.equal(existsSync(file), false, "ops of other sources are not left");
  assert.match(step.failure(), /compile the recurrent ops/);
  const before = compilations();
  assert.equal(step.needed(), false);
  program("two", works);
  assert.ok(step.needed());
  await step.run(quiet);
  assert.ok(compilations() > before);
  assert.equal(step.failure(), undefined);
  assert.equal(step.needed(), false);
});

test("an interrupt while the recurrent ops compile stops set-up", async (context) => {
  const { step } = await clone(context, "kill -2 $$; sleep 1");
  await assert.rejects(step.run(quiet), /Cannot compile the recurrent ops/);
  assert.ok(step.needed());
});
