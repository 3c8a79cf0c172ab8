import "./patches";

export { atEpoch, type BatchTransform, scheduled, withEpoch } from "./batchTransform";
export { GraphBuilder, type NodeSummary, type Output } from "./capture/graph";
export {
  CaptureError,
  nativeId,
  nextNativeId,
  type Recording,
  record,
  separateVariables,
} from "./capture/record";
export { asIntegers, GraphSession } from "./capture/session";
export { dtypeNumber, fromWords, GraphVariable, type VariableDtype } from "./capture/variable";
export { Diagnosis, doctor, type Finding } from "./doctor";
export { tf } from "./load";
export { lstmStates } from "./lstmOp";
export { backend, type NativeAttribute, type NativeDtype, nativeOp } from "./native";
export { convLstmStep, convLstmStepBack } from "./ops/convLstmStep";
export { recurrentOps, usesOwnOps, withReferenceOps } from "./ops/library";
export { gruSequence, lstmSequence, type SequenceOptions } from "./ops/sequences";
export { applyMasked, biasAdd, logitsOf, type Masked, matrixProduct, withLogits } from "./patches";
export { randomInteger, randomNormal, randomUniform, seedRandom, withRandomState } from "./random";
export { type Card, DeviceReport, ready } from "./report";
export { variableGradients } from "./variableGradients";
