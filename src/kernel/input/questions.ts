import { slots } from "../breaking";
import type { CellContext } from "../context";
import type { Link } from "../wire/link";
import type { Answer } from "../wire/openQuestions";

/** What a person is asked for. */
export interface Question {
  /** The text before the answer. */
  readonly prompt: string;
  /** Whether the answer is hidden while it is typed (default false). */
  readonly password?: boolean;
}

interface QuestionParts {
  readonly link: Link;
  readonly slots: Int32Array;
  /** Asks the running cell to stop. */
  interrupt(): void;
}

interface Waiting {
  resolve(value: string): void;
}

/** Questions of cells to the person at the front end. */
export class Questions {
  readonly #parts: QuestionParts;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  constructor(parts: QuestionParts) {
    this.#parts = parts;
    parts.link.onAnswer = (answer) => this.#settle(answer);
  }

  /**
   * Asks, and holds everything on this thread until the answer is there or the person interrupts.
   *
   * @throws {Error} where nobody answers the cell's questions
   * @throws {DOMException} the reason of the cell's signal, after an interrupt
   */
  now(question: Question, cell: CellContext | undefined): string {
    const { link, slots: shared, interrupt } = this.#parts;
    const id = this.#ask(question, cell);
    Atomics.store(shared, slots.asking, 1);
    try {
      for (;;) {
        const news = Atomics.load(shared, slots.news);
        const presses = Atomics.load(shared, slots.presses);
        if (presses !== Atomics.load(shared, slots.seen)) {
          Atomics.store(shared, slots.seen, presses);
          interrupt();
        }
        if (cell?.signal?.aborted) throw cell.signal.reason;
        const answer = link.takeAnswer();
        if (answer?.id === id) return answer.value;
        if (answer) this.#settle(answer);
        else Atomics.wait(shared, slots.news, news);
      }
    } finally {
      Atomics.store(shared, slots.asking, 0);
      link.forget(id);
    }
  }

  /**
   * Asks, and goes on.
   *
   * @returns the answer; rejected where nobody answers, after an interrupt, and when the cell ends before
   */
  async later(question: Question, cell: CellContext | undefined): Promise<string> {
    const id = this.#ask(question, cell);
    const signal = cell?.signal;
    let onAbort = () => {};
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(id, { resolve });
        onAbort = () => reject(signal?.reason);
        signal?.addEventListener("abort", onAbort);
      });
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#waiting.delete(id);
      this.#parts.link.forget(id);
    }
  }

  #ask({ prompt, password = false }: Question, cell: CellContext | undefined): number {
    if (!cell?.allowsInput || cell.hasEnded) {
      const got = cell?.hasEnded
        ? "the question of a cell that has ended"
        : 'a run without one ("allow_stdin" is false)';
      throw new Error(
        `Cannot ask for input: a front end that answers while the cell runs is required, got ${got}`,
      );
    }
    cell.signal?.throwIfAborted();
    const id = ++this.#asked;
    this.#parts.link.ask({ id, prompt, password, request: cell.request });
    return id;
  }

  #settle({ id, value }: Answer): void {
    this.#waiting.get(id)?.resolve(value);
  }
}
