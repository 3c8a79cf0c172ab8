import { checkOptions } from "../core/check";
import { type HasFrame, type TableColumns, withFrame } from "../core/dataFrame";
import type { FrameArray, Frames } from "../core/frames";
import { convertRadarValues, type RainRelationOptions, rainLevel } from "../core/frameUnits";
import { takeValues } from "../core/frameViews";
import { fractionsSums } from "./fractionsSkill";
import {
  type CategoricalScores,
  type Contingency,
  categoricalScores,
  contingency,
  thresholdFor,
} from "./nowcast";

/** Options of {@link verify}. */
export interface VerifyOptions extends RainRelationOptions {
  /** The forecast, `[samples, rows, columns, 1]` in any unit. */
  forecast: Frames;
  /** Rain rates in mm/h at which yes/no scores are taken; default 0.1, 1, 5. */
  thresholds?: readonly number[];
  /** The rain rate in mm/h of the competition's CSI; default 0.1 ("rain" is pixel 63 and above). */
  threshold?: number;
  /** Neighbourhood widths in pixels of the fractions skill score, at `threshold`; default 1, 5, 17. */
  scales?: readonly number[];
  /**
   * Pixels that count, `[rows, columns]`, for fractions those in the middle of a neighbourhood; default all. The
   * competition does not say; its dam pixels are one choice.
   */
  mask?: ArrayLike<number | boolean>;
  /** Whether only pixels where it truly rained count for the errors; default false. */
  wetOnly?: boolean;
}

/** How good a forecast is; `toFrame` gives one row per score, with the threshold or scale that it is of. */
export interface Verification extends HasFrame {
  /** Mean absolute error in mm/h. */
  readonly mae: number;
  /** Root mean square error in mm/h. */
  readonly rmse: number;
  /** Mean absolute error in pixel levels (0 to 255). */
  readonly pixelMae: number;
  /** Critical success index at the competition's threshold. */
  readonly csi: number;
  /** The competition's score, MAE in mm/h by CSI; lower is better, infinite without a hit. */
  readonly score: number;
  /** Yes/no scores a threshold. */
  readonly categorical: readonly (CategoricalScores & { readonly threshold: number })[];
  /** Fractions skill score a scale. */
  readonly fractions: readonly { readonly scale: number; readonly fss: number }[];
}

/** Adds the counts of a block to those of the blocks before. */
function addCounts(into: Contingency, more: Contingency): Contingency {
  return {
    hits: into.hits + more.hits,
    misses: into.misses + more.misses,
    falseAlarms: into.falseAlarms + more.falseAlarms,
    correctNegatives: into.correctNegatives + more.correctNegatives,
  };
}

const noCounts: Contingency = { hits: 0, misses: 0, falseAlarms: 0, correctNegatives: 0 };

function checkPair(truth: Frames, forecast: Frames): void {
  if (truth.shape.join() !== forecast.shape.join()) {
    throw new RangeError(
      `Cannot verify: truth and forecast must have one shape, got [${truth.shape}] and [${forecast.shape}]`,
    );
  }
  if (truth.shape[3] !== 1) {
    throw new RangeError(
      `Cannot verify: frames must hold one time, got [${truth.shape}]; take it with takeTimes`,
    );
  }
}

/** Samples judged at a time: of any number of them, this many are in memory. */
const blockSamples = 32;

/** Some samples, as they are and as rain in mm/h and as pixels. */
interface Block {
  readonly values: FrameArray;
  readonly rain: Float32Array;
  readonly pixel: FrameArray;
}

/** A function that takes a block of samples out of frames. */
function blocksOf(source: Frames, relation: RainRelationOptions): (indices: Int32Array) => Block {
  const { unit: from } = source;
  return (indices) => {
    const values = takeValues(source, indices);
    return {
      values,
      rain: convertRadarValues(values, { ...relation, from, to: "rain" }),
      pixel: from === "pixel" ? values : convertRadarValues(values, { ...relation, from, to: "pixel" }),
    };
  };
}

/** A function that tells where the values of a source are at or above a rain rate, 1 or 0 each. */
function wetnessOf(
  source: Frames,
  relation: RainRelationOptions,
): (block: Block, rate: number) => Uint8Array {
  const { unit } = source;
  return ({ values }, rate) => {
    const level = thresholdFor(values, rainLevel(rate, { ...relation, unit }));
    const wet = new Uint8Array(values.length);
    for (let i = 0; i < values.length; i++) wet[i] = Number(values[i] >= level);
    return wet;
  };
}

/** Refuses a counted pixel of which no error can be taken. */
function checkBlock(
  block: Block,
  place: { which: string; start: number; columns: number; pixels: number; mask: VerifyOptions["mask"] },
): void {
  const { which, start, columns, pixels, mask } = place;
  for (let i = 0; i < block.rain.length; i++) {
    if (Number.isFinite(block.rain[i]) || (mask && !mask[i % pixels])) continue;
    const pixel = i % pixels;
    throw new RangeError(
      `Cannot verify: the ${which} must be numbers, got ${block.values[i]} in sample ${start + Math.floor(i / pixels)}, row ${Math.floor(pixel / columns)}, column ${pixel % columns}`,
    );
  }
}

/** Errors summed over the counted pixels of one block. */
function addErrors(
  sums: { absolute: number; squared: number; pixel: number; count: number },
  truth: Block,
  forecast: Block,
  counted: (index: number) => boolean,
): void {
  for (let i = 0; i < truth.rain.length; i++) {
    if (!counted(i)) continue;
    const error = truth.rain[i] - forecast.rain[i];
    sums.absolute += Math.abs(error);
    sums.squared += error * error;
    sums.pixel += Math.abs(truth.pixel[i] - forecast.pixel[i]);
    sums.count++;
  }
}

