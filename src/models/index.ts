export type { Cell } from "./blocks/recurrent";
export type { Activation } from "./blocks/toolkit";
export { type Conv1dOptions, conv1d } from "./conv1d";
export { type ConvLstmStackOptions, convLstmStack } from "./convLstmStack";
export { type ConvRnnOptions, convRnn } from "./convRnn";
export { type DownConvLstmUpOptions, downConvLstmUp } from "./downConvLstmUp";
export { type FftConv1dOptions, fftConv1d } from "./fftConv1d";
export { type GruPoolGruOptions, gruPoolGru, gruPoolGruVariants } from "./gruPoolGru";
export { type InceptionTimeOptions, inceptionTime } from "./inceptionTime";
export { fitMiniRocket, type MiniRocket, type MiniRocketOptions } from "./miniRocket";
export { type MotionConv1dOptions, motionConv1d } from "./motionConv1d";
export { type RadarTwoPathOptions, radarTwoPath } from "./radarTwoPath";
export { type RainNetOptions, rainNet } from "./rainNet";
export { type Resnet1dOptions, resnet1d } from "./resnet1d";
export {
  type FeatureRows,
  type RidgeClassifier,
  type RidgeOptions,
  ridgeClassifier,
} from "./ridge";
export { type SequenceUnetOptions, sequenceUnet } from "./sequenceUnet";
export { type StackedRnnOptions, stackedRnn } from "./stackedRnn";
export { type LayerSummary, type Summary, summary } from "./summary";
export { type TwoPathRnnConvOptions, twoPathRnnConv } from "./twoPathRnnConv";
export { type UnetOptions, unet } from "./unet";
