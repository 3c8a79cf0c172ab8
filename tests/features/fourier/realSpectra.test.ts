import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { randomSource } from "../../../src/core/random";
import { type Series, series } from "../../../src/core/series";
import { RealSpectra } from "../../../src/features/fourier/realSpectra";
import { compileWebAssembly } from "../../compileWebAssembly";

const random = randomSource(4);

function noise(shape: { windows: number; steps: number; channels: number }): Series {
  const { windows, steps, channels } = shape;
  const data = Float32Array.from({ length: windows * steps * channels }, () => random.normal());
  return series(data, { steps, channels: Array.from({ length: channels }, (_, c) => `c${c}`) });
}

/** The power of one frequency of one channel, written out. */
function powerOf(
  source: Series,
  place: { window: number; channel: number; k: number; mean?: number },
): number {
  const [, steps, channels] = source.shape;
  let [real, imaginary] = [0, 0];
  for (let t = 0; t < steps; t++) {
    const value = source.data[(place.window * steps + t) * channels + place.channel] - (place.mean ?? 0);
    real += value * Math.cos((2 * Math.PI * place.k * t) / steps);
    imaginary -= value * Math.sin((2 * Math.PI * place.k * t) / steps);
  }
  return real * real + imaginary * imaginary;
}

test("the committed module is what its source compiles to", async () => {
  const { path, text } = await compileWebAssembly("features/fourier/realSpectra");
  assert.equal(await readFile(path, "utf8"), text);
});

test("magnitudes of every radix, of odd numbers of windows and channels, are those of a transform written out", () => {
  for (const steps of [1, 2, 3, 4, 5, 7, 8, 9, 14, 25, 60, 61]) {
    for (const [windows, channels] of [
      [1, 1],
      [3, 2],
      [2, 5],
      [5, 17],
      [4, 18],
      [3, 40],
    ]) {
      const source = noise({ windows, steps, channels });
      const spectra = new RealSpectra(steps, channels);
      for (const full of [true, false]) {
        const found = spectra.magnitudes(source, { full });
        const count = full ? steps : spectra.half;
        assert.equal(found.length, windows * count * channels);
        for (let at = 0; at < found.length; at++) {
          const [channel, row] = [at % channels, Math.floor(at / channels)];
          const place = { window: Math.floor(row / count), channel, k: row % count };
          const expected = Math.sqrt(powerOf(source, place));
          assert.ok(
            Math.abs(found[at] - expected) < 1e-6 * (1 + expected),
            `${steps} steps, ${windows} x ${channels}, ${full}: ${found[at]} ${expected}`,
          );
        }
      }
    }
  }
});

test("each channel of each window is visited once, in float64, without its mean", () => {
  const source = noise({ windows: 3, steps: 30, channels: 3 });
  const seen: string[] = [];
  new RealSpectra(30, 3).eachPower(source, (power, { window, channel }) => {
    seen.push(`${window} ${channel}`);
    const own = Float64Array.from({ length: 30 }, (_, t) => source.data[(window * 30 + t) * 3 + channel]);
    const mean = own.reduce((sum, value) => sum + value, 0) / 30;
    assert.equal(power.length, 16);
    power.forEach((value, k) => {
      const expected = powerOf(source, { window, channel, k, mean });
      assert.ok(Math.abs(value - expected) < 1e-11 * (1 + expected), `${k}: ${value} ${expected}`);
    });
  });
  assert.deepEqual(seen.sort(), ["0 0", "0 1", "0 2", "1 0", "1 1", "1 2", "2 0", "2 1", "2 2"]);
});

test("a constant beside noise has no power at all", () => {
  const source = noise({ windows: 2, steps: 600, channels: 2 });
  for (let t = 0; t < 600; t++) source.data[t * 2] = 0.1;
  new RealSpectra(600, 2).eachPower(source, (power, { window, channel }) => {
    assert.equal(
      power.every((value) => value === 0),
      window === 0 && channel === 0,
    );
  });
});

test("a window beside one of NaN, of infinity or of huge values keeps its own spectrum", () => {
  for (const steps of [60, 61]) {
    for (const spoiler of [Number.NaN, Number.POSITIVE_INFINITY, 1e30]) {
      for (const [spoilt, other] of [
        [0, 1],
        [1, 0],
      ]) {
        const source = noise({ windows: 2, steps, channels: 3 });
        const data = source.data.slice(other * steps * 3, (other + 1) * steps * 3);
        const alone = { ...source, shape: [1, steps, 3] as const, data };
        source.data[(spoilt * steps + 1) * 3 + 1] = spoiler;
        const spectra = new RealSpectra(steps, 3);
        const expected = spectra.magnitudes(alone, { full: true });
        const found = spectra.magnitudes(source, { full: true });
        const place = `${steps} steps, ${spoiler} in window ${spoilt}`;
        for (let at = 0; at < expected.length; at++) {
          const value = found[other * steps * 3 + at];
          assert.ok(
            Math.abs(value - expected[at]) <= 1e-6 * expected[at],
            `${place}: ${value} ${expected[at]}`,
          );
          // The spoilt window's other channels are whole, too.
          if (at % 3 !== 1) assert.ok(Number.isFinite(found[spoilt * steps * 3 + at]), place);
        }
        const powers: Record<string, number[]> = {};
        spectra.eachPower(source, (power, { window, channel }) => {
          powers[`${window} ${channel}`] = [...power];
        });
        spectra.eachPower(alone, (power, { channel }) => {
          power.forEach((value, k) => {
            const own = powers[`${other} ${channel}`][k];
            assert.ok(Math.abs(own - value) <= 1e-6 * value + 1e-20, `${place}: ${own} ${value}`);
          });
        });
      }
    }
  }
});

test("no windows give no magnitudes", () => {
  const none = { data: new Float32Array(0), shape: [0, 8, 2] as const, channels: ["a", "b"] };
  assert.equal(new RealSpectra(8, 2).magnitudes(none, { full: true }).length, 0);
});
