/** Slurm's programs, as far as tasks need them. */
import { execFile } from "node:child_process";

/** Milliseconds in which one of Slurm's programs answers. */
const patience = 120_000;

/**
 * What a program of Slurm answers.
 *
 * @throws {Error} with its words; where there is no such program, saying what is missing
 */
export function slurmCommand(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: patience, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
      const words = isMissing
        ? "got none on this machine; run this on a login node of the cluster"
        : (stderr.trim() || error.message).slice(-2000);
      reject(new Error(`Cannot use Slurm: ${program} must ${isMissing ? "be there" : "succeed"}, ${words}`));
    });
  });
}

/** How an element of an array stands in Slurm's queue. */
export interface QueueEntry {
  /** Number in the array. */
  readonly element: number;
  /** Such as `PENDING`, `RUNNING`, `COMPLETING`. */
  readonly state: string;
  readonly node: string;
  /** Why it waits. */
  readonly reason: string;
}

/** The elements of an array that Slurm has yet to finish, by its job number; none of a job that it has forgotten. */
export async function queueOf(jobs: readonly string[]): Promise<Map<string, QueueEntry[]>> {
  const found = new Map<string, QueueEntry[]>(jobs.map((job) => [job, []]));
  const text = await slurmCommand("squeue", ["-h", "-r", "-j", jobs.join(","), "-o", "%F|%K|%T|%N|%r"]).catch(
    (error: Error) => {
      // It forgets a job that has ended.
      if (/Invalid job id/i.test(error.message)) return "";
      throw error;
    },
  );
  for (const line of text.split("\n")) {
    const [job, element, state, node, reason] = line.trim().split("|");
    found.get(job)?.push({ element: Number(element), state, node, reason });
  }
  return found;
}
