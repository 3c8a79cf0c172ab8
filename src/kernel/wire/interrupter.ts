import { Session } from "node:inspector";
import path from "node:path";
import { slots } from "../breaking";
import { interruptChildren } from "./children";

/** Milliseconds until code that was broken, and yet runs, is broken again. */
const breakAgain = 100;
/** Milliseconds until a stack that must not be broken is looked at again. */
const lookAgain = 20;
/** Milliseconds that a pause is waited for: none comes while the main thread is idle, or in native code. */
const patience = 1000;
/** A pause that comes later than this, in milliseconds, comes after native code, and not in a loop. */
const lateness = 250;
/** Milliseconds in which code that native code returned to may yet hear of the interrupt by itself. */
const grace = 1000;

const kernelFolder = path.dirname(__dirname);

/** Stops what the main thread does, from the wire's thread. */
export class Interrupter {
  readonly #slots: Int32Array;
  readonly #onBroken: (cell: number) => void;
  /** The cell that was interrupted last, and how often. */
  #cell = 0;
  #count = 0;
  #session: Session | undefined;

  /** @param onBroken called when code of a cell was ended */
  constructor(shared: Int32Array, onBroken: (cell: number) => void) {
    this.#slots = shared;
    this.#onBroken = onBroken;
  }

  /**
   * Interrupts once: code within the gate is broken, and children hear of it. Other code hears of it by its signal;
   * from the second time on it is broken too, unless the main thread gets to see the interrupt.
   *
   * @returns the number of this interrupt, and the cell that it is meant for
   */
  press(): { press: number; cell: number } {
    const press = Atomics.add(this.#slots, slots.presses, 1) + 1;
    const cell = Atomics.load(this.#slots, slots.cell);
    this.#count = cell === this.#cell ? this.#count + 1 : 1;
    this.#cell = cell;
    // What waits for an answer hears of it by itself.
    if (Atomics.load(this.#slots, slots.asking)) return { press, cell };
    if (this.#isInGate) this.#breakStack();
    else if (this.#count > 1) setTimeout(() => this.#breakStack(), lookAgain);
    interruptChildren();
    return { press, cell };
  }

  get #isUnseen(): boolean {
    return Atomics.load(this.#slots, slots.presses) !== Atomics.load(this.#slots, slots.seen);
  }

  get #isInGate(): boolean {
    return (Atomics.load(this.#slots, slots.gate) & 1) === 1;
  }

  /** Pauses the main thread, looks at its stack, and ends what runs there if nothing of the kernel is below it. */
  #breakStack(): void {
    if (this.#session) return;
    const session = new Session();
    this.#session = session;
    session.connectToMainThread();
    let isPatient = true;
    let asked = 0;
    let isAsked = false;
    let timer: NodeJS.Timeout | undefined;
    const lookIn = (time: number) => {
      clearTimeout(timer);
      timer = setTimeout(look, time);
    };
    const end = (method: string, options: object = {}) => {
      const expression = `globalThis[Symbol.for("podium.beforeBreak")]()`;
      const cell = Atomics.load(this.#slots, slots.cell);
      session.post("Runtime.evaluate", { expression, silent: true });
      session.post(method, options, () => this.#onBroken(cell));
    };
    const look = () => {
      if (!this.#isUnseen) {
        session.disconnect();
        this.#session = undefined;
        return;
      }
      // No pause comes in a regular expression; an end does.
      if (isAsked && this.#isInGate) end("Runtime.terminateExecution");
      if (!isAsked) asked = performance.now();
      isAsked = true;
      session.post("Debugger.pause");
      lookIn(patience);
    };
    const resume = (time: number) => {
      session.post("Debugger.resume");
      lookIn(time);
    };
    const files = new Map<string, string>();
    session.on("Debugger.scriptParsed", ({ params }) => files.set(params.scriptId, params.url));
    session.on("Debugger.paused", ({ params: { callFrames } }) => {
      isAsked = false;
      const stack = callFrames.map(({ location }) => files.get(location.scriptId) ?? "");
      const isPerson = this.#isInGate ? !isOwn(stack[0]) : isBreakable(stack);
      if (!this.#isUnseen || !isPerson) {
        resume(lookAgain);
      } else if (isPatient && !this.#isInGate && performance.now() - asked > lateness) {
        isPatient = false;
        resume(grace);
      } else {
        end("Debugger.resume", { terminateOnResume: true });
        lookIn(breakAgain);
      }
    });
    session.post("Debugger.enable");
    // Pauses come in code of the person: at its calls too, where Node's own would always be the first to be met.
    session.post("Debugger.setBlackboxPatterns", { patterns: ["^node:"] });
    look();
  }
}

/** Whether what runs was called neither by the kernel nor by Node itself: the files are those of the stack, top first. */
function isBreakable(stack: readonly string[]): boolean {
  const bottom = stack.findLast((file) => file !== "" && !file.startsWith("node:"));
  return bottom !== undefined && !isOwn(bottom);
}

/** Whether a file is one of the kernel's or of tslab's. */
function isOwn(file: string): boolean {
  return file.includes(kernelFolder) || /tslab[\\/]dist/.test(file);
}
