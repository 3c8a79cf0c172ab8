import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import test from "node:test";

const project = path.join(__dirname, "../..");

/** Runs an attack in short; by hand it takes more cases and other seeds. */
async function holds(script: string, ...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [path.join(__dirname, script), project, ...args], { cwd: project });
  let text = "";
  child.stdout.on("data", (piece) => {
    text += piece;
  });
  child.stderr.on("data", (piece) => {
    text += piece;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  assert.equal(code, 0, text);
}

test("mutated files are read right, or refused with file and place", () =>
  holds("mutate.mjs", "--cases", "300"));

test("what is no file, and what would have no end, is refused with its name", () =>
  holds("special.mjs", "--only", "named pipe|device|directory named as npy"));

test("a changed digit in the header of a stopped run's file is noticed on continuing", () =>
  holds("header.mjs", "--digits", "4"));
