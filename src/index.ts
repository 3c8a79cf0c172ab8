/**
 * Podium: competition experiments in TypeScript notebooks. The stages of an experiment in the order that data takes,
 * and the two competitions that are supported in full.
 *
 * @module podium
 * @example
 * import * as podium from "podium";
 * const competition = await podium.motion.load("data/motion");
 */
export * as augment from "./augment";
export * as cluster from "./cluster";
export * as data from "./data/public";
export * as engine from "./engine/public";
export * as ensemble from "./ensemble";
export * as features from "./features";
export * as layers from "./layers";
export * as metrics from "./metrics";
export * as models from "./models";
export * as motion from "./motion";
export * as plot from "./plot";
export * as python from "./python";
export * as trees from "./python/trees";
export * as radar from "./radar";
export * as search from "./search";
export * as train from "./train";
export * as validate from "./validate/public";
