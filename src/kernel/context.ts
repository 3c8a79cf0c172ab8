import { AsyncLocalStorage } from "node:async_hooks";
import type { Message } from "./wire/wire";

/** A run of a cell, as code that it started knows it: what such code shows belongs to that cell, however late. */
export interface CellContext {
  readonly request: Pick<Message, "identities" | "header">;
  /** Nothing is published. */
  readonly silent: boolean;
  /** Whether the front end answers questions. */
  readonly allowsInput: boolean;
  /** What the front end calls the cell, if it says so. */
  readonly cell: unknown;
  signal?: AbortSignal;
}

const contexts = new AsyncLocalStorage<CellContext>();

/** The cell that runs, or ran last: of code whose cell is not known. */
let latest: CellContext | undefined;

/** Where the library looks for the running cell's AbortSignal. */
const signalKey = Symbol.for("podium.signal");
/** Where figures look for the notebook's name of the running cell, which stays when the cell runs again. */
const cellKey = Symbol.for("podium.cell");

/** The cell that the code belongs to that runs now. */
export function currentCell(): CellContext | undefined {
  return contexts.getStore() ?? latest;
}

/** Runs a cell's code: what it calls, at once or later, belongs to it. */
export function runInCell<T>(context: CellContext, run: () => T): T {
  latest = context;
  return contexts.run(context, run);
}

/** Lets code of the library ask for its cell's signal and name. */
export function announceCells(): void {
  const ask = (key: symbol, get: () => unknown) =>
    Object.defineProperty(globalThis, key, { get, configurable: true });
  ask(signalKey, () => currentCell()?.signal);
  ask(cellKey, () => currentCell()?.cell);
}
