import { type Frames, sampleOf } from "../data/frames";

/**
 * Puts one more image into every sample, such as a forecast for a network to correct.
 *
 * @param source frames `[samples, rows, columns, times]` in pixels
 * @param options `image`: frames `[samples, rows, columns, 1]` in pixels, rounded to whole ones; `place`: where among
 *   the times it comes, from 0
 * @returns uint8 frames `[samples, rows, columns, times + 1]` in the source's shards
 * @throws {RangeError} if shapes or units disagree or the place lies outside
 */
export function insertImage(source: Frames, options: { image: Frames; place: number }): Frames<Uint8Array> {
  const { image, place } = options;
  const [samples, rows, columns, times] = source.shape;
  const isAlike = image.shape.join() === [samples, rows, columns, 1].join();
  if (!isAlike || source.unit !== "pixel" || image.unit !== "pixel") {
    throw new RangeError(
      `Cannot insert images: need [${samples}, ${rows}, ${columns}, 1] in pixels, got [${image.shape}] in ${image.unit} for ${source.unit}`,
    );
  }
  if (!(Number.isInteger(place) && place >= 0 && place <= times)) {
    throw new RangeError(`Cannot insert images: place must be whole and in [0, ${times}], got ${place}`);
  }
  const shards = source.shards.map((shard) => new Uint8Array((shard.length / times) * (times + 1)));
  const { shardSize } = source;
  const result: Frames<Uint8Array> = {
    shards,
    shardSize,
    shape: [samples, rows, columns, times + 1],
    unit: "pixel",
  };
  for (let index = 0; index < samples; index++) {
    const [from, added, into] = [sampleOf(source, index), sampleOf(image, index), sampleOf(result, index)];
    for (let pixel = 0; pixel < added.length; pixel++) {
      const at = pixel * (times + 1);
      for (let time = 0; time < place; time++) into[at + time] = from[pixel * times + time];
      into[at + place] = Math.min(255, Math.max(0, Math.round(added[pixel])));
      for (let time = place; time < times; time++) into[at + time + 1] = from[pixel * times + time];
    }
  }
  return result;
}