/**
 * Judges a forecast as the competition does (mean absolute error of rain by CSI) and as meteorologists do.
 *
 * @param truth what was measured, frames `[samples, rows, columns, 1]` in any unit
 * @param options the forecast, thresholds, scales and mask
 * @returns errors, competition score, yes/no scores a threshold, fractions skill score a scale
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if shapes disagree, a threshold is no rain rate, a counted pixel is NaN or infinite rain (with its
 *   place; dry ground of -Infinity dBZ is the scale's floor), or nothing is counted
 * Source: DACON 235646's score as its participants describe it; pysteps for the others.
 * @example
 * verify(target, { forecast: features.persist(inputs) }).score;
 */
export function verify(truth: Frames, options: VerifyOptions): Verification {
  const rainRate = { low: 0, above: true };
  checkOptions(
    options,
    {
      forecast: "any",
      thresholds: { each: rainRate, least: 0, most: 1000 },
      threshold: rainRate,
      scales: { each: { whole: true, low: 1, high: 2 ** 20 }, least: 0, most: 1000 },
      mask: "any",
      wetOnly: [true, false],
      a: rainRate,
      b: rainRate,
    },
    { action: "verify", required: ["forecast"] },
  );
  const { forecast, thresholds = [0.1, 1, 5], threshold = 0.1, scales = [1, 5, 17] } = options;
  const { mask, wetOnly = false, a, b } = options;
  checkPair(truth, forecast);
  const [all, rows, columns] = truth.shape;
  const pixels = rows * columns;
  if (mask && mask.length !== pixels) {
    throw new RangeError(`Cannot verify: the mask must have ${pixels} pixels, got ${mask.length}`);
  }
  const sums = { absolute: 0, squared: 0, pixel: 0, count: 0 };
  const wanted = [...new Set([threshold, ...thresholds])];
  const counts = new Map(wanted.map((one) => [one, noCounts]));
  const fractions = scales.map(() => ({ difference: 0, reference: 0 }));
  const [truthWet, forecastWet] = [truth, forecast].map((source) => wetnessOf(source, { a, b }));
  const [truthBlock, forecastBlock] = [truth, forecast].map((source) => blocksOf(source, { a, b }));
  for (let start = 0; start < all; start += blockSamples) {
    const samples = Math.min(blockSamples, all - start);
    const indices = Int32Array.from({ length: samples }, (_, i) => start + i);
    const [observed, predicted] = [truthBlock(indices), forecastBlock(indices)];
    const place = { start, columns, pixels, mask };
    checkBlock(observed, { ...place, which: "truth" });
    checkBlock(predicted, { ...place, which: "forecast" });
    const rains = new Map(wanted.map((one) => [one, [truthWet(observed, one), forecastWet(predicted, one)]]));
    for (const [one, [wet, told]] of rains) {
      const found = contingency(wet, { forecast: told, threshold: 1, mask });
      counts.set(one, addCounts(counts.get(one)!, found));
    }
    const [wet, told] = rains.get(threshold)!;
    addErrors(
      sums,
      observed,
      predicted,
      (i) => (!mask || Boolean(mask[i % pixels])) && (!wetOnly || wet[i] === 1),
    );
    scales.forEach((scale, k) => {
      const shape = [samples, rows, columns];
      const found = fractionsSums(wet, { forecast: told, shape, threshold: 1, scale, mask });
      fractions[k].difference += found.difference;
      fractions[k].reference += found.reference;
    });
  }
  if (sums.count === 0) throw new RangeError("Cannot verify: no pixel is counted");
  const mae = sums.absolute / sums.count;
  const { csi } = categoricalScores(counts.get(threshold)!);
  const found = {
    mae,
    rmse: Math.sqrt(sums.squared / sums.count),
    pixelMae: sums.pixel / sums.count,
    csi,
    score: mae / csi,
    categorical: thresholds.map((one) => ({ threshold: one, ...categoricalScores(counts.get(one)!) })),
    fractions: scales.map((scale, k) => ({
      scale,
      fss: 1 - fractions[k].difference / fractions[k].reference,
    })),
  };
  return withFrame(found, () => scoreColumns({ ...found, threshold }));
}

/** The scores in rows: name, the threshold in mm/h or scale in pixels that it is of, value. */
function scoreColumns(found: Omit<Verification, "toFrame"> & { threshold: number }): TableColumns {
  const { mae, rmse, pixelMae, csi, score, threshold, categorical, fractions } = found;
  const none = Number.NaN;
  const rows: [name: string, threshold: number, scale: number, value: number][] = [
    ["mae", none, none, mae],
    ["rmse", none, none, rmse],
    ["pixelMae", none, none, pixelMae],
    ["csi", threshold, none, csi],
    ["score", threshold, none, score],
    ...categorical.flatMap(({ threshold: one, ...scores }) =>
      Object.entries(scores).map(([name, value]): (typeof rows)[number] => [name, one, none, value]),
    ),
    ...fractions.map(({ scale, fss }): (typeof rows)[number] => ["fss", threshold, scale, fss]),
  ];
  return {
    score: rows.map(([name]) => name),
    threshold: rows.map(([, one]) => one),
    scale: rows.map(([, , scale]) => scale),
    value: rows.map(([, , , value]) => value),
  };
}
