import { type Frames, sampleOf } from "../core";
import { emptyFrames } from "../data";

/** The samples behind each other. */
export function joinFrames(all: readonly Frames<Uint8Array>[]): Frames<Uint8Array> {
  const [, rows, columns, times] = all[0].shape;
  const joined = emptyFrames(
    all.reduce((sum, { shape }) => sum + shape[0], 0),
    [rows, columns, times],
  );
  let at = 0;
  for (const source of all) {
    for (let index = 0; index < source.shape[0]; index++) sampleOf(joined, at++).set(sampleOf(source, index));
  }
  return joined;
}
