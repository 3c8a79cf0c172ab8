import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { FitOptions } from "../types";

/** How a data set's values become a model's inputs. */
export type Inputs = Pick<FitOptions, "scaleX" | "arrange" | "transform">;

const known = new WeakMap<LayersModel, Inputs>();

/** Keeps how a model is trained on its inputs, so that it predicts from the same. */
export function rememberInputs(model: LayersModel, { scaleX, arrange, transform }: Inputs): void {
  known.set(model, { scaleX, arrange, transform });
}

/** How a model's inputs were made when it was last trained or loaded. */
export function inputsOf(model: LayersModel): Inputs {
  return known.get(model) ?? {};
}
