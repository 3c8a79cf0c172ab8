export { type FrameArray, type Frames, type FrameUnit, frames, sampleOf } from "./frames";
export {
  type Progress,
  type ProgressSink,
  type ProgressState,
  progressLine,
  startProgress,
} from "./progress";
export { type RandomSource, randomSource } from "./random";
export { type Series, series, takeWindows } from "./series";
export { currentSignal, throwIfAborted } from "./signal";
