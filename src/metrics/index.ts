export { type AucOptions, auc } from "./auc";
export { type Calibration, type CalibrationOptions, calibration } from "./calibration";
export {
  accuracy,
  balancedAccuracy,
  type ClassReport,
  type ClassScore,
  classReport,
  macroF1,
  topKAccuracy,
} from "./classification";
export { compareForecasts, type ForecastComparison } from "./compareForecasts";
export {
  type Confusion,
  type ConfusionMatrix,
  type ConfusionOptions,
  confusionMatrix,
  mostConfused,
} from "./confusion";
export { type Direction, directionOf } from "./direction";
export {
  type FractionsSkillOptions,
  type FractionsSums,
  fractionsSkillScore,
  fractionsSums,
} from "./fractionsSkill";
export { type LogLossOptions, logLoss, logLosses } from "./logLoss";
export {
  type CategoricalScores,
  type Contingency,
  categoricalScores,
  contingency,
  type MaskOptions,
  meanAbsoluteError,
  rootMeanSquareError,
  type VerifyArray,
} from "./nowcast";
export { type Probabilities, predictedLabels } from "./probabilities";
export { type Reliability, reliability } from "./reliability";
export { type Verification, type VerifyOptions, verify } from "./verify";
export { type WorstWindow, type WorstWindowsOptions, worstWindows } from "./worstWindows";
