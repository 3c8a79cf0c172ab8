import { type FrameArray, type Frames, sampleOf } from "../../core/frames";
import { startProgress } from "../../core/progress";
import { currentSignal, throwIfAborted } from "../../core/signal";
import type { MotionField } from "../flow/field";
import { type ForecastPlan, flows, forecast, imagesIn, madeImages, motionIn } from "./forecast";
import { ForecastThreads, threadCount } from "./forecastThreads";

/** Samples that a thread takes at once. */
const PIECE = 4;
/** Samples a thread from which on it is worth its start. */
const SAMPLES = 16;

/** Options of {@link persist}. */
export interface PersistOptions {
  /** Images to forecast; default 1. */
  steps?: number;
}

/**
 * The forecast that nothing changes: the latest image of each sample, repeated. NaN and infinity are repeated like any
 * value.
 *
 * @param source frames `[samples, rows, columns, times]`, oldest image first
 * @param options `steps`: images to forecast (default 1)
 * @returns float32 frames `[samples, rows, columns, steps]` in the same unit
 * @throws {RangeError} if steps is no positive whole number, or samples have no image
 * @example
 * const baseline = persist(inputs);
 */
export function persist(source: Frames, options: PersistOptions = {}): Frames<Float32Array> {
  const { steps = 1 } = options;
  const [samples, rows, columns, times] = source.shape;
  if (!(Number.isInteger(steps) && steps > 0) || times === 0) {
    throw new RangeError(
      `Cannot repeat the latest image: steps must be a positive whole number and samples have one image at least, got ${steps} and ${times} images`,
    );
  }
  const shards = source.shards.map((shard) => {
    const out = new Float32Array((shard.length / times) * steps);
    for (let i = 0; i < out.length; i++) out[i] = shard[Math.floor(i / steps) * times + times - 1];
    return out;
  });
  return { shards, shardSize: source.shardSize, shape: [samples, rows, columns, steps], unit: source.unit };
}

/** Options of {@link extrapolate}. */
export interface ExtrapolateOptions {
  /** How motion is found; default "farneback". */
  method?: "lucasKanade" | "farneback";
  /** Images to forecast; default 1. */
  steps?: number;
  /** Value that flows in over the border; default "nearest", the value at the border. */
  fill?: number | "nearest";
  /**
   * Threads to compute in, this one among them; default what `PODIUM_THREADS` says or one per processor, as far as there
   * are samples enough. The result is the same, byte for byte.
   */
  threads?: number;
  /** Stops between samples; default the notebook cell's. */
  signal?: AbortSignal;
}

/**
 * The images of a sample, one array each. NaN and infinity are copied like any value.
 *
 * @example
 * imagesOf(inputs, 0).length; // 4
 */
export function imagesOf(source: Frames, index: number): Float32Array[] {
  return imagesIn(sampleOf(source, index), source.shape[3]);
}

/** @throws {TypeError} if the method is unknown */
function checkMethod(method: string): void {
  if (!(method in flows)) {
    throw new TypeError(
      `Cannot find motion: method must be one of ${Object.keys(flows).join(", ")}, got ${method}`,
    );
  }
}

/**
 * Motion of one sample's images, oldest first. Pixels that are not finite count as no rain.
 *
 * @param source frames `[samples, rows, columns, times]`, at least two times
 * @param options `sample`: which (default 0); `method`: "farneback" (default) or "lucasKanade"
 * @returns pixels a time step
 * @throws {RangeError} if the sample lies outside or has one image only
 * @example
 * const motion = motionOf(inputs, { sample: 3 });
 */
export function motionOf(
  source: Frames,
  options: { sample?: number; method?: ExtrapolateOptions["method"] } = {},
): MotionField {
  const { sample = 0, method = "farneback" } = options;
  checkMethod(method);
  const [, rows, columns, times] = source.shape;
  return motionIn(sampleOf(source, sample), { rows, columns, times, method });
}

/**
 * The forecast that rain moves on as it moved: optical flow over each sample's images, then semi-Lagrangian advection
 * of the latest. The standard baseline of nowcasting.
 *
 * @param source frames `[samples, rows, columns, times]`, oldest image first, at least two times
 * @param options method (default "farneback"), `steps` (default 1), `fill` (default "nearest"), threads, signal
 * @returns float32 frames `[samples, rows, columns, steps]` in the same unit; pixels that are not finite count as no rain for
 *   the motion, and those of the latest image move along
 * @throws {RangeError} if samples have one image only, or threads is no positive whole number
 * @throws {TypeError} if the method is unknown
 * Source: Germann and Zawadzki 2002; pysteps' extrapolation nowcast.
 * @example
 * const baseline = await extrapolate(inputs, { steps: 2 });
 */
export async function extrapolate(
  source: Frames,
  options: ExtrapolateOptions = {},
): Promise<Frames<Float32Array>> {
  const { steps } = planOf(source, options);
  const { shape, shardSize, unit } = source;
  const [samples, rows, columns, times] = shape;
  const shards = source.shards.map((shard) => new Float32Array((shard.length / times) * steps));
  await extrapolateEach(source, {
    ...options,
    keep: (first, values) =>
      shards[Math.floor(first / shardSize)].set(values, (first % shardSize) * rows * columns * steps),
  });
  return { shards, shardSize, shape: [samples, rows, columns, steps], unit };
}

