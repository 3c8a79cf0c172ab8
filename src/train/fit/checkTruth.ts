import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import { sizeOf } from "../../core/array";
import type { Source } from "../../core/source";
import type { FitOptions, Loss } from "../types";

/** Values that are checked together. */
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
 * @param options the fit's, and the losses, one for each output; `part`: whose samples they are, as errors say it
 * @throws {RangeError} with the sample's number
 */
export function checkTruth(
  y: Source,
  options: {
    fit: Pick<FitOptions, "arrange" | "augment" | "transform" | "scaleY">;
    losses: readonly Loss[];
    model: LayersModel;
    part: string;
  },
): void {
  const { fit, losses, model, part } = options;
  const { parts = [y.sampleShape] } = y;
  if (parts.length !== losses.length) return;
  for (const [output, loss] of losses.entries()) {
    // What these make of the first truth is seen in the step alone.
    if (output === 0 && (fit.arrange || fit.augment || fit.transform)) continue;
    const scale = output === 0 ? (fit.scaleY ?? 1) : 1;
    const classes = model.outputs[output].shape.at(-1) as number;
    checkOne(parts.length === 1 ? y : partOf(y, output), { loss, scale, classes, part });
  }
}

/** One of several truths. */
function partOf(y: Source, place: number): Source {
  const sizes = (y.parts ?? []).map(sizeOf);
  const start = sizes.slice(0, place).reduce((sum, size) => sum + size, 0);
  const size = sizes[place];
  return {
    ...y,
    sampleShape: y.parts?.[place] ?? [],
    size,
    take(indices) {
      const rows = y.take(indices);
      const values = new Float32Array(indices.length * size);
      for (let i = 0; i < indices.length; i++) {
        values.set(rows.subarray(i * y.size + start, i * y.size + start + size), i * size);
      }
      return values;
    },
  };
}

function checkOne(y: Source, options: { loss: Loss; scale: number; classes: number; part: string }): void {
  const { loss, scale, classes, part } = options;
  if (!loss.truth) return;
  const width = loss.truth === "shares" ? classes : 1;
  if (y.size % width !== 0) return;
  const step = Math.max(1, Math.floor(pieceValues / y.size));
  for (let start = 0; start < y.samples; start += step) {
    const length = Math.min(step, y.samples - start);
    const taken = y.take(Int32Array.from({ length }, (_, i) => start + i));
    const values = scale === 1 ? taken : Float32Array.from(taken, (value) => value * scale);
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
