import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { freeLock, load, put, putProgram, quiet, setVariables, temporaryFolder } from "../support";

const noVariables = { PIP_FIND_LINKS: undefined, PIP_RETRIES: undefined, PIP_DEFAULT_TIMEOUT: undefined };

/** An environment with a false python that writes down its arguments. */
function falseEnvironment(context: TestContext, script: string) {
  const folder = temporaryFolder(context);
  const calls = path.join(folder, "calls");
  putProgram(path.join(folder, "bin", "python"), `echo "$@" >> ${calls}\n${script}`);
  return { folder, calls: () => readFileSync(calls, "utf8").trim().split("\n") };
}

test("packages whose installation was stopped are not taken for installed", async (context) => {
  const { removeHalfInstalled } = await load("steps/environment");
  const folder = temporaryFolder(context);
  put(path.join(folder, "whole-1.0.dist-info", "RECORD"), "whole-1.0.dist-info/INSTALLER,sha256=x,4\n");
  put(path.join(folder, "half-1.0.dist-info", "RECORD"), "half/__init__.py,sha256=x,4\n");
  put(path.join(folder, "begun-1.0.dist-info", "METADATA"), "Name: begun\n");
  assert.deepEqual(removeHalfInstalled(folder).sort(), ["begun-1.0.dist-info", "half-1.0.dist-info"]);
  assert.ok(existsSync(path.join(folder, "whole-1.0.dist-info")));
  assert.equal(existsSync(path.join(folder, "half-1.0.dist-info")), false);
});

test("an index is asked twice at most", async (context) => {
  const { pipInstall } = await load("steps/environment");
  setVariables(context, noVariables);
  const { folder, calls } = falseEnvironment(context, "exit 0");
  await pipInstall(folder, ["thing"], { action: "install" });
  assert.equal(calls().length, 1);
  assert.match(calls()[0]!, /--retries 1 --timeout 20 thing$/);
});

test("a folder of wheels serves without asking the index", async (context) => {
  const { pipInstall } = await load("steps/environment");
  setVariables(context, { ...noVariables, PIP_FIND_LINKS: "/wheels" });
  const { folder, calls } = falseEnvironment(context, "exit 0");
  await pipInstall(folder, ["thing"], { action: "install" });
  assert.equal(calls().length, 1);
  assert.match(calls()[0]!, /--no-index thing$/);
});

test("the index is asked for what a folder of wheels lacks", async (context) => {
  const { pipInstall } = await load("steps/environment");
  setVariables(context, { ...noVariables, PIP_FIND_LINKS: "/wheels" });
  const script = 'case "$*" in *--no-index*) echo "No matching distribution found"; exit 1;; esac';
  const { folder, calls } = falseEnvironment(context, script);
  await pipInstall(folder, ["thing"], { action: "install" });
  assert.equal(calls().length, 2);
});

test("a full disk ends an installation at once", async (context) => {
  const { pipInstall } = await load("steps/environment");
  setVariables(context, { ...noVariables, PIP_FIND_LINKS: "/wheels" });
  const { folder, calls } = falseEnvironment(
    context,
    'echo "[Errno 28] No space left on device" >&2; exit 1',
  );
  await assert.rejects(
    pipInstall(folder, ["thing"], { action: "install TensorFlow" }),
    /Cannot install TensorFlow: the disk is full/,
  );
  assert.equal(calls().length, 1);
});

test("an environment whose making was stopped is made anew, a whole one is kept", async (context) => {
  const { environmentStep } = await load("steps/environment");
  const { placesOf } = await load("places");
  const root = temporaryFolder(context);
  const calls = path.join(root, "calls");
  put(path.join(root, "src", "setup", "constraints.txt"), "jupyterlab==1\n");
  const inside = path.join(root, ".venv", "bin", "python");
  // The python outside makes the environment: a python inside that answers to everything.
  putProgram(
    path.join(root, "bin", "outside"),
    `echo "$@" >> ${calls}
     case "$*" in
       *version_info*) echo 3.12.0;; *ensurepip*) echo ok;;
       *--clear*) mkdir -p ${path.dirname(inside)}; printf '#!/bin/sh\\necho pip\\n' > ${inside}; chmod +x ${inside};;
     esac`,
  );
  setVariables(context, { ...noVariables, PODIUM_PYTHON: path.join(root, "bin", "outside") });
  const step = environmentStep(placesOf(root), freeLock);
  const made = () => readFileSync(calls, "utf8").split("--clear").length - 1;
  assert.ok(await step.needed());
  await step.run(quiet);
  assert.equal(await step.needed(), false);
  assert.equal(made(), 1);
  put(path.join(root, ".cache", "setup", "environment-begun"), "");
  assert.ok(await step.needed());
  await step.run(quiet);
  assert.equal(made(), 1);
  put(path.join(root, ".cache", "setup", "venv-begun"), "");
  assert.ok(await step.needed());
  await step.run(quiet);
  assert.equal(made(), 2);
  assert.equal(await step.needed(), false);
});
