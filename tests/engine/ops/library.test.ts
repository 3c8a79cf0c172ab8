import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import test from "node:test";
import { ready, recurrentOps, usesOwnOps, withReferenceOps } from "../../../src/engine";

test("the device report says what computes recurrent layers", async () => {
  const report = await ready();
  assert.equal(report.recurrent, recurrentOps());
  assert.match(
    report.toString(),
    usesOwnOps() ? /our own ops, for AVX|our own ops, for any/ : /TensorFlow's ops/,
  );
});

test("TensorFlow's ops are used within a function and what it awaits, and not after it, also where it fails", async () => {
  const before = usesOwnOps();
  assert.equal(withReferenceOps(usesOwnOps), false);
  await withReferenceOps(async () => {
    await Promise.resolve();
    assert.equal(usesOwnOps(), false);
  });
  assert.throws(() =>
    withReferenceOps(() => {
      throw new Error("stop");
    }),
  );
  await assert.rejects(withReferenceOps(() => Promise.reject(new Error("stop"))));
  assert.equal(usesOwnOps(), before);
});

test("PODIUM_OPS=off leaves layers to TensorFlow's ops, and the report says so", () => {
  const engine = path.join(__dirname, "..", "..", "..", "src", "engine", "index.ts");
  const script = `const { recurrentOps, usesOwnOps } = require(${JSON.stringify(engine)});
    console.log(usesOwnOps(), recurrentOps());`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "-e", script], {
    env: { ...process.env, PODIUM_OPS: "off" },
    encoding: "utf8",
  });
  assert.match(
    stdout,
    /^false TensorFlow's ops, which are slower \(our own: turned off by PODIUM_OPS\)$/m,
    stderr,
  );
});
