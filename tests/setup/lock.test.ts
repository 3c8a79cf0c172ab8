import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { load, put, repository, temporaryFolder } from "./support";

const lockUrl = pathToFileURL(path.join(repository, "src", "setup", "lock.mjs")).href;

/** Starts a process that takes the lock and runs a script with it. */
function holder(file: string, script: string) {
  const code = `import { appendFileSync } from "node:fs";
    import { spawn } from "node:child_process";
    import { setTimeout as pause } from "node:timers/promises";
    import { takeLock } from ${JSON.stringify(lockUrl)};
    const lock = await takeLock(${JSON.stringify(file)}, { interval: 10 });
    ${script}`;
  return spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

test("of several processes only one has the lock at a time", async (context) => {
  const folder = temporaryFolder(context);
  const log = path.join(folder, "log");
  const write = (word: string) => `appendFileSync(${JSON.stringify(log)}, "${word}\\n");`;
  const script = `${write("in")} await pause(60); ${write("out")} lock.release();`;
  const processes = Array.from({ length: 4 }, () => holder(path.join(folder, "lock"), script));
  for (const child of processes) if (child.exitCode === null) await once(child, "exit");
  const lines = readFileSync(log, "utf8").trim().split("\n");
  assert.deepEqual(lines, Array.from({ length: 4 }, () => ["in", "out"]).flat());
  assert.equal(existsSync(path.join(folder, "lock")), false);
});

test("the lock of a killed process is taken over, once the program that it started has ended", async (context) => {
  const { takeLock, identityOf } = await load("lock");
  const file = path.join(temporaryFolder(context), "lock");
  const killed = holder(
    file,
    `const child = spawn("sleep", ["0.6"], { stdio: "ignore", detached: true });
     lock.track(child.pid);
     console.log(child.pid);
     setInterval(() => {}, 1000);`,
  );
  const [pid] = (await once(killed.stdout, "data")) as [Buffer];
  const sleeping = identityOf(Number(pid));
  killed.kill("SIGKILL");
  await once(killed, "exit");
  let waited: string | undefined;
  const lock = await takeLock(file, { interval: 20, onWait: (holding: string) => (waited = holding) });
  assert.equal(waited, sleeping?.split("@")[0]);
  assert.equal(identityOf(Number(pid)), undefined);
  lock.release();
});

test("a process number that is in use again is not taken for the lock's owner", async (context) => {
  const { takeLock } = await load("lock");
  const file = path.join(temporaryFolder(context), "lock");
  put(file, `${process.ppid}@1\n`);
  const lock = await takeLock(file);
  lock.release();
});
