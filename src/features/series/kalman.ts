import type { Series } from "../../core/series";
import { concatChannels } from "./channels";
import { type ChannelOptions, deriveEach } from "./derive";

/** Options of {@link kalmanSmooth}. */
export interface KalmanOptions extends ChannelOptions {
  /** Variance a step of the random acceleration that lets the level move; default 0.01. */
  processNoise?: number;
  /** Variance of the measurement; default 1. Only its ratio to the process noise shapes the result. */
  measurementNoise?: number;
  /** Time between two steps; default 1. */
  spacing?: number;
  /** What to return: the smoothed values, their rate of change, or both; default `level`. */
  output?: "level" | "velocity" | "both";
}

/** The gains and covariances of each step: they depend on the noises alone, so all windows share them. */
function gains(steps: number, options: { process: number; measurement: number; spacing: number }) {
  const { process, measurement, spacing: h } = options;
  const gain = new Float64Array(steps * 2);
  const back = new Float64Array(steps * 4); // the smoother's matrices, row by row
  // Covariance of level and velocity after the first measurement; the velocity is nearly unknown.
  let [a, b, d] = [measurement, 0, 1e6 * measurement];
  for (let t = 1; t < steps; t++) {
    const pa = a + 2 * h * b + h * h * d + (process * h ** 4) / 4;
    const pb = b + h * d + (process * h ** 3) / 2;
    const pd = d + process * h * h;
    const determinant = pa * pd - pb * pb;
    const left = [a + h * b, b, b + h * d, d]; // P F'
    back[4 * t - 4] = (left[0] * pd - left[1] * pb) / determinant;
    back[4 * t - 3] = (left[1] * pa - left[0] * pb) / determinant;
    back[4 * t - 2] = (left[2] * pd - left[3] * pb) / determinant;
    back[4 * t - 1] = (left[3] * pa - left[2] * pb) / determinant;
    const k0 = pa / (pa + measurement);
    const k1 = pb / (pa + measurement);
    gain[2 * t] = k0;
    gain[2 * t + 1] = k1;
    a = (1 - k0) * pa;
    b = (1 - k0) * pb;
    d = pd - k1 * pb;
  }
  return { gain, back };
}

/**
 * Smooths each channel by a Kalman filter of constant velocity, run forwards, then backwards (Rauch-Tung-Striebel). NaN or
 * infinity makes its channel of its window NaN, and no other.
 *
 * @param source series `[windows, steps, channels]`
 * @returns float32 `[windows, steps, channels]`, channels `<name>.kalman`, `<name>.kalmanVelocity`, or both sets
 * @throws {RangeError} if a noise or the spacing is not positive
 * Source: Rauch, Tung, Striebel 1965; process noise is piecewise constant white acceleration (Bar-Shalom, 6.3.2).
 * @example
 * const smooth = kalmanSmooth(raw, { processNoise: 0.01, measurementNoise: 1 });
 */
export function kalmanSmooth(source: Series, options: KalmanOptions = {}): Series {
  const { processNoise = 0.01, measurementNoise = 1, spacing = 1, output = "level" } = options;
  for (const [name, value] of Object.entries({ processNoise, measurementNoise, spacing })) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`Cannot smooth: ${name} must be a positive number, got ${value}`);
    }
  }
  const steps = source.shape[1];
  const { gain, back } = gains(steps, { process: processNoise, measurement: measurementNoise, spacing });
  const level = new Float64Array(steps);
  const speed = new Float64Array(steps);

  function smooth(x: Float32Array, first: number, channels: number): void {
    level[0] = x[first];
    speed[0] = 0;
    for (let t = 1; t < steps; t++) {
      const predicted = level[t - 1] + spacing * speed[t - 1];
      const surprise = x[first + t * channels] - predicted;
      level[t] = predicted + gain[2 * t] * surprise;
      speed[t] = speed[t - 1] + gain[2 * t + 1] * surprise;
    }
    for (let t = steps - 2; t >= 0; t--) {
      const levels = level[t + 1] - (level[t] + spacing * speed[t]);
      const speeds = speed[t + 1] - speed[t];
      level[t] += back[4 * t] * levels + back[4 * t + 1] * speeds;
      speed[t] += back[4 * t + 2] * levels + back[4 * t + 3] * speeds;
    }
  }
  const wanted = output === "both" ? (["level", "velocity"] as const) : [output];
  return concatChannels(
    wanted.map((kind) =>
      deriveEach(source, {
        channels: options.channels,
        suffix: kind === "level" ? "kalman" : "kalmanVelocity",
        rule(x, out, { start, channels }) {
          const result = kind === "level" ? level : speed;
          for (let c = 0; c < channels; c++) {
            smooth(x, start + c, channels);
            for (let t = 0; t < steps; t++) out[start + t * channels + c] = result[t];
          }
        },
      }),
    ),
  );
}
