export type { Cell } from "./blocks/recurrent";
export type { Activation } from "./blocks/toolkit";
export { type ConvLstmStackOptions, convLstmStack } from "./frames/convLstmStack";
export { type DownConvLstmUpOptions, downConvLstmUp } from "./frames/downConvLstmUp";
export { type RadarTwoPathOptions, radarTwoPath } from "./frames/radarTwoPath";
export { type RainNetOptions, rainNet } from "./frames/rainNet";
export { type SequenceUnetOptions, sequenceUnet } from "./frames/sequenceUnet";
export { type UnetOptions, unet } from "./frames/unet";
export { type LogisticOptions, logisticClassifier } from "./ridge/logistic";
export {
  type FeatureRows,
  type RidgeClassifier,
  type RidgeOptions,
  ridgeClassifier,
} from "./ridge/ridge";
export { ridge } from "./ridge/ridgeEstimator";
export { fitMiniRocket, type MiniRocket, type MiniRocketOptions } from "./rocket/miniRocket";
export { type MiniRocketClassifierOptions, miniRocket } from "./rocket/miniRocketClassifier";
export { type Conv1dOptions, conv1d } from "./series/conv1d";
export { type ConvRnnOptions, convRnn } from "./series/convRnn";
export { type FftConv1dOptions, fftConv1d } from "./series/fftConv1d";
export { type GruPoolGruOptions, gruPoolGru, gruPoolGruVariants } from "./series/gruPoolGru";
export { type InceptionTimeOptions, inceptionTime } from "./series/inceptionTime";
export { type MotionConv1dOptions, motionConv1d } from "./series/motionConv1d";
export { type Resnet1dOptions, resnet1d } from "./series/resnet1d";
export { type StackedRnnOptions, stackedRnn } from "./series/stackedRnn";
export { type TwoPathRnnConvOptions, twoPathRnnConv } from "./series/twoPathRnnConv";
export { type LayerSummary, type Summary, summary } from "./summary";
