import { checkOptions, convertRadarValue, dataFrame, type Frames, type HasFrame, sampleOf } from "../core";
import { dams } from "./dams";
import { extent, testTimes } from "./layout";

/** What of the competition's data the table is made of. */
interface Samples {
  readonly train: Frames<Uint8Array>;
  readonly trainNames: readonly string[];
  readonly test: Frames<Uint8Array>;
  readonly testNames: readonly string[];
}

/** Options of a competition's `table`. */
export interface TableOptions {
  /** Which samples; default "train". */
  part?: "train" | "test";
}

/** The least pixel that the competition calls rain: 0.1 mm/h. */
const WET = 63;
const rainOf = Float64Array.from({ length: 256 }, (_, pixel) =>
  convertRadarValue(pixel, { from: "pixel", to: "rain" }),
);

/** Mean rain, share of wet pixels and greatest pixel of some times of each sample. */
function statisticsOf(frames: Frames<Uint8Array>, times: readonly number[]) {
  const [samples, rows, columns, all] = frames.shape;
  const pixels = rows * columns;
  const [rain, wet] = [new Float32Array(samples), new Float32Array(samples)];
  const greatest = new Uint8Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    const values = sampleOf(frames, sample);
    let sum = 0;
    let count = 0;
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (const time of times) {
        const value = values[pixel * all + time];
        sum += rainOf[value];
        if (value >= WET) count++;
        if (value > greatest[sample]) greatest[sample] = value;
      }
    }
    rain[sample] = sum / (pixels * times.length);
    wet[sample] = count / (pixels * times.length);
  }
  return { rain, wet, greatest };
}

/** Rain at the dams in one image, their mean in mm/h. */
function damRain(frames: Frames<Uint8Array>, time: number): Float32Array {
  const [samples, , , times] = frames.shape;
  return Float32Array.from({ length: samples }, (_, sample) => {
    const values = sampleOf(frames, sample);
    const at = dams.map(({ row, column }) => rainOf[values[(row * extent + column) * times + time]]);
    return at.reduce((sum, value) => sum + value, 0) / dams.length;
  });
}

/**
 * The samples as a danfojs frame, one row each: `file`; of the four inputs together `rain` (mean in mm/h), `wet` (share of
 * pixels with rain) and `greatest` (pixel); `trend`, by how much the mean rain grew from the first input to the last;
 * `damRain`, the mean of the dams in the last input; of training samples `nextRain`, `nextWet` and `nextDamRain`, those of
 * the image to predict.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if the part is another
 */
export function tableOf(data: Samples, options: TableOptions = {}): ReturnType<HasFrame["toFrame"]> {
  checkOptions(options, { part: ["train", "test"] }, { action: "make a table of samples" });
  const { part = "train" } = options;
  const frames = data[part];
  const inputs = Array.from({ length: testTimes }, (_, time) => time);
  const last = testTimes - 1;
  const [first, latest] = [0, last].map((time) => statisticsOf(frames, [time]).rain);
  const next = part === "train" ? statisticsOf(frames, [testTimes]) : undefined;
  return dataFrame({
    file: part === "train" ? data.trainNames : data.testNames,
    ...statisticsOf(frames, inputs),
    trend: latest.map((rain, sample) => rain - first[sample]),
    damRain: damRain(frames, last),
    ...(next && { nextRain: next.rain, nextWet: next.wet, nextDamRain: damRain(frames, testTimes) }),
  });
}
