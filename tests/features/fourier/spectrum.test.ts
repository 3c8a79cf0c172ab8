import assert from "node:assert/strict";
import test from "node:test";
import { series } from "../../../src/core/series";
import { fftFrequencies, fftMagnitude, spectralStatistics } from "../../../src/features/fourier/spectrum";
import { assertClose, golden, raw } from "../golden";

test("the magnitude of the transform is NumPy's, all of it or up to Nyquist", () => {
  const full = fftMagnitude(raw);
  assert.deepEqual(full.shape, [3, 24, 3]);
  assertClose(full.data, golden.fft, 1e-6);
  const half = fftMagnitude(raw, { length: "half", channels: ["acc_y", "acc_x", "acc_z"] });
  assert.deepEqual(half.shape, [3, 13, 3]);
  assertClose(
    half.data.filter((_, i) => i % 3 === 1),
    golden.rfft.filter((_, i) => i % 3 === 0),
    1e-6,
  );
});

test("lengths of small primes, of a large prime, 600 and 1 all agree with NumPy", () => {
  for (const [length, wave] of Object.entries(golden.waves)) {
    const one = series(Float32Array.from(wave.x), { steps: Number(length), channels: ["x"] });
    assertClose(fftMagnitude(one).data, wave.fft, 1e-6);
  }
});

test("spectral statistics are those of NumPy's spectrum", () => {
  const table = spectralStatistics(raw, { bands: [0, 5, 12, 25] });
  assert.deepEqual(table.shape, [3, 33]);
  assert.equal(table.columns[1], "acc_x.centroid");
  assert.equal(table.columns[10], "acc_x.band12to25");
  const rows = [0, 2].flatMap((window) => Array.from(table.data.slice(window * 33, (window + 1) * 33)));
  assertClose(rows, golden.spectral, 1e-5);
});

test("a constant channel has statistics 0, not NaN", () => {
  const table = spectralStatistics(raw);
  const constant = table.data.slice(24 + 16, 24 + 24); // window 1, acc_z
  assert.deepEqual(Array.from(constant), new Array(8).fill(0));
  assert.ok(table.data.every(Number.isFinite));
});

test("a pure tone peaks at its own frequency", () => {
  const tone = Float32Array.from({ length: 600 }, (_, t) => Math.sin((2 * Math.PI * 3 * t) / 50));
  const table = spectralStatistics(series(tone, { steps: 600, channels: ["x"], rate: 50 }));
  const at = (name: string): number => table.data[table.columns.indexOf(`x.${name}`)];
  assertClose([at("peak"), at("centroid"), at("power"), at("peakShare")], [3, 3, 0.5, 1], 1e-5);
});

test("windows too short and bands that do not rise are errors", () => {
  assert.throws(
    () => spectralStatistics(series(new Float32Array(3), { steps: 3, channels: ["x"] })),
    /at least 4 steps, got 3/,
  );
  assert.throws(() => spectralStatistics(raw, { bands: [5, 1] }), /got \[5,1\]/);
});

test("bins of half a spectrum are NumPy's frequencies in Hz", () => {
  assert.deepEqual([...fftFrequencies(6, { rate: 50 })], [0, 50 / 6, 100 / 6, 25]);
  assert.deepEqual([...fftFrequencies(5)], [0, 0.2, 0.4]);
  assert.throws(() => fftFrequencies(0), /steps must be a whole number from 1, got 0/);
});
