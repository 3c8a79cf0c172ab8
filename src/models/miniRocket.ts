import { currentSignal, randomSource, type Series, throwIfAborted } from "../data";

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

/** One kernel at one dilation, on some channels, with its biases. */
interface Combination {
  /** Places of the three weights of 2; the other six are -1. */
  readonly heavy: readonly [number, number, number];
  readonly dilation: number;
  readonly channels: readonly number[];
  readonly biases: Float32Array;
  /** Whether the convolution reads zeros beyond the ends, or only whole stretches. */
  readonly padded: boolean;
}

/** A fitted MiniRocket transform. */
export interface MiniRocket {
  readonly combinations: readonly Combination[];
  /** Features float32 `[windows, features]`, each a share in [0, 1]. */
  transform(
    source: Series,
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

/** The dilated convolution of one window's channels, summed, in `out` `[steps]`; zeros stand beyond the ends. */
function convolve(
  source: Series,
  options: { window: number; combination: Omit<Combination, "biases" | "padded">; out: Float32Array },
): void {
  const { window, combination, out } = options;
  const [, steps, width] = source.shape;
  const { heavy, dilation, channels } = combination;
  out.fill(0);
  for (const channel of channels) {
    const first = window * steps * width + channel;
    for (let place = 0; place < 9; place++) {
      const weight = heavy.includes(place) ? 2 : -1;
      const shift = (place - 4) * dilation;
      const end = Math.min(steps, steps - shift);
      for (let t = Math.max(0, -shift), at = first + (t + shift) * width; t < end; t++, at += width) {
        out[t] += weight * source.data[at];
      }
    }
  }
}

/**
 * Fits MiniRocket: 84 fixed kernels at many dilations on random channels, with biases from quantiles of the windows.
 *
 * @param source series `[windows, steps, channels]` of at least 9 steps
 * @returns the transform; a feature is the share of steps at which a convolution exceeds a bias
 * @throws {RangeError} if windows are too short, or features, dilations or indices are impossible
 * Source: Dempster, Schmidt, Webb 2021 (arXiv:2012.08791), multivariate as in the authors' code.
 * @example
 * const rocket = fitMiniRocket(train, { indices: fold.train });
 * const table = rocket.transform(train); // for ridgeClassifier
 */
export function fitMiniRocket(source: Series, options: MiniRocketOptions = {}): MiniRocket {
  const [windows, steps, channels] = source.shape;
  const { features = 9996, dilations = 32, seed = 0 } = options;
  const { indices = Array.from({ length: windows }, (_, w) => w) } = options;
  if (steps < 9) throw new RangeError(`Cannot fit MiniRocket: windows need at least 9 steps, got ${steps}`);
  if (!(features >= 84 && Number.isInteger(dilations) && dilations >= 1)) {
    throw new RangeError(
      `Cannot fit MiniRocket: need 84 or more features and 1 or more dilations, got ${features} and ${dilations}`,
    );
  }
  for (let i = 0; i < Math.max(1, indices.length); i++) {
    if (!(Number.isInteger(indices[i]) && indices[i] >= 0 && indices[i] < windows)) {
      throw new RangeError(
        `Cannot fit MiniRocket: indices must be one or more whole numbers in [0, ${windows}), got ${indices[i]}`,
      );
    }
  }
  const random = randomSource(seed).fork("miniRocket");
  const spread = spreadDilations(steps, { perKernel: Math.floor(features / 84), most: dilations });
  const exponent = Math.log2(Math.min(channels, 9) + 1);
  const ratio = (Math.sqrt(5) + 1) / 2;
  const out = new Float32Array(steps);
  let feature = 0;
  const combinations = spread.flatMap(([dilation, count], place) =>
    kernels().map((heavy, kernel): Combination => {
      const chosen = Math.floor(2 ** (random.uniform() * exponent));
      const own = random.shuffle(Array.from({ length: channels }, (_, c) => c)).slice(0, chosen);
      const combination = { heavy, dilation, channels: own };
      convolve(source, { window: indices[random.integer(0, indices.length)], combination, out });
      const sorted = out.slice().sort();
      const biases = Float32Array.from({ length: count }, () => {
        const at = ((++feature * ratio) % 1) * (steps - 1);
        const below = Math.floor(at);
        return sorted[below] + (at - below) * (sorted[Math.min(below + 1, steps - 1)] - sorted[below]);
      });
      return { ...combination, biases, padded: (place + kernel) % 2 === 0 };
    }),
  );
  return {
    combinations,
    transform: (target, { signal = currentSignal() } = {}) =>
      transform(target, { combinations, steps, channels, signal }),
  };
}

/** The features of each window, one combination after the other. */
function transform(
  source: Series,
  options: { combinations: readonly Combination[]; steps: number; channels: number; signal?: AbortSignal },
): { data: Float32Array; shape: [windows: number, features: number] } {
  const { combinations, steps, channels, signal } = options;
  const [windows, ownSteps, ownChannels] = source.shape;
  if (ownSteps !== steps || ownChannels !== channels) {
    throw new RangeError(
      `Cannot transform: windows must be [${steps}, ${channels}] as fitted, got [${ownSteps}, ${ownChannels}]`,
    );
  }
  const width = combinations.reduce((sum, { biases }) => sum + biases.length, 0);
  const data = new Float32Array(windows * width);
  const out = new Float32Array(steps);
  for (let window = 0, at = 0; window < windows; window++) {
    throwIfAborted(signal);
    for (const combination of combinations) {
      convolve(source, { window, combination, out });
      const start = combination.padded ? 0 : 4 * combination.dilation;
      const end = steps - start;
      for (const bias of combination.biases) {
        let above = 0;
        for (let t = start; t < end; t++) above += out[t] > bias ? 1 : 0;
        data[at++] = above / (end - start);
      }
    }
  }
  return { data, shape: [windows, width] };
}
