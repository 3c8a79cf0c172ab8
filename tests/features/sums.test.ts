import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { series } from "../../src/core/series";
import { fftMagnitude, spectralStatistics } from "../../src/features/fourier/spectrum";
import { cumulativeIntegral, doubleIntegral } from "../../src/features/series/integral";
import { robustScaler, standardScaler } from "../../src/features/series/scale";
import { windowStatistics } from "../../src/features/series/windowStatistics";

const golden = JSON.parse(readFileSync(path.join(__dirname, "../golden/numbers.json"), "utf8")).safe;

for (const { name, data, statistics, spectra, fft, integral, double, standard, robust } of golden) {
  test(`sums, integrals, variances and spectra of values with ${name} are NumPy's and SciPy's`, () => {
    const source = series(Float32Array.from(data), { steps: 32, channels: ["a", "b"] });
    const close = (found: ArrayLike<number>, expected: readonly number[], what: string): void => {
      assert.equal(found.length, expected.length, what);
      const largest = Math.max(...expected.map(Math.abs));
      expected.forEach((value, i) => {
        if (found[i] === Math.fround(value)) return; // also where float32 ends
        const gap = Math.abs(found[i] - value);
        // Sums of both signs are held to the largest of them, all else to itself.
        const scale = /fft|integral/.test(what) ? largest : Math.abs(value);
        assert.ok(gap <= 1e-5 * scale + 1e-38, `${what} ${i}: ${found[i]} for ${value}`);
      });
    };
    close(windowStatistics(source).data, statistics, "statistics");
    const table = spectralStatistics(source).data;
    spectra.forEach((own: number[], c: number) => {
      close(table.subarray(c * 8, c * 8 + 4), own, `spectral statistics of channel ${c}`);
    });
    close(fftMagnitude(source, { length: "half" }).data, fft, "fft");
    close(cumulativeIntegral(source, { spacing: 0.02 }).data, integral, "integral");
    close(doubleIntegral(source, { spacing: 0.02 }).data, double, "double integral");
    for (const [scaler, expected, what] of [
      [standardScaler(), standard, "standard"],
      [robustScaler(), robust, "robust"],
    ] as const) {
      close(scaler.fit(source).transform(source).data, expected, what);
    }
  });
}
