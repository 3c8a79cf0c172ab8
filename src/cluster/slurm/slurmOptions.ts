/** Options of `slurm`. */
export interface SlurmOptions {
  /** Slurm's partition. Default: the cluster's. */
  partition?: string;
  /** Whom the time is charged to. Default: the cluster's. */
  account?: string;
  /** GPUs of a task. Default 0. */
  gpus?: number;
  /** Processors of a task, and its threads. Default: Slurm's, with as many threads as this process has. */
  cpus?: number;
  /** Memory of a task, in GiB. Default: the partition's. */
  memory?: number;
  /** Time of a task as Slurm writes it, such as "4:00:00"; one that needs more goes on in its next turn. Default: the partition's. */
  time?: string;
  /** Seconds before the end of its time at which a task is told to save and to queue again. Default 120. */
  warning?: number;
  /** How often a task is submitted again that Slurm lost and did not queue again itself. Default 3. */
  retries?: number;
  /** Tasks at a time. Default: as many as Slurm gives. */
  atOnce?: number;
  /** Other options of `sbatch`, such as "--constraint=a100". Default: none. */
  flags?: readonly string[];
  /** Seconds between two looks at the queue. Default 5. */
  interval?: number;
}
