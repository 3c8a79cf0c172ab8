import { keepLatest, MemoryLayout, wasmFunctions } from "../../core/webAssembly";
import type { MotionField } from "./field";
import { lucasKanadeModule } from "./lucasKanadeModule";
import type { Tracks } from "./track";

/** Where the points lie that fill a last vector: too far off to count. */
const FAR = 1e18;

/** A memory for so many pixels, and points at most. */
const kernelFor = keepLatest(({ pixels, capacity }: { pixels: number; capacity: number }) => {
  const layout = new MemoryLayout();
  const points = layout.place(capacity * 4 * 4);
  const spare = [layout.place(capacity * 4), layout.place(capacity * 4)];
  const fields = [layout.place(pixels * 4), layout.place(pixels * 4)];
  const { memory, functions } = wasmFunctions<{ interpolate(...numbers: number[]): void }>(
    lucasKanadeModule,
    layout.size,
  );
  layout.write(memory);
  return { points, spare, fields, singles: new Float32Array(memory), functions };
});

/**
 * Motion of every pixel from scattered tracks: the mean of the nearest, weighted by 1 / sqrt(distance + 0.5). Of tracks
 * that are as far off as the last one, later ones are taken first. Without any track nothing moves.
 */
export function interpolate(
  tracks: Tracks,
  options: { shape: readonly [number, number]; neighbours: number },
): MotionField {
  const { from, by } = tracks;
  const [rows, columns] = options.shape;
  const pixels = rows * columns;
  const total = from.x.length;
  if (total === 0)
    return { u: new Float32Array(pixels), v: new Float32Array(pixels), shape: [rows, columns] };
  const capacity = Math.max(64, 2 ** Math.ceil(Math.log2(total)));
  const { points, spare, fields, singles, functions } = kernelFor({ pixels, capacity });
  const size = Math.ceil(total / 4) * 4;
  [from.x, from.y, by.x, by.y].forEach((values, i) => {
    const start = points / 4 + i * size;
    singles.set(values, start);
    singles.fill(FAR, start + total, start + size);
  });
  const neighbours = Math.min(options.neighbours, total);
  functions.interpolate(points, size * 4, neighbours, ...spare, rows, columns, ...fields);
  const [u, v] = fields.map((place) => singles.slice(place / 4, place / 4 + pixels));
  return { u, v, shape: [rows, columns] };
}
