import { readdirSync, readFileSync } from "node:fs";

interface Process {
  readonly id: number;
  readonly parent: number;
  readonly group: number;
}

/** All processes, where the system lists them in /proc. */
function processes(): Process[] {
  const found: Process[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, "utf8");
      // The name of the program, in brackets, may hold anything.
      const [, parent, group] = text.slice(text.lastIndexOf(")") + 2).split(" ");
      found.push({ id: Number(name), parent: Number(parent), group: Number(group) });
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/** Sends a SIGINT to the processes that this one started, as Ctrl-C does: not to those with a group of their own. */
export function interruptChildren(): void {
  let all: Process[];
  try {
    all = processes();
  } catch {
    return;
  }
  const group = all.find(({ id }) => id === process.pid)?.group;
  const reached = new Set([process.pid]);
  let size = 0;
  while (size !== reached.size) {
    size = reached.size;
    for (const child of all) if (child.group === group && reached.has(child.parent)) reached.add(child.id);
  }
  reached.delete(process.pid);
  for (const id of reached) {
    try {
      process.kill(id, "SIGINT");
    } catch {
      // It ended meanwhile.
    }
  }
}
