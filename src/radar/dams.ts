/** A dam's place in a frame. */
export interface Dam {
  readonly row: number;
  readonly column: number;
  /** Its number from the north, as maps show it: which dam of Korea it is, is not public. */
  readonly name: string;
}

/**
 * The pixels of the seven dams whose rain the competition is about, in a frame whose row 0 is north.
 *
 * The places come from participants: the flat indices 6071, 6304, 7026, 7629, 7767, 8944 and 11107 of one are, for all
 * seven, `(120 - y) * 120 + x` of the pairs `(x, y)` of another (hyeonho1028/precipitation-prediction). That they are
 * row-major from the north is an inference from the dams' geography, and the organiser's own list is not public: take
 * them as likely, not as certain.
 *
 * @example
 * dams[0]; // { row: 50, column: 71, name: "dam 1" }
 */
export const dams: readonly Dam[] = [
  { row: 50, column: 71, name: "dam 1" },
  { row: 52, column: 64, name: "dam 2" },
  { row: 58, column: 66, name: "dam 3" },
  { row: 63, column: 69, name: "dam 4" },
  { row: 64, column: 87, name: "dam 5" },
  { row: 74, column: 64, name: "dam 6" },
  { row: 92, column: 67, name: "dam 7" },
];
