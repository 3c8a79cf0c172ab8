import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { load, put, temporaryFolder } from "../support";

/** A display that keeps what it was told. */
function keptDisplay() {
  const lines: string[] = [];
  return {
    lines,
    start(name: string) {
      lines.push(`start ${name}`);
      return () => {};
    },
    end(name: string, _milliseconds: number, failed: boolean) {
      lines.push(`${failed ? "failed" : "end"} ${name}`);
    },
  };
}

test("a step that is not needed is passed over without a word", async () => {
  const { runSteps } = await load("steps/steps");
  const display = keptDisplay();
  const ran: string[] = [];
  const step = (name: string, needed: boolean) => ({ name, needed: () => needed, run: () => ran.push(name) });
  const done = await runSteps([step("a", true), step("b", false), step("c", true)], { display });
  assert.deepEqual(ran, ["a", "c"]);
  assert.deepEqual(done, ["a", "c"]);
  assert.deepEqual(display.lines, ["start a", "end a", "start c", "end c"]);
});

test("a step that fails stops those after it and tells cause and mend", async () => {
  const { runSteps } = await load("steps/steps");
  const display = keptDisplay();
  const full = Object.assign(new Error("write"), { code: "ENOSPC" });
  const steps = [
    {
      name: "wheel",
      needed: () => true,
      run: () => {
        throw full;
      },
    },
    { name: "after", needed: () => true, run: () => assert.fail("ran") },
  ];
  await assert.rejects(
    runSteps(steps, { display }),
    (error: { message: string; mend: string; name: string }) => {
      assert.equal(error.name, "SetupError");
      assert.equal(error.message, "Cannot set up wheel: the disk is full");
      assert.match(error.mend, /Free some space/);
      return true;
    },
  );
  assert.deepEqual(display.lines, ["start wheel", "failed wheel"]);
});

test("the words of failing programs are told with their cause", async () => {
  const { explain } = await load("failure");
  const causes: [string, RegExp][] = [
    ["OSError: [Errno 28] No space left on device", /disk is full/],
    ["The virtual environment was not created because ensurepip is not available.", /venv/],
    ["npm error code ENOTFOUND\nnpm error errno ENOTFOUND", /network/],
    [
      "WARNING: Retrying after connection broken by 'NewConnectionError(...)': /simple/jupyterlab/",
      /network/,
    ],
    [
      "ERROR: Could not find a version that satisfies the requirement soupsieve==4.1.2 (from versions: 1.0)\nERROR: No matching distribution found for soupsieve==4.1.2",
      /no soupsieve==4\.1\.2 for this Python/,
    ],
    [
      "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you\n    six==1.17.0 from https://a/six.whl:\n        Expected",
      /the file of six==1\.17\.0 is not the one/,
    ],
    ["npm error code EACCES\nnpm error syscall mkdir", /may not be read or written/],
    ["a.cc:3:10: fatal error: node_api.h: No such file or directory", /header/],
  ];
  for (const [words, cause] of causes) assert.match(explain(words)?.cause ?? "", cause, words);
  assert.equal(explain("segmentation fault"), undefined);
});

test("a program's failure carries its last words, and a missing program is named", async () => {
  const { command } = await load("command");
  const script = "console.error('first'); console.error('last'); process.exit(3)";
  await assert.rejects(
    command(process.execPath, ["-e", script], { action: "try it" }),
    (error: { message: string; detail: string }) => {
      assert.match(error.message, /^Cannot try it: .* ended with status 3$/);
      assert.equal(error.detail, "first\nlast");
      return true;
    },
  );
  await assert.rejects(
    command("no-such-program", [], { action: "try it" }),
    /not installed or not on the PATH/,
  );
  assert.equal(await command(process.execPath, ["-e", "console.log('said')"]), "said\n");
});

test("work that was stopped half-way is not taken for done", async (context) => {
  const { workMark } = await load("stamp");
  const folder = temporaryFolder(context);
  const mark = () => workMark(path.join(folder, "marks", "begun"), path.join(folder, "done"));
  assert.equal(mark().isDone("1"), false);
  mark().begin();
  mark().finish("1");
  assert.equal(mark().isDone("1"), true);
  assert.equal(mark().isDone("2"), false);
  mark().begin();
  assert.equal(mark().wasStopped, true);
  assert.equal(mark().isDone("1"), false);
});

test("a fingerprint changes with a file's name, its content and every text", async (context) => {
  const { fingerprint } = await load("stamp");
  const folder = temporaryFolder(context);
  const file = (name: string, text: string) => {
    put(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const prints = [
    fingerprint({ files: [file("a", "1")] }),
    fingerprint({ files: [file("a", "2")] }),
    fingerprint({ files: [file("b", "2")] }),
    fingerprint({ texts: ["x"], files: [file("b", "2")] }),
    fingerprint({ texts: ["x", "y"] }),
    fingerprint({ texts: ["xy"] }),
  ];
  assert.equal(new Set(prints).size, prints.length);
});
