import type { Series } from "../../core/series";
import { MemoryLayout, wasmFunctions } from "../../core/webAssembly";
import { ELEMENT_BYTES, ElementTransform, type PassFunctions } from "./elementTransform";
import { realSpectraModule } from "./realSpectraModule";

/** The functions of `realSpectra.wat`, where they are described; places and strides in bytes. */
interface Functions extends PassFunctions {
  load(real: number, imaginary: number, step: number, to: number, end: number): void;
  powers(low: number, high: number, end: number, first: number, second: number): void;
  magnitudes(
    from: number,
    end: number,
    to: number,
    step: number,
    mirror: number,
    mirrorStep: number,
    both: number,
  ): void;
}

/** Windows that are worked on at once, one as real and one as imaginary part; two channels of each. */
const WINDOWS = 2;

/** How often as large one window's values may be as the other's, for both to share a transform: float32 holds 24 bits. */
const MOST_RATIO = 2 ** 12;

/**
 * Transforms of two windows' channels in WebAssembly, float64; lengths with large prime factors take the slower way.
 *
 * Rounding is relative to the larger window of a transform, and what is not finite spoils both. So windows of very
 * different size are transformed one at a time.
 */
export class RealSpectra {
  /** Frequencies from 0 to Nyquist. */
  readonly half: number;
  private readonly functions: Functions;
  private readonly singles: Float32Array;
  private readonly doubles: Float64Array;
  private readonly transform: ElementTransform;
  /** What lies where in the memory, in bytes; of `windows`, `powers` and `results` one per window. */
  private readonly places: {
    windows: number[];
    buffers: [number, number];
    powers: number[];
    results: number[];
    /** A window of zeros, and where the powers of such a one go. */
    zeros: number;
    spare: number;
  };

  constructor(
    private readonly steps: number,
    private readonly channels: number,
  ) {
    this.half = (steps >> 1) + 1;
    const layout = new MemoryLayout();
    const both = (bytes: number) => Array.from({ length: WINDOWS }, () => layout.place(bytes));
    this.places = {
      windows: both(steps * channels * 4),
      buffers: [layout.place(steps * ELEMENT_BYTES), layout.place(steps * ELEMENT_BYTES)],
      powers: both(this.half * 16),
      // The mirror of frequency 0 lies beyond the last one.
      results: both((steps + 1) * channels * 4),
      zeros: layout.place(steps * channels * 4),
      spare: layout.place(this.half * 16),
    };
    this.transform = new ElementTransform(layout, { length: steps, elements: 1 });
    const { memory, functions } = wasmFunctions<Functions>(realSpectraModule, layout.size);
    layout.write(memory);
    this.functions = functions;
    this.singles = new Float32Array(memory);
    this.doubles = new Float64Array(memory);
  }

  /** Takes one window, or two, from `window` on. */
  private load(source: Series, window: number): void {
    const size = this.steps * this.channels;
    for (const [i, place] of this.places.windows.entries()) {
      const start = Math.min(window + i, source.shape[0] - 1) * size;
      this.singles.set(source.data.subarray(start, start + size), place / 4);
    }
  }

  /** Writes two channels of the loaded windows to the first buffer, `[steps]` elements; `only`: of that window. */
  private loadPair(channel: number, only?: number): void {
    const { windows, buffers, zeros } = this.places;
    const [real, imaginary] = windows.map(
      (place, i) => (only === undefined || i === only ? place : zeros) + channel * 4,
    );
    const end = buffers[0] + this.steps * ELEMENT_BYTES;
    this.functions.load(real, imaginary, this.channels * 4, buffers[0], end);
  }

  /** Whether both windows' values in the first buffer are finite and of like size, channel by channel. */
  private areAlike(): boolean {
    const { doubles, steps } = this;
    const start = this.places.buffers[0] / 8;
    // Sums of absolute values, which NaN and infinity stay in.
    let [one, two, otherOne, otherTwo] = [0, 0, 0, 0];
    for (let at = start, end = start + steps * 4; at < end; at += 4) {
      one += Math.abs(doubles[at]);
      two += Math.abs(doubles[at + 1]);
      otherOne += Math.abs(doubles[at + 2]);
      otherTwo += Math.abs(doubles[at + 3]);
    }
    const alike = (a: number, b: number): boolean =>
      a <= b * MOST_RATIO && b <= a * MOST_RATIO && a < Number.POSITIVE_INFINITY;
    return alike(one, otherOne) && alike(two, otherTwo);
  }

