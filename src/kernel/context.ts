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
  /** Whether it has ended: then nobody answers its questions. */
  hasEnded?: boolean;
}

const contexts = new AsyncLocalStorage<CellContext>();

/** The cells that run, and the one that ran last, latest begun last: code whose cell is not known is the last one's. */
let begun: CellContext[] = [];

/** Where the library looks for the running cell's AbortSignal. */
const signalKey = Symbol.for("podium.signal");
/** Where figures look for the notebook's name of the running cell, which stays when the cell runs again. */
const cellKey = Symbol.for("podium.cell");

/** Where a run's folder gets the code that made it: the cells that ran so far, each as it ran last. */
const sourcesKey = Symbol.for("podium.sources");
const sources = new Map<unknown, string>();
/** Cells whose code is remembered. */
const mostSources = 500;

/** Remembers the code of a cell that runs; where a front end names its cells, in place of what it was before. */
function rememberSource(cell: unknown, code: string): void {
  const key = cell ?? code;
  sources.delete(key);
  sources.set(key, code);
  if (sources.size > mostSources) sources.delete(sources.keys().next().value);
}

/** The cell that the code belongs to that runs now. */
export function currentCell(): CellContext | undefined {
  return contexts.getStore() ?? begun.at(-1);
}

/** Runs a cell's code: what it calls, at once or later, belongs to it. */
export function runInCell<T>(context: CellContext, code: string, run: () => T): T {
  if (!context.silent) rememberSource(context.cell, code);
  begun = [...begun.filter(({ hasEnded }) => !hasEnded), context];
  return contexts.run(context, run);
}

/** Runs code that a cell left for later. */
export function runForCell<T>(context: CellContext, run: () => T): T {
  return contexts.run(context, run);
}

/** Runs code that a request brought which is no cell's. */
export function runForRequest<T>(request: CellContext["request"], run: () => T): T {
  const context = { request, silent: false, allowsInput: false, cell: undefined, hasEnded: true };
  return contexts.run(context, run);
}

/** Says that a cell has ended. */
export function leaveCell(context: CellContext): void {
  context.hasEnded = true;
  const running = begun.filter(({ hasEnded }) => !hasEnded);
  if (running.length > 0) begun = running;
}

/** Lets code of the library ask for its cell's signal and name, and for the code of all cells. */
export function announceCells(): void {
  const ask = (key: symbol, get: () => unknown) =>
    Object.defineProperty(globalThis, key, { get, configurable: true });
  ask(signalKey, () => currentCell()?.signal);
  ask(cellKey, () => currentCell()?.cell);
  ask(sourcesKey, () => [...sources.values()]);
}
