import { MemoryLayout, wasmFunctions } from "../../core/webAssembly";
import { type Image, reflectBorder, writePadded } from "./image";
import { lucasKanadeModule } from "./lucasKanadeModule";

/** The functions of `lucasKanade.wat`, which says what their numbers are. */
type Functions = Record<"halve" | "slopes" | "template" | "mismatch", (...numbers: number[]) => void>;

/** What a kernel is made for. */
export interface TrackPlan {
  readonly rows: number;
  readonly columns: number;
  /** Width of the square window in pixels. */
  readonly window: number;
  /** Most pyramid levels above the images themselves. */
  readonly levels: number;
}

/** One size of the images. */
interface Level {
  readonly rows: number;
  readonly columns: number;
  /** Pixels of a row with its borders. */
  readonly stride: number;
  /** Places of the padded image that is tracked from, and of the one tracked to. */
  readonly images: readonly [number, number];
  /** Place of a row that is 0 beyond the image. */
  readonly masks: number;
  /** Places of the slopes of either, along x and along y. */
  readonly slopes: readonly (readonly [number, number])[];
}

/** A row of whole vectors of which `count` values pass. */
function rowOfMasks(layout: MemoryLayout, count: number): number {
  const length = Math.ceil(count / 4) * 4;
  return layout.table(Int32Array.from({ length }, (_, x) => (x < count ? -1 : 0)))[0];
}

/** Windows of two images at all levels of their pyramids, four pixels at a time. */
export class TrackKernel {
  readonly levels: readonly Level[];
  private readonly functions: Functions;
  private readonly singles: Float32Array;
  /** Sums that the functions found. */
  private readonly sums: Float64Array;
  private readonly places: { masks: number; template: number; sums: number; line: number };
  /** Bytes of a window's row. */
  private readonly width: number;
  /** Which of each level's two images is tracked from. */
  private from: 0 | 1 = 0;
  private readonly loaded: [Image?, Image?] = [];

  constructor(private readonly plan: TrackPlan) {
    const { window } = plan;
    const layout = new MemoryLayout();
    const levels: Level[] = [];
    let { rows, columns } = plan;
    do {
      const stride = columns + 2 * this.border;
      const plane = (): number => layout.place((rows + 2 * this.border) * stride * 4);
      levels.push({
        rows,
        columns,
        stride,
        masks: rowOfMasks(layout, columns),
        images: [plane(), plane()],
        slopes: [
          [plane(), plane()],
          [plane(), plane()],
        ],
      });
      rows = (rows + 1) >> 1;
      columns = (columns + 1) >> 1;
    } while (levels.length <= plan.levels && rows > window && columns > window);
    this.levels = levels;
    const vectors = Math.ceil(window / 4);
    this.width = vectors * 16;
    this.places = {
      masks: rowOfMasks(layout, window),
      template: layout.place(vectors * window * 48),
      sums: layout.place(24),
      line: layout.place((plan.columns + 16) * 4),
    };
    const { memory, functions } = wasmFunctions<Functions>(lucasKanadeModule, layout.size);
    layout.write(memory);
    this.functions = functions;
    this.singles = new Float32Array(memory);
    this.sums = new Float64Array(memory, this.places.sums, 3);
  }

  /** Takes the image that is tracked from and the one tracked to; one that is known from before is not taken anew. */
  load(first: Image, second: Image): void {
    if (this.loaded[1 - this.from] === first) this.from = this.from === 0 ? 1 : 0;
    else this.loadSide(this.from, first);
    this.loadSide(this.from === 0 ? 1 : 0, second);
  }

  /** Takes the window of the first image whose corner lies at (x, y); gives the sums of its slopes' products. */
  template(level: number, x: number, y: number): [xx: number, xy: number, yy: number] {
    const { places, sums, from } = this;
    const { stride, images, slopes } = this.levels[level];
    const at = this.offset(level, x, y);
    const [dx, dy] = slopes[from];
    this.functions.template(
      images[from] + at,
      dx + at,
      dy + at,
      stride * 4,
      x - Math.floor(x),
      y - Math.floor(y),
      places.masks,
      this.width,
      this.plan.window,
      places.template,
      places.sums,
    );
    return [sums[0], sums[1], sums[2]];
  }

  /** The right-hand side of the normal equations: what the second image's window differs by, times the slopes. */
  mismatch(level: number, x: number, y: number): [number, number] {
    const { places, sums, from } = this;
    const { stride, images } = this.levels[level];
    this.functions.mismatch(
      images[1 - from] + this.offset(level, x, y),
      stride * 4,
      x - Math.floor(x),
      y - Math.floor(y),
      this.width,
      this.plan.window,
      places.template,
      places.sums,
    );
    return [sums[0], sums[1]];
  }

  /** Pixels around an image, so that windows may reach over its border. */
  private get border(): number {
    return this.plan.window + 2;
  }

  private offset(level: number, x: number, y: number): number {
    return ((Math.floor(y) + this.border) * this.levels[level].stride + Math.floor(x) + this.border) * 4;
  }

  private loadSide(side: 0 | 1, source: Image): void {
    const { functions, levels, border } = this;
    /** The place of an image's first pixel. */
    const inside = (place: number, stride: number): number => place + (border * stride + border) * 4;
    for (const [i, { rows, columns, stride, masks, images, slopes }] of levels.entries()) {
      const start = inside(images[side], stride);
      const width = Math.ceil(columns / 4) * 16;
      const plane = this.singles.subarray(images[side] / 4);
      if (i === 0) writePadded(plane, source, border);
      else {
        const { images: finer, stride: finerStride } = levels[i - 1];
        const from = inside(finer[side], finerStride);
        functions.halve(from, finerStride * 4, this.places.line, start, stride * 4, width, rows);
        reflectBorder(plane, { rows, columns, width: border });
      }
      const [dx, dy] = slopes[side].map((place) => inside(place, stride));
      functions.slopes(start, stride * 4, 3 / 32, 10 / 32, masks, width, rows, dx, dy);
    }
    this.loaded[side] = source;
  }
}
