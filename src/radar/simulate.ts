import { type RandomSource, randomSource } from "../core";
import { extent } from "./layout";

/** Index of the present among the times. */
const NOW = 3;
/** Grid rows and columns that a blob reaches, in its widths. */
const REACH = 3;

/** A blob of rain: a Gaussian that drifts, grows or decays. */
interface Blob {
  row: number;
  column: number;
  /** Widths in pixels. */
  height: number;
  width: number;
  /** Strength at the present, on the scale of pixels. */
  peak: number;
  /** Share by which it grows a frame. */
  growth: number;
}

/** Where the radars see: discs less the sector that a hill blocks; 1 seen, 0 not. */
export function coverageMask(part: "train" | "test"): Uint8Array {
  // The competition's train and test masks differ too.
  const reach = part === "train" ? 62 : 59;
  const radars = [
    { row: 44, column: 50, radius: reach },
    { row: 76, column: 72, radius: reach - 4 },
  ];
  return Uint8Array.from({ length: extent * extent }, (_, pixel) => {
    const row = Math.floor(pixel / extent);
    const column = pixel % extent;
    const seen = radars.some((radar) => Math.hypot(row - radar.row, column - radar.column) <= radar.radius);
    const angle = Math.atan2(row - radars[0].row, column - radars[0].column);
    const blocked = Math.abs(angle + 2.2) < 0.04 && Math.hypot(row - 44, column - 50) > 12;
    return seen && !blocked ? 1 : 0;
  });
}

/** Pixel of a summed strength: grows as the strength does and bends towards 255. */
const PIXEL_OF = Uint8Array.from({ length: 1024 }, (_, strength) =>
  Math.round(255 * (1 - Math.exp(-strength / 180))),
);

/** A radar's speckle, a few pixel values: drawn once and read from a random place, since drawing is the slow part. */
const SPECKLE = (() => {
  const random = randomSource(0).fork("speckle");
  return Int8Array.from({ length: 1 << 17 }, () => random.integer(-3, 4));
})();
/** Weaker echoes are below what a radar shows. */
const FAINTEST = 12;

function drawBlobs(random: RandomSource): Blob[] {
  const blobs: Blob[] = [];
  const clusters = random.integer(2, 8);
  for (let cluster = 0; cluster < clusters; cluster++) {
    const [row, column] = [extent * random.uniform(), extent * random.uniform()];
    const spread = 4 + 8 * random.uniform();
    const strength = 50 + 110 * random.uniform();
    const growth = 0.08 * random.normal();
    const parts = random.integer(2, 6);
    for (let part = 0; part < parts; part++) {
      blobs.push({
        row: row + spread * random.normal(),
        column: column + spread * random.normal(),
        height: 2.5 + 5 * random.uniform(),
        width: 2.5 + 5 * random.uniform(),
        peak: strength * (0.4 + 0.9 * random.uniform()),
        growth: growth + 0.06 * random.normal(),
      });
    }
  }
  return blobs;
}

/**
 * Simulates radar frames: rain cells that drift with a common wind, turn a little, and grow or decay.
 *
 * @param random what makes this sample
 * @param options `times`: 5, or 4 without the last; `mask`: where the radars see
 * @returns uint8 `[120, 120, times]`, pixels
 */
export function simulateRadar(
  random: RandomSource,
  options: { times: number; mask: Uint8Array },
): Uint8Array {
  const { times, mask } = options;
  const speed = 0.5 + 3 * random.uniform();
  const heading = 2 * Math.PI * random.uniform();
  const turn = 0.02 * random.normal();
  const centre = extent / 2;
  const blobs = drawBlobs(random);
  const strength = new Float32Array(mask.length * times); // [time, row, column]
  const profile = new Float32Array(extent);
  for (const blob of blobs) {
    for (let time = 0; time < times; time++) {
      const ahead = time - NOW;
      const peak = blob.peak * Math.exp(blob.growth * ahead);
      const angle = turn * ahead;
      const [down, across] = [blob.row - centre, blob.column - centre];
      const row =
        centre + down * Math.cos(angle) - across * Math.sin(angle) + ahead * speed * Math.sin(heading);
      const column =
        centre + down * Math.sin(angle) + across * Math.cos(angle) + ahead * speed * Math.cos(heading);
      const left = Math.max(0, Math.ceil(column - REACH * blob.width));
      const right = Math.min(extent - 1, Math.floor(column + REACH * blob.width));
      const top = Math.max(0, Math.ceil(row - REACH * blob.height));
      const bottom = Math.min(extent - 1, Math.floor(row + REACH * blob.height));
      for (let c = left; c <= right; c++)
        profile[c] = peak * Math.exp(-0.5 * ((c - column) / blob.width) ** 2);
      for (let r = top; r <= bottom; r++) {
        const share = Math.exp(-0.5 * ((r - row) / blob.height) ** 2);
        const base = time * mask.length + r * extent;
        for (let c = left; c <= right; c++) strength[base + c] += share * profile[c];
      }
    }
  }
  const pixels = new Uint8Array(mask.length * times);
  const speckle = random.integer(0, SPECKLE.length);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (mask[pixel] === 0) continue;
    for (let time = 0; time < times; time++) {
      const clean = PIXEL_OF[Math.min(1023, strength[time * mask.length + pixel] | 0)];
      const at = pixel * times + time;
      if (clean >= FAINTEST)
        pixels[at] = Math.min(255, clean + SPECKLE[(speckle + at) & (SPECKLE.length - 1)]);
    }
  }
  return pixels;
}
