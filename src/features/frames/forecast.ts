import type { FrameArray } from "../../core/frames";
import { advect, pathsBack, valuesAlong } from "../flow/advect";
import { farneback } from "../flow/farneback";
import type { MotionField } from "../flow/field";
import { lucasKanade } from "../flow/lucasKanade";

/** The ways to find motion, by name. */
export const flows = {
  lucasKanade,
  // The wider window and two pairs forecast better than pysteps' defaults, whatever the weather.
  farneback: (images: readonly ArrayLike<number>[], { shape }: { shape: readonly [number, number] }) =>
    farneback(images, { shape, window: 21, pairs: 2 }),
};

/** How samples are forecast. */
export interface ForecastPlan {
  readonly rows: number;
  readonly columns: number;
  /** Images of a sample. */
  readonly times: number;
  readonly method: keyof typeof flows;
  /** Images to forecast. */
  readonly steps: number;
  readonly fill: number | "nearest";
  /** Whether all images are moved on to the first step, behind the share of them that each pixel's path stays inside. */
  readonly aligned?: boolean;
}

/** Images that a plan makes of each sample. */
export function madeImages({ steps, times, aligned = false }: ForecastPlan): number {
  return aligned ? times + 1 : steps;
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
export function motionIn(
  sample: FrameArray,
  plan: Omit<ForecastPlan, "steps" | "fill" | "aligned">,
): MotionField {
  const { rows, columns, times, method } = plan;
  return flows[method](imagesIn(sample, times), { shape: [rows, columns] });
}

/** All images of a sample moved on to the next time, behind 255 times the share of them that reach each pixel. */
function alignImages(images: readonly Float32Array[], motion: MotionField): Float32Array[] {
  const times = images.length;
  const reached = new Float32Array(images[0].length);
  const moved: Float32Array[] = [];
  const options = {
    shape: motion.shape,
    fill: "nearest" as const,
    onPixel(pixel: number, inside: boolean) {
      if (inside) reached[pixel] += 255 / times;
    },
  };
  for (const path of pathsBack({ motion, steps: times })) {
    moved.unshift(valuesAlong(images[times - 1 - moved.length], path, options));
  }
  return [reached, ...moved];
}

/**
 * Forecasts samples that lie behind each other.
 *
 * @param samples `[samples, rows, columns, times]`
 * @param plan method, steps …
 * @param out `[samples, rows, columns, steps]`, written; of aligned images `[samples, rows, columns, 1 + times]`
 */
export function forecast(samples: FrameArray, plan: ForecastPlan, out: Float32Array): void {
  const { rows, columns, times, method, steps, fill, aligned } = plan;
  const pixels = rows * columns;
  const made = madeImages(plan);
  for (let at = 0, to = 0; at < samples.length; at += pixels * times, to += pixels * made) {
    const images = imagesIn(samples.subarray(at, at + pixels * times), times);
    const motion = flows[method](images, { shape: [rows, columns] });
    const found = aligned ? alignImages(images, motion) : advect(images[times - 1], { motion, steps, fill });
    found.forEach((image, step) => {
      for (let pixel = 0; pixel < pixels; pixel++) out[to + pixel * made + step] = image[pixel];
    });
  }
}
