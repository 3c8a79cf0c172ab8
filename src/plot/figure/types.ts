/** The arrays that plotly's attributes take; typed arrays travel packed (see `encode`). */
export type PlotValues = readonly (number | string | null)[] | PlotNumbers;

/** The typed arrays that plotly.js reads. */
export type PlotNumbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** One plotly trace: the attributes that Podium uses are named, every other attribute of plotly.js is allowed. */
export interface Trace {
  readonly type: "scatter" | "bar" | "heatmap" | "histogram" | "box" | "contour" | "table" | (string & {});
  readonly name?: string;
  readonly mode?: string;
  readonly x?: PlotValues;
  readonly y?: PlotValues;
  /** Rows of a heat map, from the first row on. */
  readonly z?: readonly PlotValues[];
  readonly text?: string | readonly string[] | readonly (readonly string[])[];
  readonly hovertemplate?: string;
  readonly xaxis?: string;
  readonly yaxis?: string;
  readonly showlegend?: boolean;
  readonly [attribute: string]: unknown;
}

/** plotly's layout: the attributes that Podium uses are named, every other attribute of plotly.js is allowed. */
export interface Layout {
  readonly title?: { readonly text: string; readonly [attribute: string]: unknown };
  /** Pixels; 900 by default. */
  readonly width?: number;
  /** Pixels; 420 by default. */
  readonly height?: number;
  readonly annotations?: readonly Record<string, unknown>[];
  readonly shapes?: readonly Record<string, unknown>[];
  readonly [attribute: string]: unknown;
}

/** One step of an animation: what replaces the traces' attributes. */
export interface PlotFrame {
  readonly name: string;
  readonly data: readonly Partial<Trace>[];
  /** Which traces `data` replaces; all in order by default. */
  readonly traces?: readonly number[];
  readonly layout?: Layout;
}

/** A figure as plotly reads it from JSON. */
export interface PlotSpec {
  readonly data: readonly Record<string, unknown>[];
  readonly layout: Record<string, unknown>;
  readonly frames?: readonly Record<string, unknown>[];
  readonly config?: Record<string, unknown>;
}

/** What a notebook shows: values by MIME type. */
export type MimeBundle = Record<string, unknown>;
