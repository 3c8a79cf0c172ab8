export { type Conv1dOptions, conv1d } from "./conv1d";
export { type FftConv1dOptions, fftConv1d } from "./fftConv1d";
export { type InceptionTimeOptions, inceptionTime } from "./inceptionTime";
export { type MotionConv1dOptions, motionConv1d } from "./motionConv1d";
export { type RadarTwoPathOptions, radarTwoPath } from "./radarTwoPath";
export { type RainNetOptions, rainNet } from "./rainNet";
export { type Resnet1dOptions, resnet1d } from "./resnet1d";
export { type UnetOptions, unet } from "./unet";
