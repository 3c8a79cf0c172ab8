/** What notebooks see of the engine; the stages that build on it import from its index. */
import "./patches";

export { atEpoch, type BatchTransform, scheduled } from "./batchTransform";
export { Diagnosis, doctor, type Finding } from "./doctor";
export { tf } from "./load";
export { type NativeAttribute, type NativeDtype, nativeOp } from "./native";
export { randomInteger, randomNormal, randomUniform, seedRandom, withRandomState } from "./random";
export { type Card, DeviceReport, ready } from "./report";
