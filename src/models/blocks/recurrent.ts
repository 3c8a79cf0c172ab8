import { gru, lstm } from "../../layers";
import type { Symbolic, Toolkit } from "./toolkit";

/** The recurrent cells. */
export type Cell = "lstm" | "gru";

/** Options of {@link recurrent}. */
export interface RecurrentOptions {
  cell: Cell;
  units: number;
  /** All states in order of time instead of the last. */
  returnSequences: boolean;
}

/** An LSTM or GRU with Keras's defaults: `[windows, steps, channels]` -> `[windows, steps, units]` or `[windows, units]`. */
export function recurrent(net: Toolkit, x: Symbolic, options: RecurrentOptions): Symbolic {
  const { cell, units, returnSequences } = options;
  const layer = cell === "lstm" ? lstm : gru;
  return net.apply(layer({ units, returnSequences, seed: net.nextSeed() }), x);
}
