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

/** Checks a choice, such as a variant. @throws {RangeError} with the known ones if it is not among them */
export function checkChoice<T extends string | number>(name: string, value: T, known: readonly T[]): void {
  if (!known.includes(value)) {
    const rest = known.slice(0, -1).join(", ");
    throw new RangeError(
      `Cannot build a network: ${name} must be ${rest} or ${known[known.length - 1]}, got ${value}`,
    );
  }
}

/** Checks that a frame can be halved `depth` times. @throws {RangeError} if rows or columns are no multiple of `2 ** depth` */
export function checkHalvings(inputShape: readonly number[], depth: number): void {
  const multiple = 2 ** depth;
  if (inputShape[0] % multiple !== 0 || inputShape[1] % multiple !== 0) {
    throw new RangeError(
      `Cannot build a network: rows and columns must be multiples of ${multiple} at depth ${depth}, got ${inputShape[0]} x ${inputShape[1]}`,
    );
  }
}