  /** Takes the mean off the four loaded series; tells which were constant. */
  private centre(): boolean[] {
    const { doubles, steps } = this;
    const start = this.places.buffers[0] / 8;
    const end = start + steps * 4;
    return Array.from({ length: 4 }, (_, lane) => {
      const first = doubles[start + lane];
      let sum = 0;
      let constant = true;
      for (let at = start + lane; at < end; at += 4) {
        sum += doubles[at];
        constant &&= doubles[at] === first;
      }
      const mean = constant ? first : sum / steps;
      for (let at = start + lane; at < end; at += 4) doubles[at] -= mean;
      return constant;
    });
  }

  /** Transforms the four loaded series, and writes their powers. */
  private takePowers(to: readonly number[] = this.places.powers): void {
    const { functions, doubles, steps, places } = this;
    const [from] = this.transform.run({ functions, doubles }, places.buffers);
    const end = from + steps * ELEMENT_BYTES;
    functions.powers(from, end, from + this.half * ELEMENT_BYTES, to[0], to[1]);
  }

  /** Writes the powers of two channels of both windows; tells which of the four series were constant if they are centred. */
  private pairPowers(channel: number, options: { centred: boolean }): boolean[] {
    const { powers, spare } = this.places;
    this.loadPair(channel);
    const constant = options.centred ? this.centre() : [];
    if (this.areAlike()) this.takePowers();
    else {
      for (const window of [0, 1]) {
        this.loadPair(channel, window);
        if (options.centred) this.centre();
        this.takePowers(powers.map((place, i) => (i === window ? place : spare)));
      }
    }
    return constant;
  }

  /**
   * Magnitudes of all channels, float32 `[windows, steps or half, channels]`.
   *
   * @param options `full`: all frequencies, not those to Nyquist only
   */
  magnitudes(source: Series, { full }: { full: boolean }): Float32Array {
    const { functions, places, steps, half, channels } = this;
    const size = (full ? steps : half) * channels;
    const out = new Float32Array(source.shape[0] * size);
    for (let window = 0; window < source.shape[0]; window += WINDOWS) {
      this.load(source, window);
      for (let channel = 0; channel < channels; channel += 2) {
        this.pairPowers(channel, { centred: false });
        const pair = channel + 1 < channels ? 1 : 0;
        for (const [i, result] of places.results.entries()) {
          const [from, to] = [places.powers[i], result + channel * 4];
          const mirror = full ? to + steps * channels * 4 : to;
          const step = channels * 4;
          functions.magnitudes(from, from + half * 16, to, step, mirror, full ? step : -step, pair);
        }
      }
      for (const [i, result] of places.results.entries()) {
        if (window + i === source.shape[0]) break;
        out.set(this.singles.subarray(result / 4, result / 4 + size), (window + i) * size);
      }
    }
    return out;
  }

  /** Calls `visit` with the powers `|X|^2` `[half]` of each channel of each window, the mean taken off. */
  eachPower(
    source: Series,
    visit: (power: Float64Array, place: { window: number; channel: number }) => void,
  ): void {
    const { places, doubles, half, channels } = this;
    const power = new Float64Array(half);
    for (let window = 0; window < source.shape[0]; window += WINDOWS) {
      this.load(source, window);
      for (let channel = 0; channel < channels; channel += 2) {
        const constant = this.pairPowers(channel, { centred: true });
        for (let i = 0; i < WINDOWS && window + i < source.shape[0]; i++) {
          for (let lane = 0; lane < 2 && channel + lane < channels; lane++) {
            const from = places.powers[i] / 8 + lane;
            // What rounding leaves of the other series is no power of a constant.
            if (constant[2 * i + lane]) power.fill(0);
            else for (let k = 0; k < half; k++) power[k] = doubles[from + 2 * k];
            visit(power, { window: window + i, channel: channel + lane });
          }
        }
      }
    }
  }
}
