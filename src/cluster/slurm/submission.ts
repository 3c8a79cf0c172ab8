import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { atomicWrite } from "../../core/atomicFile";
import type { FoldTask } from "../../validate/crossValidateOptions";
import { partOf } from "../../validate/foldTask";
import { commandFile } from "../places";
import type { Job } from "../task/taskSpec";
import { queueOf, slurmCommand } from "./commands";
import type { SlurmOptions } from "./slurmOptions";

/** Elements of one array: Slurm's usual limit is 1,001. */
const mostElements = 1000;

/** An array that was submitted, and the names of its tasks by their numbers. */
export interface Submitted {
  readonly job: string;
  readonly names: readonly string[];
}

/** The folder of what Slurm reads and writes for a run. */
export function slurmFolder(run: string): string {
  return path.join(run, ".slurm");
}

/** A task's name in files: `seed-0-fold-3`. */
export function fileName(task: FoldTask): string {
  return partOf(task).join("-");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What an element of an array runs: a task whose number is its line in a file of names. */
function scriptOf(folder: string, names: string): string {
  const own = (rest: string) => `${quote(`${folder}/`)}"$name"${rest}`;
  return `#!/bin/sh
name=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" ${quote(names)})
# In the place of this shell, so that Slurm's warning reaches the task itself.
exec ${quote(process.execPath)} ${quote(commandFile)} task ${own(".json")} --state ${own(".state.json")} --requeue < /dev/null
`;
}

/** The options of `sbatch` for a task. */
function flagsOf(options: SlurmOptions): string[] {
  const { partition, account, gpus, cpus, memory, time, warning = 120, flags = [] } = options;
  return [
    "--requeue",
    `--signal=B:USR2@${warning}`,
    "--open-mode=append",
    ...(partition ? [`--partition=${partition}`] : []),
    ...(account ? [`--account=${account}`] : []),
    ...(gpus ? [`--gres=gpu:${gpus}`] : []),
    ...(cpus ? [`--cpus-per-task=${cpus}`] : []),
    ...(memory ? [`--mem=${Math.ceil(memory * 1024)}M`] : []),
    ...(time ? [`--time=${time}`] : []),
    ...flags,
  ];
}

function submissionsFile(folder: string): string {
  return path.join(folder, "submissions.json");
}

/** Arrays of this run that an earlier driver submitted and that Slurm has not finished. */
async function earlier(folder: string, jobText: string): Promise<Submitted[]> {
  const file = submissionsFile(folder);
  if (!existsSync(file)) return [];
  const { job, submitted } = JSON.parse(readFileSync(file, "utf8")) as {
    job: string;
    submitted: Submitted[];
  };
  if (submitted.length === 0) return [];
  const queue = await queueOf(submitted.map((one) => one.job));
  const active = submitted.filter((one) => (queue.get(one.job) ?? []).length > 0);
  if (job === jobText) return submitted;
  if (active.length === 0) return [];
  // Another build of Podium began them: they would be refused.
  await slurmCommand(
    "scancel",
    active.map((one) => one.job),
  );
  return [];
}

/**
 * Has Slurm do tasks, those that an earlier driver submitted included, which are not submitted again.
 *
 * @returns the arrays that do them
 */
export async function submit(
  job: Job,
  { tasks, options, name }: { tasks: readonly FoldTask[]; options: SlurmOptions; name: string },
): Promise<Submitted[]> {
  const folder = slurmFolder(job.run);
  const jobText = JSON.stringify(job);
  const submitted = await earlier(folder, jobText);
  const queue = submitted.length > 0 ? await queueOf(submitted.map((one) => one.job)) : new Map();
  const active = new Set(
    submitted.flatMap((one) =>
      (queue.get(one.job) ?? []).map(({ element }: { element: number }) => one.names[element]),
    ),
  );
  atomicWrite(path.join(folder, "job.json"), jobText);
  const left = tasks.filter((task) => !active.has(fileName(task)));
  for (let start = 0; start < left.length; start += mostElements) {
    const own = left.slice(start, start + mostElements);
    const names = own.map(fileName);
    own.forEach((task, i) => {
      const file = path.join(folder, `${names[i]}.json`);
      atomicWrite(file, JSON.stringify({ job: "job.json", task }));
      // What an earlier attempt said is no news of this one.
      rmSync(path.join(folder, `${names[i]}.state.json`), { force: true });
    });
    const list = path.join(folder, `names-${submitted.length}.txt`);
    const script = path.join(folder, `array-${submitted.length}.sh`);
    atomicWrite(list, `${names.join("\n")}\n`);
    atomicWrite(script, scriptOf(folder, list));
    const most = options.atOnce ? `%${options.atOnce}` : "";
    const answer = await slurmCommand("sbatch", [
      "--parsable",
      `--job-name=${name}`,
      `--array=0-${own.length - 1}${most}`,
      `--output=${path.join(folder, `log-${submitted.length}-%a.txt`)}`,
      ...flagsOf(options),
      script,
    ]);
    submitted.push({ job: answer.trim().split(";")[0], names });
    // At once: a driver that dies now must not submit them again.
    atomicWrite(submissionsFile(folder), JSON.stringify({ job: jobText, submitted }));
  }
  return submitted;
}
