import { MemoryLayout, wasmFunctions } from "../../core/webAssembly";
import { miniRocketModule } from "./miniRocketModule";

/** Windows `[windows, steps, channels]`; a `Series` is such. */
export interface Windows {
  readonly data: Float32Array;
  readonly shape: readonly [windows: number, steps: number, channels: number];
}

/** One kernel at one dilation, on some channels, with its biases. */
export interface Combination {
  /** Places of the three weights of 2; the other six are -1. */
  readonly heavy: readonly [number, number, number];
  readonly dilation: number;
  readonly channels: readonly number[];
  readonly biases: Float32Array;
  /** Whether the convolution reads zeros beyond the ends, or only whole stretches. */
  readonly padded: boolean;
}

/** The functions of `miniRocket.wat`, where they are described; places and strides in bytes. */
interface Functions {
  nine(from: number, stride: number, to: number, end: number): void;
  sum(list: number, listEnd: number, offset: number, to: number, end: number): void;
  convolve(
    a: number,
    b: number,
    c: number,
    nine: number,
    out: number,
    count: number,
    masks: number,
    biases: number,
    counts: number,
  ): void;
  count(from: number, end: number, biases: number, counts: number): void;
}

/** Biases counted at once. */
const GROUP = 4;

/** What a combination's convolution needs, as places in the memory. */
interface Work {
  readonly dilation: number;
  readonly own: readonly number[];
  /** The list of its channels' planes, or where one channel's plane is read from. */
  readonly list: number;
  readonly listEnd: number;
  /** Of the first value read, behind a plane's beginning. */
  readonly offset: number;
  readonly bytes: number;
  readonly heavy: readonly [number, number, number];
  readonly skipped: number;
  readonly count: number;
  readonly biases: number;
  readonly width: number;
}

/**
 * Convolves windows with combinations, in WebAssembly, four values at a time.
 *
 * A kernel's weights are 3 at three places less 1 at all nine. So the sum over nine is shared by all kernels of a
 * dilation, and as channels are added up, it is their sum that is shifted.
 */
export class MiniRocketKernel {
  private readonly functions: Functions;
  private readonly values: Float32Array;
  private readonly counts: Int32Array;
  private readonly works: readonly Work[];
  private readonly pad: number;
  /** What lies where in the memory, in bytes; of `planes` and `nines` one per channel. */
  private readonly places: {
    masks: number;
    planes: readonly number[];
    nines: readonly number[];
    sum: number;
    nineSum: number;
    out: number;
    counts: number;
  };

  constructor(
    private readonly shape: { readonly steps: number; readonly channels: number },
    combinations: readonly Combination[],
  ) {
    const { steps, channels } = shape;
    this.pad = 4 * combinations.reduce((most, { dilation }) => Math.max(most, dilation), 0);
    const layout = new MemoryLayout();
    const place = (bytes: number): number => layout.place(bytes);
    const each = (bytes: number): number[] => Array.from({ length: channels }, () => place(bytes));
    const masks = place(GROUP * 16);
    const planes = each((steps + 2 * this.pad) * 4);
    const nines = each(steps * 4);
    const sum = place((steps + 2 * this.pad) * 4);
    const nineSum = place(steps * 4);
    const out = place(steps * 4);
    const counts = place(GROUP * 4);
    this.places = { masks, planes, nines, sum, nineSum, out, counts };
    const lists = combinations.map((one) => place(one.channels.length * 8));
    const biases = combinations.map((one) => place(Math.ceil(one.biases.length / GROUP) * GROUP * 4));
    const { memory, functions } = wasmFunctions<Functions>(miniRocketModule, layout.size);
    layout.write(memory);
    this.functions = functions;
    this.values = new Float32Array(memory);
    this.counts = new Int32Array(memory, counts, GROUP);
    const words = new Int32Array(memory);
    for (let values = 1; values < GROUP; values++) {
      words.fill(-1, (masks + values * 16) / 4 + values, (masks + values * 16) / 4 + GROUP);
    }
    this.works = combinations.map((one, i): Work => {
      const own = one.channels;
      for (const [at, channel] of own.entries()) {
        words[lists[i] / 4 + at] = planes[channel];
        words[lists[i] / 4 + own.length + at] = nines[channel];
      }
      this.values.fill(
        Number.NaN,
        biases[i] / 4,
        biases[i] / 4 + Math.ceil(one.biases.length / GROUP) * GROUP,
      );
      this.values.set(one.biases, biases[i] / 4);
      const reach = 4 * one.dilation;
      const [a, b, c] = one.heavy;
      return {
        dilation: one.dilation,
        own,
        list: lists[i],
        listEnd: lists[i] + own.length * 4,
        offset: (one.padded ? this.pad - reach : this.pad) * 4,
        bytes: (one.padded ? steps + 2 * reach : steps) * 4,
        heavy: [a * one.dilation * 4, b * one.dilation * 4, c * one.dilation * 4],
        skipped: one.padded ? 0 : reach * 4,
        count: one.padded ? steps : steps - 2 * reach,
        biases: biases[i],
        width: one.biases.length,
      };
    });
  }

