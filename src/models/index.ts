export { type Conv1dOptions, conv1d } from "./conv1d";
export { type MotionConv1dOptions, motionConv1d } from "./motionConv1d";
export { type RadarTwoPathOptions, radarTwoPath } from "./radarTwoPath";
export { type UnetOptions, unet } from "./unet";
