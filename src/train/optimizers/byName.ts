import { adam, adamw } from "./adam";
import { nadam } from "./nadam";
import type { Optimizer, OptimizerOptions } from "./optimizer";
import { rmsprop } from "./rmsprop";
import { sgd } from "./sgd";

const makers: Readonly<Record<string, (options?: OptimizerOptions) => Optimizer>> = {
  sgd,
  rmsprop,
  adam,
  adamw,
  nadam,
};

/**
 * The optimizer of a name, with Keras 3's defaults: sgd, rmsprop, adam, adamw or nadam, in any case.
 *
 * @param name the name, or an optimizer, which is returned as it is
 * @throws {RangeError} if the name is unknown
 * @example
 * optimizer("adam").learningRate; // 0.001
 */
export function optimizer(name: string | Optimizer, options: OptimizerOptions = {}): Optimizer {
  if (typeof name !== "string") return name;
  const key = name.toLowerCase();
  if (!Object.hasOwn(makers, key)) {
    throw new RangeError(
      `Cannot make an optimizer: the name must be one of ${Object.keys(makers).join(", ")}, got "${name}"`,
    );
  }
  return makers[key](options);
}
