import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import { randomSource } from "../../core/random";

/**
 * Makes a model whose initializers, where they have no seeds of their own, draw from `seed` and their place among the
 * layers instead of from the clock: the same seed makes the same model.
 *
 * @param make builds the model, in this turn
 */
export function seededModel(make: (seed: number) => LayersModel, seed: number): LayersModel {
  // tfjs seeds every initializer without a seed with one draw from here.
  const clock = Math as { random: () => number };
  const { random } = clock;
  clock.random = randomSource(seed).fork("initializers").uniform;
  try {
    return make(seed);
  } finally {
    clock.random = random;
  }
}
