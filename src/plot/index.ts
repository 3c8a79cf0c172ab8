export { Figure, type FigureOptions } from "./figure/figure";
export type { SaveOptions } from "./figure/save";
export { type SubplotsOptions, subplots } from "./figure/subplots";
export { amountScale, type ColorScale, categories, errorScale, rainScale } from "./figure/theme";
export type { Layout, MimeBundle, PlotFrame, PlotSpec, PlotValues, Trace } from "./figure/types";
export { type AnimationOptions, animation } from "./frames/animation";
export {
  type ForecastRowsOptions,
  forecastRows,
  type WorstForecastsOptions,
  worstForecasts,
} from "./frames/forecastRows";
export { type FrameRowOptions, frameRow, timeTitles } from "./frames/frameRow";
export type { FrameSource, FrameValues } from "./frames/frameSource";
export { type HeatMapOptions, heatMap, type MapPoint } from "./frames/heatMap";
export { type MotionFieldOptions, motionField } from "./frames/motionField";
export { type SpectraOptions, spectra } from "./frames/spectra";
export { type BlendWeightsOptions, blendWeights } from "./scores/blendWeights";
export { type CalibrationCurveOptions, calibrationCurve } from "./scores/calibrationCurve";
export { type ClassScoresOptions, classScores } from "./scores/classScores";
export { type ConfusedPairsOptions, confusedPairs } from "./scores/confusedPairs";
export { type ConfusionPlotOptions, confusion } from "./scores/confusion";
export {
  type FeatureImportanceOptions,
  featureImportance,
  type ImportanceOfColumns,
} from "./scores/featureImportance";
export { type EpochLogs, type FoldCurvesOptions, foldCurves } from "./scores/foldCurves";
export { type LabelCountsOptions, labelCounts } from "./scores/labelCounts";
export { type ScoreCurvesOptions, scoreCurves } from "./scores/scoreCurves";
export { type ShapOfColumns, type ShapValuesOptions, shapValues } from "./scores/shapValues";
export { type CompareTracesOptions, compareTraces } from "./series/compareTraces";
export { type TracesOptions, traces } from "./series/traces";
export { type BarsOptions, bars } from "./tables/bars";
export { type BoxOptions, box } from "./tables/box";
export type { PlotTable, TableTitles } from "./tables/columns";
export { type HistogramOptions, histogram } from "./tables/histogram";
export { type LinesOptions, lines } from "./tables/lines";
export { type ScatterOptions, scatter } from "./tables/scatter";
