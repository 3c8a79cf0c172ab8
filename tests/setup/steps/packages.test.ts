import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { freeLock, load, put, putProgram, quiet, setVariables, temporaryFolder } from "../support";

/** A clone with a false npm that writes down how it was called. */
async function clone(context: TestContext, npm = "exit 0") {
  const { placesOf } = await load("places");
  const { packagesStep } = await load("steps/packages");
  const root = temporaryFolder(context);
  put(path.join(root, "package.json"), '{"dependencies": {"a": "1.0.0"}}');
  const calls = path.join(root, "calls");
  putProgram(path.join(root, "bin", "npm"), `echo "$@" >> ${calls}; mkdir -p node_modules; ${npm}`);
  setVariables(context, { PATH: `${path.join(root, "bin")}:${process.env.PATH}` });
  return { root, calls, step: packagesStep(placesOf(root), freeLock) };
}

test("packages come without install scripts, once, and again where package.json changed", async (context) => {
  const { root, calls, step } = await clone(context);
  assert.ok(step.needed());
  await step.run(quiet);
  assert.match(readFileSync(calls, "utf8"), /^install --ignore-scripts/);
  assert.equal(step.needed(), false);
  put(path.join(root, "package.json"), '{"dependencies": {"a": "1.0.1"}}');
  assert.ok(step.needed());
});

test("an installation that was stopped half-way begins anew", async (context) => {
  const { root, step } = await clone(context, "kill -9 $$");
  put(path.join(root, "node_modules", "half", "package.json"), "{}");
  await assert.rejects(step.run(quiet), /SIGKILL/);
  assert.ok(step.needed());
  assert.ok(existsSync(path.join(root, "node_modules", "half")));
  putProgram(path.join(root, "bin", "npm"), "mkdir -p node_modules");
  await step.run(quiet);
  assert.equal(existsSync(path.join(root, "node_modules", "half")), false);
  assert.equal(step.needed(), false);
});

test("what the lock file names for this machine has to be there, whatever settings leave out", async (context) => {
  const { root, calls, step } = await clone(context);
  const packages = {
    "": { version: "0.1.0" },
    "node_modules/a": { version: "1.0.0" },
    "node_modules/b": { version: "2.0.0", optional: true, os: ["linux"] },
    "node_modules/c": { version: "3.0.0", optional: true, os: ["win32"] },
  };
  put(path.join(root, "package-lock.json"), JSON.stringify({ packages }));
  const install = (name: string, version: string) =>
    `mkdir -p node_modules/${name}; echo '{"version": "${version}"}' > node_modules/${name}/package.json`;
  const program = path.join(root, "bin", "npm");
  putProgram(program, `echo "$@" >> ${calls}; ${install("a", "1.0.0")}`);
  await assert.rejects(
    step.run(quiet),
    /all of package-lock\.json are required, got none of node_modules\/b$/,
  );
  assert.match(readFileSync(calls, "utf8"), /--include=dev --include=optional/);
  assert.ok(step.needed());
  putProgram(program, `${install("a", "1.0.0")}; ${install("b", "2.0.0")}`);
  await step.run(quiet);
  assert.equal(step.needed(), false);
  put(path.join(root, "node_modules", "b", "package.json"), '{"version": "2.0.1"}');
  assert.equal(step.needed(), "installing node_modules/b");
});

test("an unreachable registry is named as the cause", async (context) => {
  const { step } = await clone(context, "echo npm error code ENOTFOUND >&2; exit 1");
  await assert.rejects(
    step.run(quiet),
    (error: { message: string; mend: string }) =>
      /Cannot install the npm packages: the network/.test(error.message) && /mirror/.test(error.mend),
  );
});

test("an installed package leaves its npm packages to the folder above", async (context) => {
  const { placesOf } = await load("places");
  const { packagesStep } = await load("steps/packages");
  const home = temporaryFolder(context);
  const root = path.join(home, "node_modules", "podium");
  put(path.join(root, "package.json"), "{}");
  const places = placesOf(root);
  assert.equal(places.isClone, false);
  assert.equal(places.environment, path.join(home, ".venv"));
  assert.equal(packagesStep(places, freeLock).needed(), false);
});
