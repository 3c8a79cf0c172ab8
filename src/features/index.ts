export { concatChannels, selectChannels } from "./channels";
export { type CombineOptions, type EnergyOptions, energy, magnitude, product } from "./combine";
export { coverageMask, sumImages } from "./coverage";
export type { ChannelOptions } from "./derive";
export {
  type ExtrapolateOptions,
  extrapolate,
  imagesOf,
  motionOf,
  type PersistOptions,
  persist,
} from "./extrapolate";
export { concatTables, type FeatureTable } from "./featureTable";
export { type AdvectOptions, advect } from "./flow/advect";
export { type FarnebackOptions, farneback } from "./flow/farneback";
export type { MotionField } from "./flow/field";
export { type LucasKanadeOptions, lucasKanade } from "./flow/lucasKanade";
export { type FourierTransform, fourierTransform } from "./fourier";
export {
  convertFrames,
  convertRadarValue,
  convertRadarValues,
  type FrameTimesOptions,
  joinShards,
  type RainRelationOptions,
  takeSamples,
  takeTimes,
} from "./frameUnits";
export { type GradientOptions, gradient } from "./gradient";
export { cumulativeIntegral, doubleIntegral, type IntegralOptions } from "./integral";
export { type KalmanOptions, kalmanSmooth } from "./kalman";
export { type MovingOptions, movingDeviation, movingMaximum, movingMean, movingMinimum } from "./moving";
export { type OverlapGroupsOptions, overlapGroups } from "./overlapGroups";
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
} from "./scale";
export { type DifferenceOptions, difference, type LagOptions, lag } from "./shift";
export {
  type FftMagnitudeOptions,
  fftMagnitude,
  type SpectralStatisticsOptions,
  spectralStatistics,
} from "./spectrum";
export { type TiltOptions, tilt } from "./tilt";
export { type WindowStatisticsOptions, windowStatistics } from "./windowStatistics";
