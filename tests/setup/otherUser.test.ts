import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { load, put, repository, temporaryFolder } from "./support";

/** The number of a user without rights; root runs the command as this one, anybody else as himself. */
const nobody = 65534;

/** Runs a command of a clone that its user may not change. */
function run(context: TestContext, root: string, args: string[]) {
  const home = temporaryFolder(context);
  chmodSync(home, 0o777);
  const isRoot = process.getuid?.() === 0;
  const identity = isRoot ? { uid: nobody, gid: nobody } : {};
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(root, "src", "setup", "cli.mjs"), ...args],
    { ...identity, cwd: "/", encoding: "utf8", env: { ...process.env, HOME: home } },
  );
  return { status, stdout, stderr, home };
}

/** A clone without set-up, in a folder with a space, that may be read only. */
function bareClone(context: TestContext): string {
  let root = "";
  // Before the folder is removed.
  context.after(() => chmodSync(root, 0o755));
  const folder = temporaryFolder(context);
  root = path.join(folder, "a clone");
  cpSync(path.join(repository, "src", "setup"), path.join(root, "src", "setup"), { recursive: true });
  put(path.join(root, "package.json"), '{"dependencies": {}}');
  chmodSync(folder, 0o755);
  chmodSync(root, 0o555);
  return root;
}

test("a folder that may not be written is refused with what is missing in it and what to do", (context) => {
  const root = bareClone(context);
  const { status, stderr } = run(context, root, ["setup"]);
  assert.equal(status, 1);
  assert.match(stderr, /a folder that may be written is required, got .*a clone, which lacks /);
  assert.match(stderr, /Its owner has to run npm start there once/);
  assert.doesNotMatch(stderr, /^ +at /m);
});

test("a user who may not change the folder keeps runs and sample data in one of his own", async (context) => {
  const { placesOf } = await load("places");
  const root = bareClone(context);
  const { stdout, home } = run(context, root, ["doctor", "--json"]);
  const findings: { name: string; detail: string }[] = JSON.parse(stdout);
  const { detail } = findings.find(({ name }) => name === "folder")!;
  assert.ok(detail.endsWith(`a clone may not be written: runs go to ${path.join(home, "podium")}`), detail);
  const own = placesOf(repository);
  assert.deepEqual([own.canWrite, own.work], [true, own.home]);
});

test("a system's error is told without a stack trace", async (context) => {
  const root = bareClone(context);
  chmodSync(root, 0o777);
  mkdirSync(path.join(root, ".cache"), { mode: 0o555 });
  const { status, stderr } = run(context, root, ["setup"]);
  assert.equal(status, 1);
  assert.match(stderr, /EACCES.*setup\.lock[\s\S]*Cannot run setup: a file may not be read or written/);
  assert.doesNotMatch(stderr, /^ +at /m);
});
