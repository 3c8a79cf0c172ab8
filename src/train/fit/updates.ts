/** The updates of an epoch: by which native calls they are made, and what spoilt them. */
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import { seedBits } from "../../core/random";
import type { Trainer } from "../step/trainer";
import type { Feeder, FitSource } from "./feeding";

/** Updates that one native call makes. */
export interface UpdateCall {
  /** Samples of each update. */
  readonly size: number;
  readonly count: number;
  /** Place of the first sample in what the trainer has loaded. */
  readonly start: number;
  /** Place of the first sample in the epoch. */
  readonly place: number;
}

/** The calls of an epoch from sample `from` on, to `end`; `steps` says how many updates the next one should make. */
export function* callsOf(
  training: Feeder,
  options: { batch: number; from: number; end?: number; steps: () => number },
): Generator<UpdateCall> {
  const { batch, from, end = Number.POSITIVE_INFINITY, steps } = options;
  for (const shard of training.shards()) {
    let place = Math.max(shard.start, from);
    while (place < Math.min(shard.end, end)) {
      const left = shard.end - place;
      const size = Math.min(batch, left);
      const count = size < batch ? 1 : Math.min(steps(), Math.floor(left / batch));
      yield { size, count, start: place - shard.start + shard.first, place };
      place += size * count;
      training.prefetch(shard.end);
    }
  }
}

/** Gives other work a turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Training that went beyond finite numbers of finite data. */
export class ExplodedError extends RangeError {}

/** Whether all of a trainer's weights are finite; the optimizer's tensors do not count. */
export function areFinite({ trainable, fixed }: { trainable: Float32Array; fixed: Float32Array }): boolean {
  return trainable.every(Number.isFinite) && fixed.every(Number.isFinite);
}

/** The first value of some samples that is not finite, in words; `undefined` where all are. */
export function findNotFinite(source: FitSource, indices: Int32Array): string | undefined {
  for (const [name, part] of Object.entries({ input: source.x, target: source.y })) {
    const values = part.take(indices);
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) return `the ${name} of sample ${indices[Math.floor(at / part.size)]} holds ${values[at]}`;
  }
  return undefined;
}

/** An epoch's updates so far, as they can be made again. */
export interface EpochRecord {
  readonly model: LayersModel;
  readonly trainer: Trainer;
  readonly training: Feeder;
  readonly source: FitSource;
  readonly batch: number;
  readonly seed: number;
  /** Epochs done before. */
  readonly epoch: number;
  readonly order: Int32Array;
  /** The sample of the epoch, and the number of the update, that the record begins with. */
  readonly from: number;
  readonly firstStep: number;
  /** What the trainer held then. */
  readonly before: ReturnType<Trainer["read"]>;
  /** The learning rate of each update. */
  readonly rates: number[];
}

/** Makes the updates before number `end` again, those from `singly` on by calls of their own; stops at a loss that is not finite. */
async function replay(
  record: EpochRecord,
  options: { singly: number; end: number },
): Promise<number | undefined> {
  const { trainer, training, batch, seed, epoch, from, firstStep, rates } = record;
  const { singly, end } = options;
  trainer.write(record.before);
  training.begin(record.order, trainer);
  let step = firstStep;
  const steps = () => (step < singly ? Math.min(1000, singly - step) : 1);
  for (const { size, count, start } of callsOf(training, { batch, from, steps })) {
    if (step >= end) break;
    await nextTurn();
    const learningRates = Float32Array.from(rates.slice(step - firstStep, step - firstStep + count));
    const sums = trainer.train({ batch: size, start, step, seed: seedBits(seed), epoch, learningRates });
    if (!Number.isFinite(sums[0])) return step;
    step += count;
  }
  return undefined;
}

/**
 * Finds the update that spoilt an epoch, by making its updates again one by one, and leaves the trainer with the weights
 * before it.
 *
 * @param options updates known to be good end at `good`, the spoilt ones are found before `end`; `loss` of the latter
 * @returns the error that says which update it was, and whether input, target, loss or gradient spoilt it
 */
export async function findSpoilt(
  record: EpochRecord,
  options: { good: number; end: number; loss: number },
): Promise<RangeError> {
  const { trainer, source, order, from, firstStep, batch, epoch } = record;
  const { good, end, loss } = options;
  const place = (step: number) =>
    `in epoch ${epoch + 1}, step ${Math.floor(from / batch) + step - firstStep + 1}`;
  const text = (requirement: string) =>
    `Cannot go on training: ${requirement}; the weights before that step are kept`;
  const bad = await replay(record, { singly: Math.max(firstStep, good - 1), end });
  const last = bad ?? end;
  await replay(record, { singly: last, end: last });
  if (areFinite(trainer.read())) {
    if (bad === undefined) {
      return new ExplodedError(
        text(`the loss must be finite, got ${loss} ${place(good)}, not so when repeated`),
      );
    }
    const start = from + (bad - firstStep) * batch;
    const requirement = `the loss must be finite, got ${loss} ${place(bad)}`;
    const cause = findNotFinite(source, order.slice(start, start + batch));
    if (cause) return new RangeError(text(`${requirement}: ${cause}`));
    return new ExplodedError(text(`${requirement}: inputs and targets are finite`));
  }
  const spoiling = last - 1;
  await replay(record, { singly: spoiling, end: spoiling });
  return new ExplodedError(text(`the gradient must be finite, got weights that are not ${place(spoiling)}`));
}