/** @throws if {@link extrapolate} has no use for the options */
function planOf(source: Frames, options: ExtrapolateOptions): ForecastPlan & { readonly threads: number } {
  const { method = "farneback", steps = 1, fill = "nearest" } = options;
  const [samples, rows, columns, times] = source.shape;
  const { threads = Math.max(1, Math.min(threadCount(), Math.floor(samples / SAMPLES))) } = options;
  checkMethod(method);
  for (const [name, value] of Object.entries({ threads, steps })) {
    if (!(Number.isInteger(value) && value > 0)) {
      throw new RangeError(`Cannot extrapolate: ${name} must be a positive whole number, got ${value}`);
    }
  }
  return { rows, columns, times, method, steps, fill, threads };
}

/** Options of {@link extrapolateEach}. */
export interface ExtrapolateEachOptions extends ExtrapolateOptions {
  /** Takes forecasts, float32 `[some samples, rows, columns, steps]`, and the number of the first of these samples. */
  keep(first: number, values: Float32Array): void;
}

/**
 * What {@link extrapolate} does, with each forecast handed over once it is made, in any order. Pixels that are not finite are
 * taken as there.
 *
 * @throws as {@link extrapolate}, or as `keep`
 * @example
 * await extrapolateEach(inputs, { keep: (first, values) => console.log(first, values.length) });
 */
export async function extrapolateEach(source: Frames, options: ExtrapolateEachOptions): Promise<void> {
  await forecastEach(source, { plan: planOf(source, options), ...options });
}

/** Options of {@link alignFramesEach}. */
export interface AlignFramesEachOptions extends Pick<ExtrapolateOptions, "method" | "threads" | "signal"> {
  /** Takes images, float32 `[some samples, rows, columns, 1 + times]`, and the number of the first of these samples. */
  keep(first: number, values: Float32Array): void;
}

/**
 * All images of each sample in the frame that moves with the rain: each is moved on, by the sample's optical flow, to one
 * step behind the latest. What is left to learn there is how rain grows and decays, whatever the wind.
 *
 * The first image tells what is known: 255 where the paths of all images begin inside, less where they come from beyond
 * the border, whose values then stand in. The last one is the forecast of {@link extrapolate}. Pixels that are not finite
 * are taken as there.
 *
 * @param source frames `[samples, rows, columns, times]`, oldest image first, at least two times
 * @param options `keep`, method (default "farneback"), threads, signal
 * @throws as {@link extrapolate}, or as `keep`
 * Source: Lagrangian coordinates, as S-PROG forecasts in them (Seed 2003).
 * @example
 * await alignFramesEach(inputs, { keep: (first, values) => console.log(first, values.length) });
 */
export async function alignFramesEach(source: Frames, options: AlignFramesEachOptions): Promise<void> {
  const { method, threads, signal, keep } = options;
  await forecastEach(source, {
    plan: { ...planOf(source, { method, threads }), aligned: true },
    signal,
    keep,
  });
}

/** Forecasts samples in threads. */
async function forecastEach(
  source: Frames,
  options: {
    plan: ForecastPlan & { readonly threads: number };
    keep(first: number, values: Float32Array): void;
    signal?: AbortSignal;
  },
): Promise<void> {
  const { signal = currentSignal() } = options;
  const { threads, ...plan } = options.plan;
  const [samples] = source.shape;
  throwIfAborted(signal);
  const size = plan.rows * plan.columns * madeImages(plan);
  const progress = startProgress("Optical flow", { total: samples, unit: "samples" });
  let next = 0;
  let done = 0;
  const keep = (first: number, values: Float32Array) => {
    options.keep(first, values);
    done += values.length / size;
    progress.update(done);
  };
  const lost: number[] = [];
  const others = new ForecastThreads(threads - 1, {
    plan,
    take() {
      const first = next;
      // A piece lies in one shard.
      const shardEnd = (Math.floor(first / source.shardSize) + 1) * source.shardSize;
      next = Math.min(first + PIECE, shardEnd, samples);
      if (next === first) return undefined;
      return { first, samples: copySamples(source, first, next) };
    },
    done: ({ first, values }) => keep(first, values),
    lost({ first, count }) {
      for (let index = first; index < first + count; index++) lost.push(index);
    },
  });
  try {
    for (;;) {
      throwIfAborted(signal);
      others.check();
      const index = lost.pop() ?? (next < samples ? next++ : undefined);
      if (index !== undefined) {
        const values = new Float32Array(size);
        forecast(sampleOf(source, index), plan, values);
        keep(index, values);
        await new Promise(setImmediate);
      } else if (others.busy) await others.changed(signal);
      else break;
    }
  } finally {
    await others.end();
    progress.end();
  }
}

/** A copy of the samples in `[first, end)`, which lie in one shard. */
function copySamples(source: Frames, first: number, end: number): FrameArray {
  const [, rows, columns, times] = source.shape;
  const start = (first % source.shardSize) * rows * columns * times;
  const length = (end - first) * rows * columns * times;
  return source.shards[Math.floor(first / source.shardSize)].slice(start, start + length);
}
