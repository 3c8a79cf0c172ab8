export { type AttentionGateOptions, attentionGate } from "./attentionGate";
export {
  type ChannelAttentionOptions,
  channelAttention,
  type SpatialAttentionOptions,
  spatialAttention,
} from "./blockAttention";
export { type ConvLstm2dOptions, convLstm2d } from "./convLstm2d";
export { foldTime, type UnfoldTimeOptions, unfoldTime } from "./foldTime";
export { type GaussianNoiseOptions, gaussianNoise } from "./gaussianNoise";
export { type GroupedConv2dOptions, groupedConv2d } from "./groupedConv2d";
export { type GruOptions, gru } from "./gru";
export { type Initializer, type InitializerName, initializer } from "./initializers";
export { type LatestTimeOptions, latestTime } from "./latestTime";
export { type LstmOptions, lstm } from "./lstm";
export { type MishOptions, mish } from "./mish";
export { type RandomRollOptions, type RollMode, randomRoll } from "./randomRoll";
export { type SpatialDropoutOptions, spatialDropout1d, spatialDropout2d } from "./spatialDropout";
