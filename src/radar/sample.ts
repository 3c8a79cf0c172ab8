import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  checkOptions,
  currentSignal,
  forEachConcurrent,
  randomSource,
  startProgress,
  writeFileAtomic,
} from "../core";
import { writeNpyHeader, writeSampleFolder } from "../data";
import { extent, parts, sampleName, templateName, testTimes, trainTimes } from "./layout";
import { coverageMask, simulateRadar } from "./simulate";

/** Options of {@link writeSample}. */
export interface SampleOptions {
  /** Training samples; default 160, the competition has 62735. */
  samples?: number;
  /** Test samples; default 24, the competition has 2674. */
  testSamples?: number;
  /** The same seed gives the same files; default 0. */
  seed?: number;
  /** Stops the writing; default: the notebook cell's signal. */
  signal?: AbortSignal;
}

/** To be raised when the same options give other files. */
const generatorVersion = 1;

function* encodeTemplate(testSamples: number): Generator<string> {
  const pixels = extent * extent;
  yield `file_name,${Array.from({ length: pixels }, (_, pixel) => pixel).join(",")}\n`;
  const zeros = ",0".repeat(pixels);
  for (let index = 0; index < testSamples; index++) yield `${sampleName("test", index)}${zeros}\n`;
}

/**
 * Writes simulated data in the radar competition's layout: rain cells that drift, grow and decay on the competition's
 * scale of pixels, zero where the radars do not see.
 *
 * The same options always give the same files. A folder that holds them whole is left as it is; one that was cut off is
 * refused by {@link load}, and writing it again goes on where it stopped.
 *
 * @param directory an empty or new folder, or one that holds this very sample data
 * @param options sizes and seed; see {@link SampleOptions}
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is out of range
 * @throws {Error} if the folder holds other files, or sample data of other options: none of them is touched
 * @example
 * await radar.writeSample("sample/radar");
 * const competition = await radar.load("sample/radar");
 */
export async function writeSample(directory: string, options: SampleOptions = {}): Promise<void> {
  const count = { whole: true, low: 1, high: 100_000 };
  checkOptions(
    options,
    { samples: count, testSamples: count, seed: { whole: true }, signal: "any" },
    { action: "write sample data" },
  );
  const { samples = 160, testSamples = 24, seed = 0, signal = currentSignal() } = options;
  const recipe = { generator: "radar", version: generatorVersion, samples, testSamples, seed };
  await writeSampleFolder(directory, recipe, async (resumed) => {
    const random = randomSource(seed).fork("radar sample");
    const progress = startProgress("Write sample frames", { total: samples + testSamples, unit: "files" });
    let done = 0;
    async function writePart(part: "train" | "test", count: number, times: number): Promise<void> {
      const folder = join(directory, parts[part]);
      await mkdir(folder, { recursive: true });
      const mask = coverageMask(part);
      const head = writeNpyHeader("uint8", [extent, extent, times]);
      const stream = random.fork(part);
      await forEachConcurrent(
        count,
        async (index) => {
          const path = join(folder, sampleName(part, index));
          const size = head.length + mask.length * times;
          const there = resumed && (await stat(path).catch(() => undefined))?.size === size;
          if (!there) {
            const pixels = simulateRadar(stream.fork(index), { times, mask });
            await writeFile(path, Buffer.concat([head, pixels]));
          }
          progress.update(++done);
        },
        { concurrency: 4, signal },
      );
    }
    try {
      await writePart("train", samples, trainTimes);
      await writePart("test", testSamples, testTimes);
      await writeFileAtomic(join(directory, templateName), encodeTemplate(testSamples), { signal });
    } finally {
      progress.end();
    }
  });
}
