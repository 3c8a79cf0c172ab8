/** Statistics of batch normalisation for weights that were not trained with them, such as an average. */
import type { NamedArray } from "../../core/array";
import { tf } from "../../engine";
import type { TrainStep } from "../step/step";
import type { Trainer } from "../step/trainer";
import { type LayerWeight, layersOf } from "../step/weightNames";
import type { UpdateCall } from "./updates";

/** Batches that the statistics are measured on, where the training data have as many. */
const batches = 32;

/** A layer of tfjs's that keeps moving averages. */
interface Normalisation {
  readonly momentum: number;
  readonly movingMean: LayerWeight;
  readonly movingVariance: LayerWeight;
}

/** A fixed weight's place in the flat vector of them; of a moving average, how much of it each update keeps. */
interface FixedPart {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly momentum: number | undefined;
}

function partsOf(step: TrainStep): FixedPart[] {
  const momenta = new Map<LayerWeight, number>();
  for (const layer of layersOf(step.options.model)) {
    const { momentum, movingMean, movingVariance } = layer as Partial<Normalisation>;
    if (momentum === undefined || !movingMean || !movingVariance) continue;
    momenta.set(movingMean, momentum).set(movingVariance, momentum);
  }
  const { fixed, fixedSizes } = step.weights;
  const names = step.weights.fixedKeys();
  let end = 0;
  return fixed.map((weight, index) => {
    const start = end;
    end += fixedSizes[index];
    return { name: names[index], start, end, momentum: momenta.get(weight) };
  });
}

/**
 * Makes weights that were not trained as they are ready to be scored: applies the layers' constraints, and measures the
 * statistics of batch normalisation anew, as the mean of the batches' own (PyTorch's `update_bn`). Frozen layers keep
 * theirs. The session has its own weights again when it returns.
 *
 * @param weights in the order of `model.weights`
 * @param run `calls`: the batches; `train`: makes an update of learning rate 0 on one
 * @throws {RangeError} if a layer keeps other moving values, which cannot be measured anew
 */
export async function fitForScore(
  weights: readonly NamedArray[],
  run: {
    readonly step: TrainStep;
    readonly trainer: Trainer;
    readonly calls: Iterable<UpdateCall>;
    readonly train: (call: UpdateCall) => Promise<void>;
  },
): Promise<NamedArray[]> {
  const { step, trainer, calls, train } = run;
  const flat = step.weights.fromNamed(weights);
  const trainable = tf.tidy(
    () => step.weights.constrained(tf.tensor1d(flat.trainable)).dataSync() as Float32Array,
  );
  const { fixed } = flat;
  let moving: ReturnType<typeof partsOf> | undefined;
  const sums = new Float64Array(fixed.length);
  const own = trainer.read();
  let count = 0;
  const moved = async (call: UpdateCall): Promise<Float32Array> => {
    trainer.write({ trainable, fixed });
    await train(call);
    return trainer.read().fixed;
  };
  try {
    for (const call of fixed.length > 0 ? calls : []) {
      if (!moving) {
        // Frozen layers work with the averages that they have; the others' begin at 0, to see the batch's alone.
        const after = await moved(call);
        moving = partsOf(step).filter(({ start, end }) =>
          after.subarray(start, end).some((value, i) => value !== fixed[start + i]),
        );
        for (const { start, end } of moving) fixed.fill(0, start, end);
      }
      for (const [i, value] of (await moved(call)).entries()) sums[i] += value;
      if (++count === batches) break;
    }
  } finally {
    trainer.write(own);
  }
  for (const { name, start, end, momentum } of moving ?? []) {
    if (momentum === undefined) {
      throw new RangeError(
        `Cannot average weights: "${name}" changes with the batches and cannot be measured anew for the average`,
      );
    }
    for (let i = start; i < end; i++) fixed[i] = sums[i] / count / (1 - momentum);
  }
  return step.weights.named({ trainable, fixed }).map(({ data, shape }) => ({ data, shape }));
}
