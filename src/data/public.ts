/** What notebooks see of the files and arrays; the stages that build on them import from its index. */
export {
  type ArrayData,
  type DataArray,
  type Dataset,
  type FitData,
  type NamedArray,
  type Several,
  several,
  type TensorData,
} from "../core/array";
export { type FileContent, writeFileAtomic } from "../core/atomicFile";
export { forEachConcurrent } from "../core/concurrency";
export { dataFrame, type HasFrame, type TableColumns } from "../core/dataFrame";
export { type FrameArray, type Frames, type FrameUnit, frames, sampleOf } from "../core/frames";
export {
  type Progress,
  type ProgressSink,
  type ProgressState,
  progressLine,
  startProgress,
} from "../core/progress";
export { type RandomSource, randomSource } from "../core/random";
export { takeSamples } from "../core/samples";
export { type Series, series, takeWindows } from "../core/series";
export { currentSignal, throwIfAborted } from "../core/signal";
export { type CacheArray, type CacheContent, type CacheOptions, cached, cachePath } from "./cache";
export type { LineLimits } from "./csv/lines";
export { type NumberTable, type NumberTableOptions, readNumberTable } from "./csv/numberTable";
export { type ReadTableOptions, readTable } from "./csv/readTable";
export { type ReadWindowsOptions, readWindows } from "./csv/readWindows";
export type { ColumnKind } from "./csv/tableColumns";
export { integerColumn, readTextTable, type TextTable } from "./csv/textTable";
export { type RowWindows, windowsOfRows } from "./csv/windows";
export { type WriteTableOptions, writeTable } from "./csv/writeTable";
export { decodeNpy, encodeNpy, type NpyArray, type NpyData, readNpy, writeNpy } from "./npy";
export { type NpyHeader, type NpyType, readNpyHeader } from "./npyHeader";
export { dataFolder, runFolder } from "./places";
export { decodePixels, emptyFrames, readFrames, type SampleShape } from "./readFrames";
export {
  type ReadSafetensorsOptions,
  readSafetensors,
  type StoredArray,
  type StoredTensor,
  type StoredTensors,
  writeSafetensors,
} from "./safetensors";
export type { ReadLimits } from "./stream";
export { type ReadTarOptions, readTar, type TarEntry } from "./tar";
