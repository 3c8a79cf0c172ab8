export { Figure, type FigureOptions } from "./figure";
export { type FrameRowOptions, frameRow, timeTitles } from "./frameRow";
export type { FrameImage, FrameSource, FrameValues } from "./frameSource";
export { type LabelCountsOptions, labelCounts } from "./labelCounts";
export type { SaveOptions } from "./save";
export { amountScale, type ColorScale, categories, errorScale, rainScale } from "./theme";
export { type TracesOptions, traces } from "./traces";
export type { Layout, MimeBundle, PlotFrame, PlotSpec, Trace } from "./types";
