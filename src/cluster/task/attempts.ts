/** A fold's folder appears whole: attempts at it have folders of their own, and the first to finish gives its name. */
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { lockFolder } from "../../core/folderLock";
import { throwIfAborted } from "../../core/signal";
import { isFinished } from "../../validate/foldRun";

/** Milliseconds between two looks at a fold that another process of this machine works at. */
const patience = 300;

/** What was changed last in a folder, in milliseconds; 0 where there is nothing to go on from. */
export function lastChange(folder: string): number {
  if (!existsSync(folder)) return 0;
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith("."));
  return files.reduce((latest, { parentPath, name }) => {
    const { mtimeMs } = statSync(path.join(parentPath, name), { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
    return Math.max(latest, mtimeMs);
  }, 0);
}

/** The folders of earlier attempts, the one that was at work last first. */
function attemptsIn(folder: string): string[] {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const attempts = folders.map(({ name }) => path.join(folder, name));
  const times = new Map(attempts.map((attempt) => [attempt, lastChange(attempt)]));
  const timeOf = (attempt: string): number => times.get(attempt) as number;
  return attempts.filter((attempt) => timeOf(attempt) > 0).sort((a, b) => timeOf(b) - timeOf(a));
}

/** Whatever earlier attempts left becomes the beginning of this one. Files are written whole, so any copy is good. */
function takeOver(attempt: string, from: readonly string[]): void {
  for (const before of from) {
    try {
      cpSync(before, attempt, {
        recursive: true,
        preserveTimestamps: true,
        filter: (file) => !path.basename(file).startsWith(".") || file === before,
      });
      return;
    } catch {
      // It was finished and removed meanwhile: the next, or from the start.
      rmSync(attempt, { recursive: true, force: true });
      mkdirSync(attempt, { recursive: true });
    }
  }
}

/** Gives an attempt the fold's name; where another was faster, it is as good and this one goes. */
export function publish(attempt: string, final: string): void {
  mkdirSync(path.dirname(final), { recursive: true });
  for (;;) {
    if (isFinished(final)) {
      rmSync(attempt, { recursive: true, force: true });
      return;
    }
    try {
      renameSync(attempt, final);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
      if (isFinished(final)) continue;
      // What a run on one machine began and left; its beginning is in the attempt.
      rmSync(`${attempt}-before`, { recursive: true, force: true });
      renameSync(final, `${attempt}-before`);
    }
  }
}

/**
 * Makes a fold's finished folder, unless it is there: `fit` works in a folder of its own, which holds what an earlier
 * attempt left, and which becomes the fold's when it is done. On one machine one attempt works at a time; on several,
 * which cannot see each other, all may, and the first to finish counts.
 *
 * @param final the fold's folder
 * @param given `attempts`: the folder of all attempts at the fold; `fit`: leaves a finished fold in the folder it gets
 * @returns whether it had to be fitted
 */
export async function finishFold(
  final: string,
  given: { attempts: string; signal: AbortSignal; fit: (directory: string) => Promise<unknown> },
): Promise<boolean> {
  const { attempts, signal, fit } = given;
  if (isFinished(final)) return false;
  mkdirSync(attempts, { recursive: true });
  let release: (() => void) | undefined;
  while (!release) {
    throwIfAborted(signal);
    release = await lockFolder(attempts, "run the task").catch(() => undefined);
    if (!release) await wait(patience);
  }
  try {
    if (isFinished(final)) return false;
    const earlier = attemptsIn(attempts);
    const begun = existsSync(final) ? [final] : [];
    const attempt = path.join(attempts, `${hostname()}-${process.pid}-${performance.timeOrigin.toFixed(0)}`);
    mkdirSync(attempt, { recursive: true });
    takeOver(attempt, [...earlier, ...begun]);
    // This machine's own are nobody's now, as the lock is ours; others' may be at work.
    for (const before of earlier) {
      if (path.basename(before).startsWith(`${hostname()}-`))
        rmSync(before, { recursive: true, force: true });
    }
    try {
      await fit(attempt);
    } catch (error) {
      if (isFinished(final)) return true;
      throw error;
    }
    publish(attempt, final);
    rmSync(attempts, { recursive: true, force: true });
    return true;
  } finally {
    release();
  }
}
