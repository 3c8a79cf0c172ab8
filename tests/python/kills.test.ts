import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import test from "node:test";

test("a training and a search whose processes are killed end with the results of undisturbed ones", async () => {
  const script = path.join(__dirname, "..", "attack", "pythonKills.ts");
  const program = spawn(process.execPath, ["--import", "tsx", script, "--kills", "2"]);
  let words = "";
  for (const stream of [program.stdout, program.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      words += text;
    });
  }
  const status = await new Promise((resolve) => program.once("close", resolve));
  assert.equal(status, 0, words);
  assert.match(words, /every result the same/);
});
