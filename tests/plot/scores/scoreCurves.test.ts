import assert from "node:assert/strict";
import test from "node:test";
import { radialPowerSpectrum } from "../../../src/features/fourier/radialSpectrum";
import { scoreCurves, spectra } from "../../../src/plot";

test("scores are lines over their thresholds", () => {
  const figure = scoreCurves(
    { persistence: [0.6, 0.4], "<unet>": Float64Array.of(0.7, Number.NaN) },
    { x: [0.1, 10], xTitle: "threshold (mm/h)", yTitle: "CSI", logX: true },
  );
  assert.equal(figure.layout.title?.text, "CSI by threshold (mm/h)");
  assert.equal(figure.data[1].name, "&lt;unet&gt;");
  const { xaxis, yaxis } = figure.layout as Record<string, { type: string; tickvals?: number[] }>;
  assert.equal(xaxis.type, "log");
  assert.deepEqual(xaxis.tickvals, [0.1, 10]);
  assert.equal(yaxis.type, "linear");
});

test("more curves than colours differ by their dashes", () => {
  const curves = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`model ${i}`, [i]]));
  const { data } = scoreCurves(curves, { x: [1], xTitle: "x", yTitle: "y" });
  const styles = data.map(({ line }) => JSON.stringify(line));
  assert.equal(new Set(styles).size, 9);
});

test("curves of another length are refused by name", () => {
  assert.throws(() => scoreCurves({ a: [1, 2], b: [1] }, { x: [1, 2], xTitle: "x", yTitle: "y" }), {
    name: "RangeError",
    message: /2 values, as x has, got 1 in "b"/,
  });
  assert.throws(() => scoreCurves({}, { x: [1], xTitle: "x", yTitle: "y" }), { message: /no curve/ });
});

test("a wave's power stands at its wavelength, and what a logarithm does not know is left out", () => {
  const wave = Float64Array.from({ length: 32 * 32 }, (_, i) => Math.sin((2 * Math.PI * (i % 32)) / 8));
  const figure = spectra(
    { truth: radialPowerSpectrum(wave, { shape: [32, 32], spacing: 2 }) },
    { unit: "km" },
  );
  const [{ x, y }] = figure.data as unknown as { x: Float64Array; y: Float64Array }[];
  assert.equal(x[y.indexOf(Math.max(...y))], 16, "8 pixels of 2 km");
  assert.ok(x.every(Number.isFinite) && y.every((power) => power > 0));
  const { xaxis } = figure.layout as { xaxis: { tickvals: number[]; title: { text: string } } };
  assert.deepEqual(xaxis.tickvals, [5, 10, 20, 50]);
  assert.equal(xaxis.title.text, "wavelength (km)");
  assert.throws(() => spectra({}), { name: "RangeError" });
});

test("nine curves have nine colours, and a logarithmic axis refuses what it has no place for", () => {
  const curves = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`m${i}`, [1, 2]]));
  const options = { x: [0, 1], xTitle: "x", yTitle: "y" };
  const colors = scoreCurves(curves, options).data.map(({ line }) => (line as { color: string }).color);
  assert.equal(new Set(colors).size, 9);
  assert.throws(
    () => scoreCurves(curves, { ...options, logX: true }),
    /above 0 on a logarithmic axis, got 0/,
  );
  const [trace] = scoreCurves({ "%{x} & b": [1, 2] }, options).data;
  assert.match(trace.hovertemplate!, /^%&#123;x} &amp; b: %\{y/);
});
