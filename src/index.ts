/**
 * Podium: competition experiments in TypeScript notebooks. The stages of an experiment in the order that data takes,
 * and the two competitions that are supported in full.
 *
 * @example
 * import * as podium from "podium";
 * const data = await podium.motion.load("data/motion");
 */
export * as data from "./data";
export * as engine from "./engine";
export * as layers from "./layers";
export * as models from "./models";
export * as plot from "./plot";
