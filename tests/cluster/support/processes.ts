/** A place that runs tasks one after another as processes of this machine, and what such a process said. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TaskSpec } from "../../../src/cluster/task/taskSpec";
import type { FoldPlace, FoldWork } from "../../../src/validate/crossValidateOptions";
import { command, root } from "./experiment";

const { makeJob } = require(
  path.join(root, "dist", "cluster", "task", "makeJob.js"),
) as typeof import("../../../src/cluster/task/makeJob");

export interface Ended {
  status: number | null;
  lines: { state: string; error?: string; directory?: string; note?: string }[];
  errors: string;
}

/** A task that runs; its standard input stays open until it is closed. */
export function startTask(
  file: string,
  args: readonly string[] = [],
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [command, "task", file, "--lines", ...args], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const said = { out: "", errors: "" };
  child.stdout?.on("data", (chunk) => {
    said.out += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    said.errors += chunk;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (status) => {
      const lines = said.out
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      resolve({ status, lines, errors: said.errors });
    });
  });
  return { child, ended };
}

/** The specs of a run's tasks as files, and how it went. */
export class Processes implements FoldPlace {
  readonly files: string[] = [];
  readonly ends: Ended[] = [];
  work: FoldWork | undefined;

  /** @param change makes another spec of each */
  constructor(
    private readonly change: (spec: TaskSpec) => unknown = (spec) => spec,
    private readonly isRun = true,
  ) {}

  check(): void {}

  async run(work: FoldWork): Promise<void> {
    this.work = work;
    const job = await makeJob(work);
    mkdirSync("specs", { recursive: true });
    for (const task of work.tasks) {
      const file = path.resolve("specs", `${this.files.length}.json`);
      writeFileSync(file, JSON.stringify(this.change({ ...job, task })));
      this.files.push(file);
      if (this.isRun) this.ends.push(await startTask(file).ended);
    }
  }
}
