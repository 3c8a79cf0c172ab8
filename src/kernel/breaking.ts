import { Script } from "node:vm";

/*
 * How code is broken from outside, and what both threads know of that and of each other.
 *
 * V8 ends JavaScript wherever it is: also within Node's own functions, or the kernel's. So the wire's thread pauses
 * the main thread first and looks at its stack. It ends what a cell does at once, within a gate, where code of the
 * person is on top, and what Node calls later where nothing of the kernel is below it. The gate is also where a SIGINT
 * from outside breaks code: `vm` with `breakOnSigint` turns that into an ordinary error.
 */

/** Places of the numbers that both threads share. */
export const slots = {
  /** Interrupts that the front end asked for. */
  presses: 0,
  /** Of these, how many the main thread has seen. */
  seen: 1,
  /** Counts entries into the gate and exits from it: odd while code runs within. */
  gate: 2,
  /** Messages that the main thread gave to the wire's, and that are not sent yet. */
  pending: 3,
  /** The number of the cell that an interrupt is meant for: what was meant for one must not meet the next. */
  cell: 4,
  /** Whether the main thread waits for an answer of the person. */
  asking: 5,
  /** Counts what the main thread is woken for while it waits for an answer. */
  news: 6,
} as const;

/** Shared memory for `slots`. */
export function sharedSlots(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * Object.keys(slots).length));
}

/** What the wire's thread calls on the main thread, in a pause of it, before it ends what runs there. */
export const beforeBreakKey = Symbol.for("podium.beforeBreak");

const callKey = Symbol.for("podium.call");
const callScript = new Script(`globalThis[Symbol.for("podium.call")]()`, { filename: "evalmachine.gate" });

/** Where code of the person runs on the kernel's own stack. */
export class Gate {
  readonly #slots: Int32Array;

  constructor(shared: Int32Array) {
    this.#slots = shared;
  }

  /** What follows runs in `vm` with `breakOnSigint`. */
  enter(): void {
    Atomics.or(this.#slots, slots.gate, 1);
  }

  leave(): void {
    if (Atomics.load(this.#slots, slots.gate) & 1) Atomics.add(this.#slots, slots.gate, 1);
  }

  /** Calls code of the person from the kernel's own. */
  call<T>(run: () => T): T {
    const holder = globalThis as { [callKey]?: () => T };
    holder[callKey] = run;
    this.enter();
    try {
      return callScript.runInThisContext({ breakOnSigint: true }) as T;
    } catch (error) {
      if (isBroken(error)) afterBreak();
      throw error;
    } finally {
      this.leave();
    }
  }
}

type Hooks = readonly (((...given: unknown[]) => void) | undefined)[];

/** What Node's own code keeps of callbacks and promises. */
interface AsyncWrap {
  clearAsyncIdStack(): void;
  getPromiseHooks(): Hooks;
  setPromiseHooks(...hooks: Hooks): void;
}

let wrap: AsyncWrap | undefined;
let hooks: Hooks | undefined;

/**
 * Lets the process outlive broken code. Node keeps a stack of the callbacks that it is within, and ends the process
 * where one that was broken has left its entry there; and V8 must not end one of the functions that Node is told of
 * promises by.
 */
export function allowBreaks(): void {
  const node = process as unknown as { noDeprecation: boolean; binding(name: string): AsyncWrap };
  const { noDeprecation } = node;
  node.noDeprecation = true;
  try {
    wrap = node.binding("async_wrap");
  } catch {
    // A Node without it keeps no such stack.
  }
  node.noDeprecation = noDeprecation;
  Object.defineProperty(globalThis, beforeBreakKey, { value: beforeBreak });
}

function beforeBreak(): void {
  hooks ??= wrap?.getPromiseHooks();
  wrap?.setPromiseHooks(undefined, undefined, undefined, undefined);
  wrap?.clearAsyncIdStack();
}

/** Puts right what broken code left half done: Node's stack of callbacks, and modules that were being loaded. */
export function afterBreak(): void {
  wrap?.clearAsyncIdStack();
  if (hooks) wrap?.setPromiseHooks(...hooks);
  hooks = undefined;
  for (const [file, module] of Object.entries(require.cache)) {
    if (module && !module.loaded) delete require.cache[file];
  }
}

/**
 * Whether an error is V8's mark of an end that came within one of Node's functions for promises, where it is taken for
 * an error that nobody caught: it says that it is undefined, and is not.
 */
export function isMarkOfBreak(error: unknown): boolean {
  const type: string = typeof error;
  return type === "undefined" && error !== undefined;
}

/** Whether the error is Node's for code that a SIGINT broke. */
export function isBroken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException)?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}