  /** Copies channels of a window into the memory. */
  private load(source: Windows, window: number, channels: readonly number[]): void {
    const { values, places } = this;
    const [, steps, width] = source.shape;
    const { data } = source;
    for (const channel of channels) {
      let from = window * steps * width + channel;
      let to = places.planes[channel] / 4 + this.pad;
      for (const end = to + steps; to < end; to++, from += width) values[to] = data[from];
    }
  }

  /** Sums the nine shifted values of loaded channels. */
  private addNine(dilation: number, channels: readonly number[]): void {
    const { planes, nines } = this.places;
    const bytes = this.shape.steps * 4;
    for (const channel of channels) {
      const from = planes[channel] + (this.pad - 4 * dilation) * 4;
      this.functions.nine(from, dilation * 4, nines[channel], nines[channel] + bytes);
    }
  }

  /** Convolves the loaded window and counts the values above the first biases. */
  private convolve({ list, listEnd, offset, bytes, heavy, skipped, count, biases, own }: Work): void {
    const { functions, places } = this;
    let from = places.sum;
    let nine = places.nineSum;
    if (own.length === 1) {
      from = places.planes[own[0]] + offset;
      nine = places.nines[own[0]] + skipped;
    } else {
      functions.sum(list, listEnd, offset, from, from + bytes);
      functions.sum(listEnd, 2 * listEnd - list, skipped, nine, nine + count * 4);
    }
    functions.convolve(
      from + heavy[0],
      from + heavy[1],
      from + heavy[2],
      nine,
      places.out,
      count,
      places.masks,
      biases,
      places.counts,
    );
  }

  /** The convolution of one window with one combination, `[steps]` where it is padded. */
  convolution(
    source: Windows,
    { window, combination }: { window: number; combination: number },
  ): Float32Array {
    const work = this.works[combination];
    this.load(source, window, work.own);
    this.addNine(work.dilation, work.own);
    this.convolve(work);
    const from = this.places.out / 4;
    return this.values.slice(from, from + work.count);
  }

  /** Writes the share of values above each bias, one combination after the other, for one window from `at` on. */
  features(source: Windows, { window, out, at }: { window: number; out: Float32Array; at: number }): void {
    const { functions, places, counts } = this;
    const all = Array.from({ length: this.shape.channels }, (_, channel) => channel);
    this.load(source, window, all);
    let dilation = 0;
    for (const work of this.works) {
      if (work.dilation !== dilation) {
        dilation = work.dilation;
        this.addNine(dilation, all);
      }
      this.convolve(work);
      for (let first = 0; first < work.width; first += GROUP) {
        if (first > 0) {
          const end = places.out + work.count * 4;
          functions.count(places.out, end, work.biases + first * 4, places.counts);
        }
        const last = Math.min(GROUP, work.width - first);
        for (let i = 0; i < last; i++) out[at++] = counts[i] / work.count;
      }
    }
  }
}
