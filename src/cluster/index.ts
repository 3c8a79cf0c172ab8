/** Tasks on many machines: folds and seeds on the GPUs of this machine or on Ray. */

export { type LocalOptions, local } from "./local/local";
export { type ExperimentOptions, experiment } from "./module/experiment";
export { type RayOptions, type RayPlace, ray } from "./ray/ray";
