import { randomSource } from "../../core/random";

/** Which samples are on the device when: all of them where they fit a budget, else one shard after another. */

import { type DataArray, type FitData, truthOf } from "../../core/array";
import { makeSource, type Source } from "../../core/source";
import type { DeviceData, Trainer } from "../step/trainer";

/** A data set ready to be loaded. */
export interface FitSource {
  readonly samples: number;
  readonly x: Source;
  readonly y: Source;
  readonly weight: Float32Array;
}

/**
 * Checks a data set and makes its parts.
 *
 * @throws {RangeError} if the parts count different samples
 */
export function makeFitSource(data: FitData): FitSource {
  const x = makeSource(data.x);
  const y = makeSource(truthOf(data) ?? { data: new Float32Array(x.samples), shape: [x.samples] });
  if (x.samples !== y.samples) {
    throw new RangeError(
      `Cannot train: x and y must have equally many samples, got ${x.samples} and ${y.samples}`,
    );
  }
  const weight = data.sampleWeight
    ? Float32Array.from(data.sampleWeight)
    : new Float32Array(x.samples).fill(1);
  if (weight.length !== x.samples) {
    throw new RangeError(
      `Cannot train: sampleWeight must have one value per sample (${x.samples}), got ${weight.length}`,
    );
  }
  const bad = weight.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(`Cannot train: sampleWeight must be finite, got ${weight[bad]} for sample ${bad}`);
  }
  return { samples: x.samples, x, y, weight };
}

const bytesOf = { float32: 4, int32: 4, uint8: 1 };

function sampleBytes(source: FitSource): number {
  const { x, y } = source;
  return x.size * bytesOf[x.dtype] + y.size * bytesOf[y.dtype] + 4;
}

/** All samples as one array. */
export function whole(source: Source): DataArray {
  return source.whole ?? source.take(Int32Array.from({ length: source.samples }, (_, index) => index));
}

function take(source: FitSource, indices: Int32Array): DeviceData {
  return {
    x: source.x.take(indices),
    y: source.y.take(indices),
    weight: Float32Array.from(indices, (index) => source.weight[index]),
  };
}

/** A run of samples on the device: places `start` to `end` of the epoch, where place `start` has number `first`. */
export interface Shard {
  readonly start: number;
  readonly end: number;
  /** The place of `start` in what `setOrder` was last given. */
  readonly first: number;
}

/** Bytes of samples that are on the device at a time where not all are: enough for a copy to be cheap. */
export const streamedBytes = 1 << 25;

/** Loads a data set in the order that is wanted. */
export class Feeder {
  /** Whether the whole set stays on the device. */
  readonly resident: boolean;
  private readonly shardSamples: number;
  private loaded = false;
  private ahead: { start: number; data: DeviceData } | undefined;
  private order: Int32Array = new Int32Array(0);

  /** @param options `budget`: bytes on the device; `batch`: samples per batch, of which a shard is a multiple */
  constructor(
    private readonly source: FitSource,
    private readonly options: { budget: number; batch: number; load: (data: DeviceData) => void },
  ) {
    const { budget, batch } = options;
    this.resident = source.samples * sampleBytes(source) <= budget;
    // Two shards are in memory at a time: the one on the device and the one that is made ready.
    const room = Math.min(budget / 2, streamedBytes);
    const fitting = Math.floor(room / sampleBytes(source) / batch) * batch;
    this.shardSamples = this.resident ? source.samples : Math.max(batch, fitting);
  }

  /** Starts an epoch in a new order. */
  begin(order: Int32Array, trainer?: Pick<Trainer, "setOrder">): void {
    this.order = order;
    this.ahead = undefined;
    if (this.resident) trainer?.setOrder(order);
    else trainer?.setOrder(Int32Array.from({ length: this.shardSamples }, (_, index) => index));
  }

  /** The shards of the epoch; each is on the device when it is given. */
  *shards(): Generator<Shard> {
    const { samples } = this.source;
    if (this.resident) {
      if (!this.loaded) {
        const { x, y, weight } = this.source;
        this.options.load({ x: whole(x), y: whole(y), weight });
        this.loaded = true;
      }
      yield { start: 0, end: samples, first: 0 };
      return;
    }
    for (let start = 0; start < samples; start += this.shardSamples) {
      const end = Math.min(start + this.shardSamples, samples);
      if (this.ahead?.start !== start) this.prefetch(start);
      this.options.load((this.ahead as { data: DeviceData }).data);
      this.ahead = undefined;
      yield { start, end, first: 0 };
    }
  }

  /** Gathers the shard at `start` ahead of its use. */
  prefetch(start: number): void {
    if (this.resident || this.ahead?.start === start || start >= this.source.samples) return;
    const indices = this.order.subarray(start, start + this.shardSamples);
    this.ahead = { start, data: take(this.source, indices) };
  }
}

/** The order of an epoch's samples, from seed and epoch alone. */
export function sampleOrder(
  samples: number,
  options: { seed: number; epoch: number; shuffle: boolean },
): Int32Array {
  const order = Int32Array.from({ length: samples }, (_, index) => index);
  if (!options.shuffle) return order;
  return randomSource(options.seed).fork("order").fork(options.epoch).shuffle(order);
}
