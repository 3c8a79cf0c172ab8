/** Tasks on many machines: folds and seeds on Ray. */
export { type ExperimentOptions, experiment } from "./module/experiment";
export { type RayOptions, type RayPlace, ray } from "./ray/ray";
