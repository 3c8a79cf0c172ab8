import { existsSync } from "node:fs";
import { type Frames, frames } from "../core/frames";
import { checksumOfSamples } from "../core/samples";
import { makeSource } from "../core/source";
import { openPixelFile, TensorFileWriter } from "./tensorFile";

/** Options of {@link cachedFrames}. */
export interface CachedFramesOptions {
  /** What they are made of; those of other frames are made anew. */
  readonly of: Frames;
  /** To be raised when the same are made otherwise. */
  readonly version: number;
  /** `[samples, rows, columns, times]` of the frames made. */
  readonly shape: Frames["shape"];
  /** Makes them: hands over some samples at a time, in any order, by the number of the first. */
  make(keep: (first: number, values: Uint8Array) => void): Promise<void>;
}

/**
 * Frames in pixels that are made of others, such as a forecast: kept in a file, and read from it if it is there and of
 * the same samples, made in the same way.
 *
 * @param file where they are kept; `undefined` keeps them in memory
 * @returns uint8 frames of the shape given
 * @throws {SyntaxError} if the file is damaged, or of another kind
 */
export async function cachedFrames(
  file: string | undefined,
  options: CachedFramesOptions,
): Promise<Frames<Uint8Array>> {
  const { of: source, version, shape, make } = options;
  const [samples, rows, columns, times] = shape;
  const size = rows * columns * times;
  if (file === undefined) {
    const values = new Uint8Array(samples * size);
    await make((first, some) => values.set(some, first * size));
    return frames(values, { shape, unit: "pixel" });
  }
  const of = `samples ${checksumOfSamples(makeSource(source), source.shape[0])}, version ${version}`;
  const isSame = (kept: ReturnType<typeof openPixelFile>): boolean =>
    kept.pixels.shape.join() === shape.join() && kept.metadata.of === of;
  if (!existsSync(file) || !isSame(openPixelFile(file))) {
    const writer = new TensorFileWriter(file, shape, { dtype: "uint8", metadata: { of } });
    // They come in any order, but not far from it.
    const waiting = new Map<number, Uint8Array>();
    let written = 0;
    const keep = (first: number, values: Uint8Array): void => {
      waiting.set(first, values);
      for (let some = waiting.get(written); some; some = waiting.get(written)) {
        waiting.delete(written);
        writer.append(some);
        written += some.length / size;
      }
    };
    try {
      await make(keep);
    } catch (error) {
      writer.abandon();
      throw error;
    }
    writer.finish();
  }
  return openPixelFile(file).pixels;
}
