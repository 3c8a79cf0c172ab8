import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";

function load(threads: string, more: NodeJS.ProcessEnv = {}): { output: string; errors: string } {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", path.join(__dirname, "support", "countThreads.ts")],
    // Where TensorFlow uses oneDNN of its own accord, it would say so.
    {
      encoding: "utf8",
      env: { ...process.env, PODIUM_THREADS: threads, TF_ENABLE_ONEDNN_OPTS: "1", ...more },
    },
  );
  return { output: stdout.trim(), errors: stderr };
}

test("TensorFlow computes on as many threads as PODIUM_THREADS says", () => {
  assert.equal(load("1").output, "1");
  assert.equal(load("3").output, "3");
});

test("a number of threads that is none is refused", () => {
  assert.match(load("many").errors, /RangeError: Cannot load .* PODIUM_THREADS .* above 0, got "many"/);
});

test("loading says nothing, neither TensorFlow nor Node", () => {
  assert.equal(load("1").errors, "");
});

test("another TensorFlow in LD_LIBRARY_PATH is not taken", (context) => {
  const folder = mkdtempSync(path.join(tmpdir(), "podium-libraries-"));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const part of ["cc", "framework"])
    writeFileSync(path.join(folder, `libtensorflow_${part}.so.2`), "none");
  assert.deepEqual(load("1", { LD_LIBRARY_PATH: folder }), { output: "1", errors: "" });
});

test("a kernel's cell that imports TensorFlow before Podium gets it prepared: it works, and says nothing", () => {
  const prepare = path.join(__dirname, "..", "..", "src", "engine", "prepare.ts");
  const code =
    'console.log(require("@tensorflow/tfjs-node-gpu").tensor1d([1, 2]).add(1).arraySync().join());';
  const args = ["--require", "tsx/cjs", "--require", prepare, "--eval", code];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.equal(stdout.trim(), "2,3");
  assert.equal(stderr, "");
});
