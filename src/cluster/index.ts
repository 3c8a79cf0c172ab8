/** Tasks on many machines: folds and seeds on the GPUs of this machine, on Ray and on Slurm. */
import "./module/moduleMagic";

export { type LocalOptions, local } from "./local/local";
export { type ExperimentOptions, experiment } from "./module/experiment";
export { type RayOptions, type RayPlace, ray } from "./ray/ray";
export { slurm } from "./slurm/slurm";
export type { SlurmOptions } from "./slurm/slurmOptions";
