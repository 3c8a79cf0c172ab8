/** How a task stands. */
export interface BoardTask {
  /** Such as `Fold 1 of 3, seed 0`. */
  readonly name: string;
  state: "waiting" | "running" | "done" | "failed" | "cancelled";
  /** The machine, and what of it. */
  where?: string;
  /** Share of the work that is done, from 0 to 1. */
  share?: number;
  note?: string;
  error?: string;
  log?: string;
  /** When it began to run, and ended, in milliseconds. */
  begun?: number;
  ended?: number;
}

/** What a picture of the board shows. */
export interface BoardView {
  readonly title: string;
  readonly tasks: readonly BoardTask[];
  readonly secondsLeft: number | undefined;
  count(state: BoardTask["state"]): number;
}
