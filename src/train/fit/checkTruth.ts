import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { Source } from "../../core/source";
import type { FitOptions, Loss } from "../types";

/** Values that are looked at together. */
const pieceValues = 1 << 20;

/** How far the shares of a sample may sum from 1. */
const tolerance = 1e-3;

/** What is wrong with the truth of one place, in words; `undefined` where nothing is. */
function faultOf(
  truth: NonNullable<Loss["truth"]>,
  values: ArrayLike<number>,
  classes: number,
): string | undefined {
  if (truth === "classes") {
    const label = values[0];
    if (Number.isInteger(label) && label >= 0 && label < classes) return undefined;
    return `labels must be whole numbers in [0, ${classes}), got ${label}`;
  }
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    if (!(values[i] >= 0 && values[i] <= 1 + tolerance)) return `truth must lie in [0, 1], got ${values[i]}`;
  }
  if (truth === "chances" || Math.abs(sum - 1) <= tolerance) return undefined;
  return `shares of the classes must sum to 1, got ${sum}`;
}

/**
 * Refuses a truth that the loss would silently count as 0 or worse, before the first step.
 *
 * @param y the truth as it lies in the data set
 * @param options the fit's, and the loss; `part`: whose samples they are, as errors say it
 * @throws {RangeError} with the sample's number
 */
export function checkTruth(
  y: Source,
  options: {
    fit: Pick<FitOptions, "arrange" | "augment" | "transform" | "scaleY">;
    loss: Loss;
    model: LayersModel;
    part: string;
  },
): void {
  const { fit, loss, model, part } = options;
  const { arrange, augment, transform, scaleY = 1 } = fit;
  // What these make of the truth is seen in the step alone.
  if (!loss.truth || arrange || augment || transform) return;
  const classes = model.outputs[0].shape.at(-1) as number;
  const width = loss.truth === "shares" ? classes : 1;
  if (y.size % width !== 0) return;
  const step = Math.max(1, Math.floor(pieceValues / y.size));
  for (let start = 0; start < y.samples; start += step) {
    const length = Math.min(step, y.samples - start);
    const taken = y.take(Int32Array.from({ length }, (_, i) => start + i));
    const values = scaleY === 1 ? taken : Float32Array.from(taken, (value) => value * scaleY);
    for (let at = 0; at < values.length; at += width) {
      const fault = faultOf(loss.truth, values.subarray(at, at + width), classes);
      if (!fault) continue;
      const sample = start + Math.floor(at / y.size);
      throw new RangeError(`Cannot train: ${fault} for ${part} sample ${sample}`);
    }
  }
}

/**
 * Checks the factors of the classes.
 *
 * @throws {RangeError} if they are not one for each class, or no numbers from 0
 */
export function checkClassWeight(classWeight: ArrayLike<number> | undefined, model: LayersModel): void {
  if (!classWeight) return;
  const { shape } = model.outputs[0];
  const classes = shape.at(-1) as number;
  if (shape.length !== 2 || classWeight.length !== classes) {
    throw new RangeError(
      `Cannot train: classWeight must have one factor for each class of a model that gives [samples, classes], got ${classWeight.length} for [${shape.map((extent) => extent ?? "any")}]`,
    );
  }
  for (let label = 0; label < classes; label++) {
    if (classWeight[label] >= 0 && classWeight[label] < Number.POSITIVE_INFINITY) continue;
    throw new RangeError(
      `Cannot train: classWeight must hold finite numbers from 0, got ${classWeight[label]} for class ${label}`,
    );
  }
}
