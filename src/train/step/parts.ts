/** Inputs and outputs of models that have several: their samples lie side by side in one row. */
import type { LayersModel, Tensor } from "@tensorflow/tfjs-node-gpu";
import { sizeOf } from "../../core/array";
import { tf } from "../../engine";
import type { BatchTransform } from "../../engine/batchTransform";

/** Rows `[batch, values]` as tensors of these sample shapes. */
export function splitParts(rows: Tensor, shapes: readonly (readonly number[])[]): Tensor[] {
  const parts = tf.split(rows, shapes.map(sizeOf), 1);
  return parts.map((part, i) => tf.reshape(part, [rows.shape[0], ...shapes[i]]));
}

/** The sample shapes of a model's inputs. */
export function inputShapes(model: LayersModel): number[][] {
  return model.inputs.map(({ shape, name }) => {
    const [, ...sample] = shape;
    if (model.inputs.length > 1 && sample.includes(null)) {
      throw new RangeError(
        `Cannot run the model: of several inputs each needs a whole shape, got [${sample.map((extent) => extent ?? "any")}] of "${name}"`,
      );
    }
    return sample as number[];
  });
}

/** What the model takes of a batch's rows: a tensor, or one for each of several inputs. */
export function splitInputs(model: LayersModel, x: Tensor): Tensor[] {
  return model.inputs.length === 1 ? [x] : splitParts(x, inputShapes(model));
}

/** A batch of which the model may take and give several parts. */
export interface PartsOfBatch {
  readonly inputs: readonly Tensor[];
  readonly truths: readonly Tensor[];
  /** `[batch]`, how much each sample counts, where that is known. */
  readonly weight?: Tensor;
}

/** A change of the first input and the first truth; others stay as they are. */
export function changeFirst(batch: PartsOfBatch, change: BatchTransform): PartsOfBatch {
  const { inputs, truths } = batch;
  const { x, y, weight = batch.weight } = change({ x: inputs[0], y: truths[0], weight: batch.weight });
  return { inputs: [x, ...inputs.slice(1)], truths: [y, ...truths.slice(1)], weight };
}
