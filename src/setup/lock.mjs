import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/**
 * A process's number and start time, so that a number used again is not taken for it.
 *
 * @param {number} pid
 * @returns {string | undefined} nothing where there is no such process
 */
export function identityOf(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return undefined;
  }
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    // A zombie has ended: its parent has only not asked yet.
    return fields[0] === "Z" ? undefined : `${pid}@${fields[19]}`;
  } catch {
    return `${pid}@`;
  }
}

/** The processes of a lock file that still run. */
function holders(file) {
  try {
    const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
    return lines.filter((line) => identityOf(Number(line.split("@")[0])) === line);
  } catch {
    return [];
  }
}

/**
 * Takes the one right to change this folder's set-up, waiting for another process that has it. The lock of a process
 * that was killed is taken over once the programs it had started have ended too.
 *
 * @param {string} file the lock file
 * @param {{ onWait?: (pid: string) => void, interval?: number }} [options] `onWait`: told once whom it waits for;
 *   `interval`: milliseconds between two looks (default 300)
 * @returns {Promise<{ track(pid: number): void, release(): void }>} `track` adds a started program to the lock
 */
export async function takeLock(file, { onWait, interval = 300 } = {}) {
  mkdirSync(path.dirname(file), { recursive: true });
  const own = identityOf(process.pid);
  for (let told = false; ; ) {
    try {
      writeFileSync(file, `${own}\n`, { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const [holder] = holders(file);
    if (holder) {
      if (!told) onWait?.(holder.split("@")[0]);
      told = true;
      await pause(interval);
      continue;
    }
    // Its owner may be between creating and writing it: look once more before taking it away.
    await pause(50);
    if (holders(file).length > 0) continue;
    const aside = `${file}.${process.pid}`;
    try {
      renameSync(file, aside);
    } catch {
      continue;
    }
    // Another may have taken it over between the look and the renaming: give it back.
    if (holders(aside).length > 0) renameSync(aside, file);
    else rmSync(aside, { force: true });
  }
  return {
    track(pid) {
      const identity = identityOf(pid);
      if (identity) writeFileSync(file, `${identity}\n`, { flag: "a" });
    },
    release() {
      rmSync(file, { force: true });
    },
  };
}
