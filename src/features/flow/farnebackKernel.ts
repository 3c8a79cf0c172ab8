import { MemoryLayout, wasmFunctions } from "../../core/webAssembly";
import {
  type FarnebackPlan,
  farnebackLevels,
  type Level,
  polynomialWeights,
  type Resize,
  widthOf,
} from "./farnebackLevels";
import { farnebackModule } from "./farnebackModule";

/** The functions of `farneback.wat`, which says what their numbers are. */
type Functions = Record<
  "smooth" | "resize" | "expand" | "equations" | "slide" | "solve",
  (...numbers: number[]) => void
>;

/** What is undetermined stays at rest by this much. */
const REGULAR = 1e-3;

/** Farnebäck's method for images of one size, in WebAssembly, four pixels at a time. */
export class FarnebackKernel {
  private readonly functions: Functions;
  private readonly singles: Float32Array;
  private readonly doubles: Float64Array;
  private readonly levels: readonly Level[];
  private readonly places: {
    images: readonly number[];
    smoothed: number;
    resized: number;
    /** Of both images: four values per pixel, and the mixed one. */
    expansions: readonly (readonly [values: number, mixed: number])[];
    /** Of a level and the one before. */
    motions: readonly (readonly [u: number, v: number])[];
    equations: readonly [values: number, offDiagonal: number];
    /** As long as a row of equations. */
    zeros: number;
    sums: readonly [values: number, offDiagonal: number];
    weights: readonly (readonly [place: number, end: number])[];
    line: number;
    /** Bytes between the three lines of `expand`. */
    lineSize: number;
  };

  constructor(private readonly plan: FarnebackPlan) {
    const { rows, columns, window, polynomialRadius, polynomialDeviation: deviation } = plan;
    const layout = new MemoryLayout();
    this.levels = farnebackLevels(layout, plan);
    const width = widthOf(columns);
    const plane = (values = 1): number => layout.place(values * rows * width);
    const margin =
      Math.ceil(
        Math.max(...this.levels.flatMap((level) => [level.smoothing.reach, level.expansion.reach])) / 16,
      ) * 16;
    const lineSize = width + 2 * margin;
    const summed = width / 4 + 2 * (window >> 1) + 1;
    this.places = {
      images: [plane(), plane()],
      smoothed: plane(),
      resized: plane(),
      expansions: [
        [plane(4), plane()],
        [plane(4), plane()],
      ],
      motions: [
        [plane(), plane()],
        [plane(), plane()],
      ],
      equations: [plane(4), plane()],
      zeros: layout.place(4 * width),
      sums: [layout.place(summed * 32), layout.place(summed * 8)],
      // The second image's linear terms are subtracted.
      weights: [
        layout.table(polynomialWeights(polynomialRadius, { deviation, sign: 1 })),
        layout.table(polynomialWeights(polynomialRadius, { deviation, sign: -1 })),
      ],
      line: layout.place(3 * lineSize) + margin,
      lineSize,
    };
    const { memory, functions } = wasmFunctions<Functions>(farnebackModule, layout.size);
    layout.write(memory);
    this.functions = functions;
    this.singles = new Float32Array(memory);
    this.doubles = new Float64Array(memory);
  }

  /** Motion between two images `[rows, columns]`, in pixels. */
  motion(images: readonly ArrayLike<number>[]): { u: Float32Array; v: Float32Array } {
    const { places, plan } = this;
    images.forEach((image, i) => this.load(image, places.images[i]));
    let [motion, coarser] = places.motions;
    for (const level of this.levels) {
      places.images.forEach((image, i) => this.expand(level, image, i));
      motion.forEach((to, i) => {
        const { rows, width, grow } = level;
        if (grow) this.resize(grow, { from: coarser[i], to, width, factor: 1 / plan.pyramidScale });
        else this.singles.fill(0, to / 4, (to + rows * width) / 4);
      });
      for (let iteration = 0; iteration < plan.iterations; iteration++) this.improve(level, motion);
      [motion, coarser] = [coarser, motion];
    }
    const [u, v] = coarser.map((place) => this.take(place));
    return { u, v };
  }

