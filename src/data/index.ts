/** What the stages that build on files and arrays import; notebooks see less, see `public`. */
export { writeDecimal } from "./csv/decimal";
export { decodeText, readLines, splitLine } from "./csv/lines";
export { cut, isNumber } from "./csv/rowParser";
export { type RowsByIdOptions, rowsById } from "./csv/rowsById";
export { findFile, refuseUnfinishedSample, requireFile } from "./folder";
export { type CachedFramesOptions, cachedFrames } from "./frameCache";
export { writeNpyHeader } from "./npyHeader";
export * from "./public";
export { mostFileBytes } from "./readFrames";
export { type SampleRecipe, writeSampleFolder } from "./sampleFolder";
