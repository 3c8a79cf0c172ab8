import { corners } from "./corners";
import { decluster, type MotionField, withoutOutliers } from "./field";
import { removeSpecks, toBytes, withoutGaps } from "./image";
import { interpolate } from "./interpolate";
import { type Tracks, track } from "./track";

/** Options of {@link lucasKanade}; the defaults are pysteps'. */
export interface LucasKanadeOptions {
  /** `[rows, columns]` of each image. */
  shape: readonly [rows: number, columns: number];
  /** Width of the tracking window in pixels; default 50. */
  window?: number;
  /** Most pyramid levels; default 3. */
  levels?: number;
  /** Most Newton steps a level; default 10. */
  iterations?: number;
  /** Most corners per image; default 1000. */
  count?: number;
  /** Least corner strength as a share of the strongest; default 0.01. */
  quality?: number;
  /** Least distance between corners in pixels; default 10. */
  distance?: number;
  /** Width of the square that makes a corner; default 5. */
  block?: number;
  /** Standard deviations beyond which a track is an outlier; default 3. */
  outlierLimit?: number;
  /** Neighbours that a track is judged by; default 30. */
  outlierNeighbours?: number;
  /** Width in pixels of the squares that hold one track each; default 20. */
  declusterScale?: number;
  /** Tracks that a pixel's motion is interpolated from; default 20. */
  neighbours?: number;
}

/** Checks a sequence of images against their shape. */
export function checkSequence(
  images: readonly ArrayLike<number>[],
  shape: readonly [number, number],
  action: string,
): void {
  if (!(Number.isInteger(shape[0]) && shape[0] > 0 && Number.isInteger(shape[1]) && shape[1] > 0)) {
    throw new RangeError(`Cannot ${action}: shape must be positive whole numbers, got [${shape}]`);
  }
  if (images.length < 2)
    throw new RangeError(`Cannot ${action}: need at least 2 images, got ${images.length}`);
  const size = shape[0] * shape[1];
  images.forEach((image, i) => {
    if (image.length !== size) {
      throw new RangeError(
        `Cannot ${action}: shape [${shape}] needs ${size} values, got ${image.length} in image ${i}`,
      );
    }
  });
}

/** Refuses parameters of a method that are not positive numbers. */
export function checkPositive(
  parameters: Readonly<Record<string, number>>,
  { whole }: { whole: boolean },
): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (value > 0 && value < Number.POSITIVE_INFINITY && (!whole || Number.isInteger(value))) continue;
    throw new RangeError(
      `Cannot find motion: ${name} must be a positive ${whole ? "whole number" : "number"}, got ${value}`,
    );
  }
}

/**
 * Motion of rain between images by pyramidal Lucas-Kanade: corners tracked from each image to the next, outliers
 * dropped, tracks of all pairs gathered and interpolated to every pixel.
 *
 * @param images two or more, oldest first, each `[rows, columns]` in C order; dBZ or pixels track better than rain
 * @param options shape and tracking parameters
 * @returns pixels a time step; pixels that are not finite count as the image's least value, as in pysteps
 * @throws {RangeError} if fewer than two images are given, one does not fit the shape, or a parameter is impossible
 * Source: Lucas and Kanade 1981, Bouguet 2001; equal to pysteps' dense_lucaskanade within 0.05 pixels.
 * @example
 * const motion = lucasKanade([earlier, latest], { shape: [120, 120] });
 */
export function lucasKanade(images: readonly ArrayLike<number>[], options: LucasKanadeOptions): MotionField {
  const { shape, window = 50, levels = 3, iterations = 10 } = options;
  const { count = 1000, quality = 0.01, distance = 10, block = 5 } = options;
  const { outlierLimit = 3, outlierNeighbours = 30, declusterScale = 20, neighbours = 20 } = options;
  checkSequence(images, shape, "find motion");
  checkPositive({ window, iterations, count, block, outlierNeighbours, neighbours }, { whole: true });
  checkPositive({ quality, outlierLimit, declusterScale }, { whole: false });
  if (!(Number.isInteger(levels) && levels >= 0)) {
    throw new RangeError(`Cannot find motion: levels must be a whole number from 0, got ${levels}`);
  }
  if (!(distance >= 0)) {
    throw new RangeError(`Cannot find motion: distance must be 0 or more, got ${distance}`);
  }
  const cleaned = images.map((image) => toBytes(removeSpecks(withoutGaps(image), ...shape), ...shape));
  const tracks: Tracks[] = [];
  for (let i = 0; i + 1 < cleaned.length; i++) {
    const points = corners(cleaned[i], { count, quality, distance, block });
    if (points.x.length > 0) {
      tracks.push(track(cleaned[i], cleaned[i + 1], { window, levels, iterations, points }));
    }
  }
  const joined = (part: "from" | "by", axis: "x" | "y"): Float64Array =>
    Float64Array.from(tracks.flatMap((one) => [...one[part][axis]]));
  const all: Tracks = {
    from: { x: joined("from", "x"), y: joined("from", "y") },
    by: { x: joined("by", "x"), y: joined("by", "y") },
  };
  const kept = withoutOutliers(all, { limit: outlierLimit, count: outlierNeighbours });
  return interpolate(decluster(kept, declusterScale), { shape, neighbours });
}
