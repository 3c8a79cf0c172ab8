import "./patches";

export { Diagnosis, doctor, type Finding } from "./doctor";
export { GraphBuilder, type Output } from "./graph";
export { tf } from "./load";
export { lstmStates } from "./lstmOp";
export { backend, type NativeAttribute, type NativeDtype, nativeOp } from "./native";
export { biasAdd, logitsOf, matrixProduct, withLogits } from "./patches";
export { randomInteger, randomNormal, randomUniform, seedRandom, withRandomState } from "./random";
export { CaptureError, nativeId, record } from "./record";
export { type Card, DeviceReport, ready } from "./report";
export { asIntegers, GraphSession } from "./session";
export { dtypeNumber, fromWords, GraphVariable, type VariableDtype } from "./variable";