  private load(image: ArrayLike<number>, place: number): void {
    const { rows, columns } = this.plan;
    const stride = widthOf(columns) / 4;
    if (stride === columns) {
      this.singles.set(image, place / 4);
      return;
    }
    for (let y = 0, i = 0; y < rows; y++) {
      const line = place / 4 + y * stride;
      for (let x = 0; x < columns; x++, i++) this.singles[line + x] = image[i];
    }
  }

  private take(place: number): Float32Array {
    const { rows, columns } = this.plan;
    const stride = widthOf(columns) / 4;
    const out = new Float32Array(rows * columns);
    for (let y = 0; y < rows; y++) {
      const from = place / 4 + y * stride;
      out.set(this.singles.subarray(from, from + columns), y * columns);
    }
    return out;
  }

  private resize(tables: Resize, options: { from: number; to: number; width: number; factor: number }): void {
    const { from, to, width, factor } = options;
    const { rows, columns } = tables;
    this.functions.resize(from, tables.width, to, width, ...rows, ...columns, this.places.line, factor);
  }

  /** Smooths an image, resizes it to a level, and fits quadratics around its pixels. */
  private expand(level: Level, image: number, index: number): void {
    const { functions, places, plan } = this;
    const { smoothing, expansion, width } = level;
    const { smoothed, resized, line, lineSize } = places;
    functions.smooth(
      image,
      smoothed,
      ...smoothing.lines,
      widthOf(plan.columns),
      line,
      smoothing.kernel,
      smoothing.reach,
      ...smoothing.edges,
    );
    if (level.resize) this.resize(level.resize, { from: smoothed, to: resized, width, factor: 1 });
    functions.expand(
      level.resize ? resized : smoothed,
      ...places.expansions[index],
      ...expansion.lines,
      width,
      line,
      lineSize,
      ...places.weights[index],
      ...expansion.edges,
    );
  }

  /** Finds a level's motion anew, from the equations that the motion so far leads to, averaged over the window. */
  private improve(level: Level, [u, v]: readonly [number, number]): void {
    const { functions, places, plan } = this;
    const { rows, columns, width, trust } = level;
    const [values, mixed] = places.equations;
    const [sums, mixedSums] = places.sums;
    functions.equations(
      ...places.expansions[0],
      ...places.expansions[1],
      u,
      v,
      ...trust,
      rows,
      columns,
      width,
      values,
      mixed,
    );
    const radius = plan.window >> 1;
    const [first, firstMixed] = [sums + radius * 32, mixedSums + radius * 8];
    /** The row that stands at a place. */
    const row = (y: number): [number, number] => {
      const inside = Math.min(Math.max(y, 0), rows - 1);
      return [values + inside * width * 4, mixed + inside * width];
    };
    const slide = (entering: [number, number], leaving: [number, number]): void =>
      functions.slide(...entering, ...leaving, first, firstMixed, first + columns * 32);
    this.doubles.fill(0, first / 8, first / 8 + columns * 4);
    this.doubles.fill(0, firstMixed / 8, firstMixed / 8 + columns);
    for (let k = -radius; k <= radius; k++) slide(row(k), [places.zeros, places.zeros]);
    const least = REGULAR * plan.window ** 4;
    for (let y = 0; y < rows; y++) {
      if (y > 0) slide(row(y + radius), row(y - 1 - radius));
      this.repeatEnds(first, columns, radius);
      const at = y * width;
      functions.solve(sums, mixedSums, 2 * radius + 1, u + at, v + at, u + at + columns * 4, least);
    }
  }

  /** Repeats the first and the last sums of a row beyond it. */
  private repeatEnds(first: number, columns: number, radius: number): void {
    const { doubles } = this;
    const [from, to] = [first / 8, first / 8 + (columns - 1) * 4];
    const mixed = this.places.sums[1] / 8;
    for (let k = 1; k <= radius + 1; k++) {
      for (let part = 0; part < 4; part++) {
        if (k <= radius) doubles[from - k * 4 + part] = doubles[from + part];
        doubles[to + k * 4 + part] = doubles[to + part];
      }
      if (k <= radius) doubles[mixed + radius - k] = doubles[mixed + radius];
      doubles[mixed + radius + columns - 1 + k] = doubles[mixed + radius + columns - 1];
    }
  }
}
