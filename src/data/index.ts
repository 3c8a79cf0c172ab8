export { type FileContent, writeFileAtomic } from "./atomic";
export { type CacheArray, type CacheContent, type CacheOptions, cached, cachePath } from "./cache";
export { forEachConcurrent } from "./concurrent";
export { decodePixels, emptyFrames, readFrames, type SampleShape } from "./frameFiles";
export { type FrameArray, type Frames, type FrameUnit, frames, sampleOf } from "./frames";
export { decodeNpy, encodeNpy, type NpyArray, type NpyData, readNpy, writeNpy } from "./npy";
export { type NpyHeader, type NpyType, readNpyHeader } from "./npyHeader";
export { type NumberTable, type NumberTableOptions, readNumberTable } from "./numberTable";
export { dataFolder, runFolder } from "./places";
export {
  type Progress,
  type ProgressSink,
  type ProgressState,
  progressLine,
  startProgress,
} from "./progress";
export { type RandomSource, randomSource } from "./random";
export { type ReadWindowsOptions, readWindows } from "./readWindows";
export { type Series, series, takeWindows } from "./series";
export { currentSignal, throwIfAborted } from "./signal";
export { readTar, type TarEntry } from "./tar";
export { integerColumn, readTextTable, type TextTable } from "./textTable";
export { type RowWindows, windowsOfRows } from "./windows";
