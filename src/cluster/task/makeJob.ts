import path from "node:path";
import { computingThreads } from "../../engine/report";
import type { FoldWork } from "../../validate/crossValidateOptions";
import { originOf } from "../module/experiment";
import { versionsHere } from "../places";
import type { Job } from "./taskSpec";

/**
 * What the tasks of a run have in common.
 *
 * @param threads of one task (default: those of this process, so that a task adds up as this process does)
 * @throws {TypeError} if the run's options cannot be made elsewhere
 */
export async function makeJob(work: FoldWork, threads = computingThreads()): Promise<Job> {
  const { options, identity, folder } = work;
  const { config, data } = JSON.parse(JSON.stringify(identity));
  return {
    versions: await versionsHere(),
    threads,
    ...originOf(options),
    identity: { config, data },
    folder: process.cwd(),
    run: path.resolve(folder),
    ...(process.env.PODIUM_DATA && { data: path.resolve(process.env.PODIUM_DATA) }),
  };
}
