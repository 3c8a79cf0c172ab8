/** Where the kernel puts the running cell's AbortSignal. */
export const signalKey = Symbol.for("podium.signal");

/**
 * The AbortSignal of the notebook cell that is running; `undefined` outside the kernel.
 *
 * @example
 * const competition = await motion.load("data/motion", { signal: currentSignal() });
 */
export function currentSignal(): AbortSignal | undefined {
  return (globalThis as { [signalKey]?: AbortSignal })[signalKey];
}

/**
 * Stops the work if its signal is aborted. Call it between pieces of a long loop.
 *
 * @throws {DOMException} the signal's reason, an `AbortError` unless the caller chose another
 * @example
 * for (const path of paths) {
 *   throwIfAborted(currentSignal());
 *   await readNpy(path);
 * }
 */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
}
