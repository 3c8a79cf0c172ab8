/** What every network checks of its options before it builds anything. */

/**
 * Checks the shape of one sample.
 *
 * @throws {RangeError} if a size is not a whole number above 0, or there are not as many as named
 */
export function checkInputShape(inputShape: readonly number[], names: string): void {
  const rank = names.split(",").length;
  if (inputShape.length !== rank || !inputShape.every((size) => Number.isInteger(size) && size > 0)) {
    throw new RangeError(
      `Cannot build a network: inputShape must be [${names}] of whole numbers above 0, got [${inputShape.join(", ")}]`,
    );
  }
}

/** Checks a size, such as the number of classes or filters. @throws {RangeError} if it is no whole number above 0 */
export function checkCount(name: string, value: number): void {
  if (!(Number.isInteger(value) && value > 0)) {
    throw new RangeError(`Cannot build a network: ${name} must be a whole number above 0, got ${value}`);
  }
}
