export { tf } from "./load";
export { type NativeAttribute, type NativeDtype, nativeOp } from "./native";
export { randomInteger, randomNormal, randomUniform, seedRandom, withRandomState } from "./random";
