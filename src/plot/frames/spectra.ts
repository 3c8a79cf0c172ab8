import type { PowerSpectrum } from "../../features/fourier/radialSpectrum";
import { Figure } from "../figure/figure";
import { escapeHover, escapeText } from "../figure/text";
import { lineColors, quiet } from "../figure/theme";

/** Options of {@link spectra}. */
export interface SpectraOptions {
  /** Unit of a wavelength: `"pixels"` by default, or what the spectra's spacing was in, such as `"km"`. */
  unit?: string;
  /** `"Power by wavelength"` by default. */
  title?: string;
}

/**
 * Shows power spectra on logarithmic axes, wide patterns on the left, fine ones on the right: a forecast that blurs
 * falls below the truth towards the right.
 *
 * @param spectra what `radialPowerSpectrum` gives, by name; the truth comes first and is drawn in grey
 * @throws {RangeError} if there are none, or none has power at a frequency above 0, as that of one pixel
 * @example
 * const spectrum = (image: Float32Array) => features.radialPowerSpectrum(image, { shape: [120, 120] });
 * spectra({ earlier: spectrum(earlier), latest: spectrum(latest) });
 */
export function spectra(
  spectra: Readonly<Record<string, PowerSpectrum>>,
  options: SpectraOptions = {},
): Figure {
  const { unit = "pixels", title = "Power by wavelength" } = options;
  const entries = Object.entries(spectra);
  const known = entries.some(([, { frequency, power }]) => frequency.some((f, i) => isShown(f, power[i])));
  if (!known) {
    throw new RangeError(
      `Cannot plot spectra: there must be one with power at a frequency above 0, got ${entries.length === 0 ? "none" : entries.map(([name]) => name).join(", ")}`,
    );
  }
  const colors = lineColors(entries.length - 1);
  return new Figure({
    data: entries.map(([name, { frequency, power }], i) => {
      // frequency 0 is the mean, a logarithmic axis has no place for it or for no power
      const kept = Array.from(frequency.keys()).filter((ring) => isShown(frequency[ring], power[ring]));
      return {
        type: "scatter",
        mode: "lines",
        name: escapeText(name),
        x: Float64Array.from(kept, (ring) => 1 / frequency[ring]),
        y: Float64Array.from(kept, (ring) => power[ring]),
        line: { color: i === 0 ? quiet : colors[i - 1], width: i === 0 ? 2.5 : 1.8 },
        hovertemplate: `${escapeHover(name)}: %{y:.3g} at %{x:.3g} ${escapeText(unit)}<extra></extra>`,
      };
    }),
    layout: {
      title: { text: escapeText(title) },
      width: 760,
      height: 420,
      xaxis: {
        title: { text: `wavelength (${escapeText(unit)})` },
        type: "log",
        autorange: "reversed",
        tickvals: wavelengthTicks(entries.map(([, each]) => each)),
      },
      yaxis: { title: { text: "power" }, type: "log", exponentformat: "power", dtick: 1 },
      showlegend: true,
    },
  });
}

/** Whether logarithmic axes have a place for a ring. */
function isShown(frequency: number, power: number): boolean {
  return frequency > 0 && power > 0 && Number.isFinite(frequency) && Number.isFinite(power);
}

/** 1, 2 and 5 times powers of ten among the wavelengths: few round numbers, where plotly would give bare digits. */
function wavelengthTicks(spectra: readonly PowerSpectrum[]): number[] {
  const all = spectra.flatMap(({ frequency, power }) =>
    Array.from(frequency).filter((value, ring) => isShown(value, power[ring])),
  );
  const [short, long] = [1 / Math.max(...all), 1 / Math.min(...all)];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(short)); power <= Math.log10(long); power++) {
    for (const digit of [1, 2, 5]) {
      const tick = Number(`${digit}e${power}`);
      if (tick >= short && tick <= long) ticks.push(tick);
    }
  }
  return ticks;
}
