import { checkOptions } from "../../core/check";
import { randomSource } from "../../core/random";
import { checkFinite } from "../../core/series";
import { currentSignal, throwIfAborted } from "../../core/signal";
import { type Combination, MiniRocketKernel, type Windows } from "./miniRocketKernel";

/** Options of {@link fitMiniRocket}. */
export interface MiniRocketOptions {
  /** About how many features; rounded down to a multiple of 84. Default 9996. */
  features?: number;
  /** Most dilations a kernel; default 32. */
  dilations?: number;
  /** Windows that the biases are taken from; default all. Give a fold's train part. */
  indices?: ArrayLike<number>;
  /** Seed of channels and windows; default 0. */
  seed?: number;
}

/** A fitted MiniRocket transform. */
export interface MiniRocket {
  readonly combinations: readonly Combination[];
  /** Features float32 `[windows, features]`, each a share in [0, 1]. */
  transform(
    source: Windows,
    options?: { signal?: AbortSignal },
  ): {
    data: Float32Array;
    shape: [windows: number, features: number];
  };
}

/** The 84 ways to place three weights among nine. */
function kernels(): [number, number, number][] {
  const all: [number, number, number][] = [];
  for (let a = 0; a < 9; a++) {
    for (let b = a + 1; b < 9; b++) for (let c = b + 1; c < 9; c++) all.push([a, b, c]);
  }
  return all;
}

/** Dilations spread evenly in the logarithm, and how many features of a kernel each gets. */
function spreadDilations(steps: number, options: { perKernel: number; most: number }): [number, number][] {
  const { perKernel, most } = options;
  const count = Math.min(perKernel, most);
  const exponent = Math.log2((steps - 1) / 8);
  const shares = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const dilation = Math.floor(2 ** (count > 1 ? (exponent * i) / (count - 1) : 0));
    shares.set(dilation, (shares.get(dilation) ?? 0) + 1);
  }
  const spread = [...shares].map(([dilation, share]): [number, number] => [
    dilation,
    Math.floor((share * perKernel) / count),
  ]);
  let rest = perKernel - spread.reduce((sum, [, share]) => sum + share, 0);
  for (let i = 0; rest > 0; i = (i + 1) % spread.length, rest--) spread[i][1]++;
  return spread;
}

/**
 * Fits MiniRocket: 84 fixed kernels at many dilations on random channels, with biases from quantiles of the windows.
 *
 * @param source series `[windows, steps, channels]` of at least 9 steps
 * @returns the transform; a feature is the share of steps at which a convolution exceeds a bias
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if windows are too short, a value is not finite (with its place; of `transform` too), or features,
 *   dilations or indices are impossible
 * Source: Dempster, Schmidt, Webb 2021 (arXiv:2012.08791), multivariate as in the authors' code.
 * @example
 * const rocket = fitMiniRocket(windows, { indices: fold.train });
 * const table = rocket.transform(windows); // for ridgeClassifier
 */
export function fitMiniRocket(source: Windows, options: MiniRocketOptions = {}): MiniRocket {
  checkOptions(
    options,
    {
      features: { low: 84, high: 2 ** 24, whole: true },
      dilations: { low: 1, high: 2 ** 24, whole: true },
      indices: "any",
      seed: { whole: true },
    },
    { action: "fit MiniRocket" },
  );
  const [windows, steps, channels] = source.shape;
  const { features = 9996, dilations = 32, seed = 0 } = options;
  const { indices = Array.from({ length: windows }, (_, w) => w) } = options;
  if (steps < 9) throw new RangeError(`Cannot fit MiniRocket: windows need at least 9 steps, got ${steps}`);
  for (let i = 0; i < Math.max(1, indices.length); i++) {
    if (!(Number.isInteger(indices[i]) && indices[i] >= 0 && indices[i] < windows)) {
      throw new RangeError(
        `Cannot fit MiniRocket: indices must be one or more whole numbers in [0, ${windows}), got ${indices[i]}`,
      );
    }
  }
  checkFinite(source, "fit MiniRocket", indices);
  const random = randomSource(seed).fork("miniRocket");
  const spread = spreadDilations(steps, { perKernel: Math.floor(features / 84), most: dilations });
  const exponent = Math.log2(Math.min(channels, 9) + 1);
  const ratio = (Math.sqrt(5) + 1) / 2;
  const drawn = spread.flatMap(([dilation, count], place) =>
    kernels().map((heavy, kernel) => {
      const chosen = Math.floor(2 ** (random.uniform() * exponent));
      const own = random.shuffle(Array.from({ length: channels }, (_, c) => c)).slice(0, chosen);
      const window = indices[random.integer(0, indices.length)];
      return { heavy, dilation, channels: own, count, window, padded: (place + kernel) % 2 === 0 };
    }),
  );
  const shape = { steps, channels };
  const biases = new Float32Array(0);
  const whole = new MiniRocketKernel(
    shape,
    drawn.map((one) => ({ ...one, biases, padded: true })),
  );
  let feature = 0;
  const combinations = drawn.map(({ count, window, ...one }, combination): Combination => {
    const sorted = whole.convolution(source, { window, combination }).sort();
    const quantiles = Float32Array.from({ length: count }, () => {
      const at = ((++feature * ratio) % 1) * (steps - 1);
      const below = Math.floor(at);
      return sorted[below] + (at - below) * (sorted[Math.min(below + 1, steps - 1)] - sorted[below]);
    });
    return { ...one, biases: quantiles };
  });
  return miniRocketOf(shape, combinations);
}

/** The transform by these kernels, for windows of this shape. */
export function miniRocketOf(
  shape: { readonly steps: number; readonly channels: number },
  combinations: readonly Combination[],
): MiniRocket {
  const { steps, channels } = shape;
  const features = combinations.reduce((sum, { biases }) => sum + biases.length, 0);
  const kernel = new MiniRocketKernel(shape, combinations);
  return {
    combinations,
    transform: (target, { signal = currentSignal() } = {}) => {
      const [count, ownSteps, ownChannels] = target.shape;
      if (ownSteps !== steps || ownChannels !== channels) {
        throw new RangeError(
          `Cannot transform: windows must be [${steps}, ${channels}] as fitted, got [${ownSteps}, ${ownChannels}]`,
        );
      }
      const out = new Float32Array(count * features);
      for (let window = 0; window < count; window++) {
        throwIfAborted(signal);
        checkFinite(target, "transform", [window]);
        kernel.features(target, { window, out, at: window * features });
      }
      return { data: out, shape: [count, features] };
    },
  };
}
