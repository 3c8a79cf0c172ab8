import type { FrameArray } from "../../core/frames";
import { advect } from "../flow/advect";
import { farneback } from "../flow/farneback";
import type { MotionField } from "../flow/field";
import { lucasKanade } from "../flow/lucasKanade";

/** The ways to find motion, by name. */
export const flows = { lucasKanade, farneback };

/** How samples are forecast. */
export interface ForecastPlan {
  readonly rows: number;
  readonly columns: number;
  /** Images of a sample. */
  readonly times: number;
  readonly method: keyof typeof flows;
  /** Images to forecast. */
  readonly steps: number;
  readonly fill: number;
}

/** The images of a sample `[rows, columns, times]`, one array each. */
export function imagesIn(sample: FrameArray, times: number): Float32Array[] {
  return Array.from({ length: times }, (_, time) => {
    const image = new Float32Array(sample.length / times);
    for (let pixel = 0, at = time; pixel < image.length; pixel++, at += times) image[pixel] = sample[at];
    return image;
  });
}

/** Motion of a sample's images, oldest first. */
export function motionIn(sample: FrameArray, plan: Omit<ForecastPlan, "steps" | "fill">): MotionField {
  const { rows, columns, times, method } = plan;
  return flows[method](imagesIn(sample, times), { shape: [rows, columns] });
}

/**
 * Forecasts samples that lie behind each other.
 *
 * @param samples `[samples, rows, columns, times]`
 * @param plan method, steps …
 * @param out `[samples, rows, columns, steps]`, written
 */
export function forecast(samples: FrameArray, plan: ForecastPlan, out: Float32Array): void {
  const { rows, columns, times, method, steps, fill } = plan;
  const pixels = rows * columns;
  for (let at = 0, to = 0; at < samples.length; at += pixels * times, to += pixels * steps) {
    const images = imagesIn(samples.subarray(at, at + pixels * times), times);
    const motion = flows[method](images, { shape: [rows, columns] });
    advect(images[times - 1], { motion, steps, fill }).forEach((image, step) => {
      for (let pixel = 0; pixel < pixels; pixel++) out[to + pixel * steps + step] = image[pixel];
    });
  }
}
