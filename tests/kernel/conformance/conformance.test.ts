import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import test from "node:test";

const root = path.join(__dirname, "..", "..", "..");

test("jupyter_kernel_test passes, and every field of every message is as the protocol has it", async () => {
  const { placesOf } = await import(path.join(root, "src", "setup", "places.mjs"));
  const { jupyterVariables } = await import(path.join(root, "src", "setup", "steps", "kernelSpec.mjs"));
  const places = placesOf(root);
  const child = spawn(places.python, [path.join(__dirname, "checks.py"), path.basename(places.kernel)], {
    env: { ...process.env, ...jupyterVariables(places) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (text) => {
    log += text;
  });
  const status = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(status, 0, log);
  // The pager alone is no matter of TypeScript.
  assert.match(log, /Ran 19 tests[\s\S]*OK \(skipped=1\)/);
});
