/** What every network checks of its options before it builds anything. */
import { checkOptions, type OptionRules } from "../../core/check";
import { activations } from "./toolkit";

/** A size, such as a number of classes, filters or steps of a kernel; a larger one would not fit into any memory. */
export const size = { whole: true, low: 1, high: 65_536 };
/** Sizes of layers one after another. */
export const sizes = { each: size, least: 1, most: 64 };
/** Share of values that a dropout leaves out. */
export const rate = { low: 0, high: 1, below: true };
/** A factor. */
export const scale = { low: 0, above: true, high: 1e6 };
export const seed = { whole: true };
/** Levels, halvings or modules. */
export const depth = { whole: true, low: 1, high: 64 };
export const activation = activations;
export const cell = ["lstm", "gru"] as const;
export const outputKernel = [1, 3] as const;
export const flag = [true, false] as const;

const action = "build a network";

/**
 * Checks the options of a network.
 *
 * @param names of the sizes of one sample, such as `"steps, channels"`
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if one is missing or out of reach
 */
export function checkNetwork<O extends { inputShape: readonly number[] }>(
  options: O,
  names: string,
  rules: Omit<OptionRules<O>, "inputShape">,
): void {
  const rank = names.split(",").length;
  const shape: unknown = options.inputShape;
  const isShape = Array.isArray(shape) && shape.length === rank;
  if (!isShape || !shape.every((extent) => Number.isInteger(extent) && extent > 0 && extent <= 2 ** 20)) {
    throw new RangeError(
      `Cannot ${action}: inputShape must be [${names}] of whole numbers from 1 to ${2 ** 20}, got ${JSON.stringify(shape)}`,
    );
  }
  const required = ["inputShape", "classes"].filter((name) => name in rules || name === "inputShape");
  checkOptions(options, { ...rules, inputShape: "any" } as unknown as OptionRules<O>, {
    action,
    required: required as (keyof O & string)[],
  });
}

/** Checks that a frame can be halved `levels` times. @throws {RangeError} if rows or columns are no multiple of `2 ** levels` */
export function checkHalvings(inputShape: readonly number[], levels: number): void {
  const multiple = 2 ** levels;
  if (inputShape[0] % multiple !== 0 || inputShape[1] % multiple !== 0) {
    throw new RangeError(
      `Cannot ${action}: rows and columns must be multiples of ${multiple} at depth ${levels}, got ${inputShape[0]} x ${inputShape[1]}`,
    );
  }
}

/** Checks that something is left of a frame at the lowest level, and that its channels stay within reach. */
export function checkLevels(inputShape: readonly number[], levels: { depth: number; filters: number }): void {
  const { depth, filters } = levels;
  const least = Math.min(inputShape[0], inputShape[1]);
  if (2 ** depth > least || filters * 2 ** depth > size.high) {
    throw new RangeError(
      `Cannot ${action}: depth must leave a pixel of ${inputShape[0]} x ${inputShape[1]} and at most ${size.high} channels, got ${depth} with ${filters} filters`,
    );
  }
}
