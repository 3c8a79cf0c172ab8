export { type FrameTimesOptions, joinShards, takeTimes } from "../core/frames";
export {
  convertFrames,
  convertRadarValue,
  convertRadarValues,
  type RainRelationOptions,
} from "../core/frameUnits";
export { type InputsAndTarget, splitTarget } from "../core/frameViews";
export { type AdvectOptions, advect } from "./flow/advect";
export { type FarnebackOptions, farneback } from "./flow/farneback";
export type { MotionField } from "./flow/field";
export { type LucasKanadeOptions, lucasKanade } from "./flow/lucasKanade";
export { type FourierTransform, fourierTransform } from "./fourier/fourier";
export { type PowerSpectrum, type PowerSpectrumOptions, radialPowerSpectrum } from "./fourier/radialSpectrum";
export {
  type FftMagnitudeOptions,
  fftFrequencies,
  fftMagnitude,
  type SpectralStatisticsOptions,
  spectralStatistics,
} from "./fourier/spectrum";
export { asForecast, type NetworkOutput } from "./frames/asForecast";
export { coverageMask, sumImages } from "./frames/coverage";
export {
  type AlignFramesEachOptions,
  alignFramesEach,
  type ExtrapolateEachOptions,
  type ExtrapolateOptions,
  extrapolate,
  extrapolateEach,
  imagesOf,
  motionOf,
  type PersistOptions,
  persist,
} from "./frames/extrapolate";
export { axesScaler } from "./series/axesScaler";
export { concatChannels, selectChannels } from "./series/channels";
export { type CombineOptions, type EnergyOptions, energy, magnitude, product } from "./series/combine";
export type { ChannelOptions } from "./series/derive";
export { concatTables, type FeatureTable, type MadeTable, tableFromFrame } from "./series/featureTable";
export { type GradientOptions, gradient } from "./series/gradient";
export { type GravityAlignedOptions, gravityAligned } from "./series/gravityAligned";
export { cumulativeIntegral, doubleIntegral, type IntegralOptions } from "./series/integral";
export { type KalmanOptions, kalmanSmooth } from "./series/kalman";
export {
  type MovingOptions,
  movingDeviation,
  movingMaximum,
  movingMean,
  movingMinimum,
} from "./series/moving";
export {
  type FittedScaler,
  type MinMaxScalerOptions,
  minMaxScaler,
  type RobustScalerOptions,
  robustScaler,
  type Scaler,
  type ScalerState,
  scalerFrom,
  standardScaler,
} from "./series/scale";
export { type DifferenceOptions, difference, type LagOptions, lag } from "./series/shift";
export { type TiltOptions, tilt } from "./series/tilt";
export { type WindowStatisticsOptions, windowStatistics } from "./series/windowStatistics";
export { type ClassNumbers, classNumbers, type TableLike } from "./table/columns";
export type { DatePart } from "./table/dateParts";
export type {
  CategoryEncoding,
  ColumnEncoding,
  CountEncoding,
  DateEncoding,
  EncodingState,
  NumberEncoding,
  OneHotEncoding,
  TargetEncoding,
} from "./table/encodings";
export {
  type Encode,
  type FitTableOptions,
  type FittedTableEncoder,
  type TableEncoder,
  type TableEncoderOptions,
  type TableEncoderState,
  tableEncoder,
  tableEncoderFrom,
} from "./table/tableEncoder";
