/** What a suite reports: medians of ours and of a peer, and how much better ours is. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  /** Above 1 where ours is better. */
  readonly ratio: number;
}

/** The middle one of the values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** The row of measured times, which are the better the smaller. */
export function rowOf(
  of: Pick<Row, "name" | "unit" | "peerName">,
  times: { ours: readonly number[]; peer: readonly number[] },
): Row {
  const [ours, peer] = [median(times.ours), median(times.peer)];
  return { ...of, ours, peer, ratio: peer / ours };
}
