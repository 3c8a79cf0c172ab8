export { type AdamOptions, adam, adamw } from "./adam";
export { type EmaOptions, withEma } from "./averaged";
export { optimizer } from "./byName";
export { type NadamOptions, nadam } from "./nadam";
export {
  clipGradient,
  type Optimizer,
  type OptimizerOptions,
  type OptimizerResult,
  type OptimizerSlot,
  type OptimizerStep,
} from "./optimizer";
export { type RmspropOptions, rmsprop } from "./rmsprop";
export { type SgdOptions, sgd } from "./sgd";
