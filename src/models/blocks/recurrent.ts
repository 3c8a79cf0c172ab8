import { tf } from "../../engine";
import { initializer } from "../../layers";
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
  const shared = {
    units,
    returnSequences,
    recurrentActivation: "sigmoid" as const,
    kernelInitializer: initializer("glorotUniform", { seed: net.nextSeed() }),
    recurrentInitializer: initializer("orthogonal", { seed: net.nextSeed() }),
  };
  return net.apply(cell === "lstm" ? tf.layers.lstm(shared) : tf.layers.gru(shared), x);
}
