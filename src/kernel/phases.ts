/** What the main thread may be doing, as far as breaking it goes. */
export const phases = { open: 0, loading: 1, synchronous: 2 } as const;
