export { type AnimationOptions, animation } from "./animation";
export { type BlendWeightsOptions, blendWeights } from "./blendWeights";
export { type CalibrationCurveOptions, calibrationCurve } from "./calibrationCurve";
export { type ClassScoresOptions, classScores } from "./classScores";
export { type CompareTracesOptions, compareTraces } from "./compareTraces";
export { type ConfusedPairsOptions, confusedPairs } from "./confusedPairs";
export { type ConfusionPlotOptions, confusion } from "./confusion";
export { Figure, type FigureOptions } from "./figure";
export { type EpochLogs, type FoldCurvesOptions, foldCurves } from "./foldCurves";
export {
  type ForecastRowsOptions,
  forecastRows,
  type WorstForecastsOptions,
  worstForecasts,
} from "./forecastRows";
export { type FrameRowOptions, frameRow, timeTitles } from "./frameRow";
export type { FrameSource, FrameValues } from "./frameSource";
export { type HeatMapOptions, heatMap, type MapPoint } from "./heatMap";
export { type LabelCountsOptions, labelCounts } from "./labelCounts";
export { type MotionFieldOptions, motionField } from "./motionField";
export type { SaveOptions } from "./save";
export { type ScoreCurvesOptions, scoreCurves } from "./scoreCurves";
export { type SpectraOptions, spectra } from "./spectra";
export { amountScale, type ColorScale, categories, errorScale, rainScale } from "./theme";
export { type TracesOptions, traces } from "./traces";
export type { Layout, MimeBundle, PlotFrame, PlotSpec, PlotValues, Trace } from "./types";
