import childProcess, { ChildProcess, type StdioOptions } from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import type { Readable } from "node:stream";
import { currentCell, runForCell } from "./context";

type Entry = Exclude<StdioOptions, string>[number];

const streams = ["stdin", "stdout", "stderr"] as const;

/** The stream of this process that a child's descriptor was to share. */
function sharedStream(entry: Entry | undefined, descriptor: number): "stdout" | "stderr" | undefined {
  const own = entry === "inherit" ? descriptor : (entry as { fd?: unknown } | undefined)?.fd;
  const number = typeof entry === "number" ? entry : own;
  return number === 1 || number === 2 ? (streams[number] as "stdout" | "stderr") : undefined;
}

function entriesOf(stdio: StdioOptions | undefined): Entry[] {
  if (Array.isArray(stdio)) return [...stdio];
  const all = (stdio ?? "pipe") as Entry;
  return [all, all, all];
}

/**
 * Shows what a child writes to a stream that it shares with the kernel in the cell that started it, also after that
 * cell has ended. For children that are not waited for: the others write to the kernel's own descriptors.
 *
 * @param beforeWait called before a child is waited for
 */
export function showChildOutput(beforeWait: () => void): void {
  const functions = childProcess as unknown as Record<string, (...given: unknown[]) => unknown>;
  for (const name of ["spawnSync", "execSync", "execFileSync"]) {
    const call = functions[name];
    functions[name] = (...given) => {
      beforeWait();
      return call(...given);
    };
  }
  syncBuiltinESMExports();
  const prototype = ChildProcess.prototype as unknown as {
    spawn(options: { stdio?: StdioOptions }): unknown;
  };
  const { spawn } = prototype;
  prototype.spawn = function (this: ChildProcess, options) {
    const cell = currentCell();
    const stdio = entriesOf(options?.stdio);
    const shared = [1, 2].map((descriptor) => sharedStream(stdio[descriptor], descriptor));
    if (!cell || shared.every((name) => name === undefined)) return spawn.call(this, options);
    const given = stdio.map((entry, i) => (shared[i - 1] ? "pipe" : entry));
    const result = spawn.call(this, { ...options, stdio: given });
    const all = this.stdio as unknown as (Readable | null)[] | undefined;
    for (const [i, name] of shared.entries()) {
      const output = name && all?.[i + 1];
      if (!output) continue;
      output.on("data", (bytes: Uint8Array) => runForCell(cell, () => void process[name].write(bytes)));
      // To who started it there is none, as it was asked.
      all[i + 1] = null;
      Object.assign(this, { [streams[i + 1]]: null });
    }
    return result;
  };
}
