import type { Layout } from "./types";

/** Colours for categories that the colour-blind tell apart (Okabe and Ito 2008), yellow left out: it fades on white. */
export const categories = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#e69f00",
  "#787878",
] as const;

/** A grey for what stands beside the subject: references, identity lines, earlier values. */
export const quiet = "#8c8c8c";

/** As many different colours as lines: the categories, and past them hues by the golden angle. */
export function lineColors(count: number): readonly string[] {
  if (count <= categories.length) return categories;
  return Array.from({ length: count }, (_, i) => {
    const lightness = [0.55, 0.72, 0.63][i % 3];
    return hex({ lightness, chroma: 0.13, hue: (250 + 137.508 * i) % 360 });
  });
}

/** Default size of a figure in pixels. */
export const size = { width: 900, height: 420 } as const;

/** plotly's colour scale: stops in [0, 1] with CSS colours. */
export type ColorScale = readonly (readonly [position: number, color: string])[];

/**
 * Rain from none (near white) to heavy (dark violet) over green and blue: lightness falls evenly in OKLab, so that
 * equal steps look equal, also in grey and to the colour-blind.
 */
export const rainScale: ColorScale = scale(13, (t) => ({
  lightness: 0.98 - 0.74 * t,
  chroma: 0.012 + 0.135 * Math.sin(Math.PI * t ** 0.8),
  hue: 150 + 175 * t,
}));

/** Shares, counts and other amounts from none (white) to most (dark blue); lightness falls evenly in OKLab. */
export const amountScale: ColorScale = scale(9, (t) => ({
  lightness: 1 - 0.68 * t,
  chroma: 0.13 * Math.sin(Math.PI * Math.min(1, 0.1 + 0.75 * t)) * Math.min(1, 4 * t),
  hue: 240 + 20 * t,
}));

/** Amounts as the colour of points, which stand out on light and dark: from yellow over green and blue to violet. */
export const pointScale: ColorScale = scale(9, (t) => ({
  lightness: 0.8 - 0.32 * t,
  chroma: 0.14,
  hue: 95 + 205 * t,
}));

/** Signed errors: blue below, white at zero, orange above; both arms fall evenly in lightness. */
export const errorScale: ColorScale = scale(13, (t) => {
  const arm = Math.abs(2 * t - 1);
  return { lightness: 0.98 - 0.54 * arm, chroma: 0.16 * Math.min(1, 1.6 * arm), hue: t < 0.5 ? 250 : 48 };
});

interface Lch {
  lightness: number;
  chroma: number;
  /** Degrees. */
  hue: number;
}

function scale(stops: number, color: (t: number) => Lch): ColorScale {
  return Array.from({ length: stops }, (_, i) => {
    const t = i / (stops - 1);
    return [t, hex(color(t))] as const;
  });
}

/** OKLab's cylinder to sRGB (Ottosson 2020), clipped to what screens show. */
function hex({ lightness, chroma, hue }: Lch): string {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ];
  const bytes = linear.map((value) => {
    const encoded = value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
    return Math.round(255 * Math.min(1, Math.max(0, encoded)));
  });
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

const axis = {
  showline: true,
  // greys that let the page through, for light and dark
  linecolor: "rgba(128,128,128,0.6)",
  gridcolor: "rgba(128,128,128,0.18)",
  zerolinecolor: "rgba(128,128,128,0.45)",
  zerolinewidth: 1,
  ticks: "outside",
  ticklen: 4,
  tickcolor: "rgba(128,128,128,0.6)",
  automargin: true,
  // "hide past div", plotly's default, measures all labels anew for each of them
  ticklabeloverflow: "allow",
  title: { standoff: 8 },
};

const colorbar = {
  thickness: 14,
  outlinewidth: 0,
  ticks: "outside",
  ticklen: 4,
  tickcolor: "rgba(128,128,128,0.6)",
};

/** What every figure's layout begins with, as plotly's template: a figure's own layout goes before it. */
export const template = {
  layout: {
    font: {
      family: '"DejaVu Sans Condensed", "Open Sans", "Segoe UI", Arial, sans-serif',
      size: 12,
      color: "#333333",
    },
    title: { font: { size: 15 }, x: 0.01, xanchor: "left", y: 1, yanchor: "top", pad: { t: 10 } },
    colorway: categories,
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    hovermode: "closest",
    hoverlabel: { align: "left" },
    legend: { font: { size: 11 }, itemwidth: 30, tracegroupgap: 0 },
    coloraxis: { colorbar },
    updatemenudefaults: { bgcolor: "rgba(128,128,128,0.12)", bordercolor: "rgba(128,128,128,0.4)" },
    xaxis: axis,
    yaxis: axis,
  },
  data: { heatmap: [{ colorbar }] },
};

/** A layout on the common theme: size and margins that a figure's own layout may change. */
export function themed(layout: Layout): Layout {
  return {
    template,
    width: size.width,
    height: size.height,
    ...layout,
    margin: { l: 60, r: 20, t: 44, b: 48, ...(layout.margin as object | undefined) },
  };
}
