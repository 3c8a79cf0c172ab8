import { type Frames, sampleOf } from "../data/frames";
import { startProgress } from "../data/progress";
import { currentSignal, throwIfAborted } from "../data/signal";
import { advect } from "./flow/advect";
import { farneback } from "./flow/farneback";
import type { MotionField } from "./flow/field";
import { lucasKanade } from "./flow/lucasKanade";

/** Options of {@link persist}. */
export interface PersistOptions {
  /** Images to forecast; default 1. */
  steps?: number;
}

/**
 * The forecast that nothing changes: the latest image of each sample, repeated.
 *
 * @param source frames `[samples, rows, columns, times]`, oldest image first
 * @param options `steps`: images to forecast (default 1)
 * @returns float32 frames `[samples, rows, columns, steps]` in the same unit
 * @example
 * const baseline = persist(inputs);
 */
export function persist(source: Frames, options: PersistOptions = {}): Frames<Float32Array> {
  const { steps = 1 } = options;
  const [samples, rows, columns, times] = source.shape;
  const shards = source.shards.map((shard) => {
    const out = new Float32Array((shard.length / times) * steps);
    for (let i = 0; i < out.length; i++) out[i] = shard[Math.floor(i / steps) * times + times - 1];
    return out;
  });
  return { shards, shardSize: source.shardSize, shape: [samples, rows, columns, steps], unit: source.unit };
}

/** Options of {@link extrapolate}. */
export interface ExtrapolateOptions {
  /** How motion is found; default "lucasKanade". */
  method?: "lucasKanade" | "farneback";
  /** Images to forecast; default 1. */
  steps?: number;
  /** Value that flows in over the border; default 0. */
  fill?: number;
  /** Stops between samples; default the notebook cell's. */
  signal?: AbortSignal;
}

/**
 * The images of a sample, one array each.
 *
 * @example
 * imagesOf(inputs, 0).length; // 4
 */
export function imagesOf(source: Frames, index: number): Float32Array[] {
  const times = source.shape[3];
  const sample = sampleOf(source, index);
  return Array.from({ length: times }, (_, time) =>
    Float32Array.from({ length: sample.length / times }, (_, pixel) => sample[pixel * times + time]),
  );
}

/**
 * Motion of one sample's images, oldest first.
 *
 * @param source frames `[samples, rows, columns, times]`, at least two times
 * @param options `sample`: which (default 0); `method`: "lucasKanade" (default) or "farneback"
 * @returns pixels a time step
 * @throws {RangeError} if the sample lies outside or has one image only
 * @example
 * const motion = motionOf(inputs, { sample: 7 });
 */
export function motionOf(
  source: Frames,
  options: { sample?: number; method?: ExtrapolateOptions["method"] } = {},
): MotionField {
  const { sample = 0, method = "lucasKanade" } = options;
  const shape = [source.shape[1], source.shape[2]] as const;
  const find = { lucasKanade, farneback }[method];
  if (!find) {
    throw new TypeError(`Cannot find motion: method must be one of lucasKanade, farneback, got ${method}`);
  }
  return find(imagesOf(source, sample), { shape });
}

/**
 * The forecast that rain moves on as it moved: optical flow over each sample's images, then semi-Lagrangian advection
 * of the latest. The standard baseline of nowcasting.
 *
 * @param source frames `[samples, rows, columns, times]`, oldest image first, at least two times
 * @param options method (default "lucasKanade"), `steps` (default 1), `fill` (default 0), signal
 * @returns float32 frames `[samples, rows, columns, steps]` in the same unit
 * @throws {RangeError} if samples have one image only
 * @throws {TypeError} if the method is unknown
 * Source: Germann and Zawadzki 2002; pysteps' extrapolation nowcast.
 * @example
 * const baseline = await extrapolate(inputs, { method: "farneback" });
 */
export async function extrapolate(
  source: Frames,
  options: ExtrapolateOptions = {},
): Promise<Frames<Float32Array>> {
  const { method, steps = 1, fill = 0, signal = currentSignal() } = options;
  const [samples, rows, columns, times] = source.shape;
  const size = rows * columns * steps;
  const progress = startProgress("Optical flow", { total: samples, unit: "samples" });
  const shards: Float32Array[] = [];
  for (let index = 0; index < samples; index++) {
    throwIfAborted(signal);
    if (index % source.shardSize === 0) {
      shards.push(new Float32Array(Math.min(source.shardSize, samples - index) * size));
    }
    const images = imagesOf(source, index);
    const moved = advect(images[times - 1], {
      motion: motionOf(source, { sample: index, method }),
      steps,
      fill,
    });
    const shard = shards[shards.length - 1];
    const offset = (index % source.shardSize) * size;
    moved.forEach((image, step) => {
      for (let pixel = 0; pixel < image.length; pixel++) shard[offset + pixel * steps + step] = image[pixel];
    });
    progress.update(index + 1);
    if (index % 8 === 7) await new Promise(setImmediate);
  }
  progress.end();
  return { shards, shardSize: source.shardSize, shape: [samples, rows, columns, steps], unit: source.unit };
}
