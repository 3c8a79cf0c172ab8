import { spawn, spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Writable } from "node:stream";

/** Where what the process writes to descriptors 1 and 2 can be read, and where text for Jupyter's own log goes. */
export interface Descriptors {
  /** Descriptors to read from, without waiting. */
  readonly stdout: number;
  readonly stderr: number;
  readonly log: Writable;
}

/**
 * Puts pipes in the place of descriptors 1 and 2, so that what native code writes, and children that are waited for,
 * can be shown. Before any thread or file: the lowest free descriptor is the next that is opened.
 *
 * @returns `undefined` where the system has no named pipes
 */
export function redirectDescriptors(): Descriptors | undefined {
  // Made of what the descriptors are now: of a pipe Node would make one that does not wait, for children too.
  void process.stdout;
  void process.stderr;
  const folder = mkdtempSync(path.join(tmpdir(), "podium-"));
  try {
    const names = ["stdout", "stderr"].map((name) => path.join(folder, name));
    if (spawnSync("mkfifo", names, { stdio: "ignore" }).status !== 0) return undefined;
    const [stdout, stderr] = names.map((name) => openSync(name, constants.O_RDONLY | constants.O_NONBLOCK));
    const log = startLog(stdout, stderr);
    for (const [i, name] of names.entries()) {
      closeSync(i + 1);
      openSync(name, "a");
    }
    return { stdout, stderr, log };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A process that hands on text to what descriptor 2 is, and once this process is gone what it had no time to read: why
 * V8 ended it, for one.
 */
function startLog(stdout: number, stderr: number): Writable {
  const child = spawn("sh", ["-c", "exec 2>/dev/null; cat >&5; cat <&3 >&5; cat <&4 >&5"], {
    stdio: ["pipe", "ignore", "ignore", stdout, stderr, 2],
    detached: true,
  });
  child.unref();
  child.on("error", () => {});
  const log = child.stdin as Writable & { unref?(): void };
  log.unref?.();
  log.on("error", () => {});
  return log;
}
