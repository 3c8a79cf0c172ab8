/**
 * The threads that `PODIUM_THREADS` asks for; `undefined` without it.
 *
 * @param action what the threads are for, as an error says it
 * @throws {RangeError} if it is no whole number above 0
 */
export function threadsAsked(action: string): number | undefined {
  const threads = process.env.PODIUM_THREADS;
  if (threads === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(threads)) {
    throw new RangeError(`Cannot ${action}: PODIUM_THREADS must be a whole number above 0, got "${threads}"`);
  }
  return Number(threads);
}
