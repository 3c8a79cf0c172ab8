/** What the stages that build on files and arrays import; notebooks see less, see `public`. */
export { writeDecimal } from "./csv/decimal";
export { readLines, splitLine } from "./csv/lines";
export { findFile, refuseUnfinishedSample, requireFile } from "./folder";
export { type CachedFramesOptions, cachedFrames } from "./frameCache";
export { writeNpyHeader } from "./npyHeader";
export * from "./public";
export { type SampleRecipe, writeSampleFolder } from "./sampleFolder";
