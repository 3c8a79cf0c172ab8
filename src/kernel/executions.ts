import { afterBreak, type Gate, slots } from "./breaking";
import type { Cells, Outcome } from "./cells";
import { type CellContext, leaveCell, runInCell } from "./context";
import type { History } from "./history";
import type { Streams } from "./streams";
import { describeError, describeInterrupt } from "./traceback";
import type { Link } from "./wire/link";
import type { Content, Message } from "./wire/wire";

/** Time in which the requests that were sent before an error arrive, in milliseconds. */
const drainTime = 20;

/** Time in which a cell whose code was broken ends by itself, in milliseconds. */
const breakTime = 500;

/** A cell that runs. */
interface Running {
  readonly request: Message;
  readonly context: CellContext;
  readonly count: number;
  /** Tells it from the others for who interrupts. */
  readonly number: number;
  readonly shell: Shell;
  isEnding: boolean;
}

/** Cells that run one after the other. The kernel has one such queue, and front ends may ask for more (JEP 91). */
interface Shell {
  readonly queue: Message[];
  running?: Running;
}

/** How a cell ended, and what the front end asked for with it. */
interface Ending {
  readonly outcome: Outcome;
  readonly expressions?: Content;
  readonly payload?: Content[];
}

/** What the executions of cells need of the kernel. */
export interface ExecutionParts {
  readonly cells: Cells;
  readonly gate: Gate;
  readonly link: Link;
  readonly streams: Streams;
  readonly history: History;
  readonly slots: Int32Array;
  /** Shows what went wrong outside of a cell's own course. */
  report(error: unknown): void;
}

interface OutputOptions {
  readonly cell: CellContext | undefined;
  /** Of the message (default: none). */
  readonly metadata?: Content;
}

/** Runs the cells that front ends ask for, and answers their requests. */
export class Executions {
  readonly #parts: ExecutionParts;
  readonly #shells = new Map<unknown, Shell>();
  /** Those that run, the latest begun last: that one an interrupt is meant for. */
  readonly #running: Running[] = [];
  #count = 0;
  #begun = 0;

  constructor(parts: ExecutionParts) {
    this.#parts = parts;
  }

  get isBusy(): boolean {
    return this.#running.length > 0;
  }

  /** Takes a request to run a cell. */
  add(request: Message): void {
    const id = request.header.subshell_id ?? undefined;
    const shell = this.#shells.get(id) ?? { queue: [] };
    this.#shells.set(id, shell);
    shell.queue.push(request);
    this.#next(shell);
  }

  /** Publishes an output of a cell, unless it is run in silence. */
  output(type: string, content: Content, { cell, metadata }: OutputOptions): void {
    if (cell?.silent) return;
    this.#parts.link.publish({ type, content, metadata, parent: cell?.request.header });
  }

  /** @param cell the number of the cell that the interrupt is meant for */
  interrupt(press: number, cell: number): void {
    const { slots: shared, cells } = this.#parts;
    // One that has already broken the cell is done with.
    if (press <= Atomics.load(shared, slots.seen)) return;
    Atomics.store(shared, slots.seen, press);
    const running = this.#running.at(-1);
    if (running?.number === cell) cells.interrupt(running.context);
  }

  /** Interrupts as a signal from outside does. */
  interruptLatest(): void {
    const running = this.#running.at(-1);
    if (running) this.#parts.cells.interrupt(running.context);
  }

  /** Ends the cell whose code was broken. */
  break(cell: number): void {
    const { slots: shared, gate, cells } = this.#parts;
    afterBreak();
    Atomics.store(shared, slots.seen, Atomics.load(shared, slots.presses));
    // It came for a cell that has ended meanwhile.
    if (cell !== shared[slots.cell]) return;
    gate.leave();
    const running = this.#running.at(-1);
    if (!running) return;
    cells.release(running.context);
    // What it waited for may have been lost with the code.
    setTimeout(() => this.#end(running, { outcome: { error: describeInterrupt() } }), breakTime);
  }

  /**
   * Begins with the next cell of a queue, unless one runs. Here and in what ends a cell nothing is awaited: where
   * code is broken, V8 forgets who waits.
   */
  #next(shell: Shell): void {
    if (shell.running) return;
    const request = shell.queue.shift();
    if (!request) return;
    const { cells, slots: shared, streams, history, report } = this.#parts;
    const { silent = false, store_history = true, allow_stdin = false } = request.content;
    if (!silent && store_history) this.#count++;
    const context: CellContext = {
      request,
      silent: silent === true,
      allowsInput: allow_stdin === true,
      cell: request.metadata.cellId,
    };
    const number = ++this.#begun;
    const running: Running = { request, context, count: this.#count, number, shell, isEnding: false };
    shell.running = running;
    this.#running.push(running);
    Atomics.store(shared, slots.cell, number);
    this.#publish("status", { execution_state: "busy" }, request.header);
    this.#parts.link.setCell(context.silent ? undefined : request.header);
    const code = String(request.content.code ?? "");
    if (!silent && store_history) history.begin(running.count, code);
    this.output("execute_input", { code, execution_count: running.count }, { cell: context });
    streams.capture();
    runInCell(context, code, () => this.#run(running, code)).then(
      (ending) => this.#end(running, ending),
      (error) => {
        report(error);
        this.#end(running, { outcome: { error: describeError(error, cells.compiler) } });
      },
    );
  }

  async #run({ context, count, request }: Running, code: string): Promise<Ending> {
    const { cells } = this.#parts;
    if (await cells.asksToExit(code)) {
      return { outcome: {}, payload: [{ source: "ask_exit", keepkernel: false }] };
    }
    // What is run in silence has no count of its own, nor a place in the notebook.
    const outcome = await cells.run(context.silent ? 0 : count, code, context);
    const wanted = Object.entries((request.content.user_expressions ?? {}) as Record<string, unknown>);
    if ("error" in outcome || wanted.length === 0) return { outcome };
    const expressions: Content = {};
    for (const [name, expression] of wanted) {
      const { bundle = {}, error } = (await cells.run(0, String(expression), context)) as {
        bundle?: Content;
        error?: Content;
      };
      expressions[name] = error
        ? { status: "error", ...error }
        : { status: "ok", data: bundle, metadata: {} };
    }
    return { outcome, expressions };
  }

  /** Answers the request of a cell that has ended, unless it was given up before. */
  #end(running: Running, { outcome, expressions = {}, payload = [] }: Ending): void {
    const { shell, request, context, count } = running;
    if (shell.running !== running || running.isEnding) return;
    running.isEnding = true;
    const { link, slots: shared, streams, history } = this.#parts;
    Atomics.store(shared, slots.seen, Atomics.load(shared, slots.presses));
    streams.end(context);
    const reply = (content: Content) => {
      link.reply(request, { ...content, execution_count: count, user_expressions: expressions, payload });
      this.#publish("status", { execution_state: "idle" }, request.header);
      this.#leave(running);
      this.#next(shell);
    };
    if (!("error" in outcome)) {
      const { bundle } = outcome;
      if (bundle) {
        history.end(count, bundle["text/plain"]);
        this.output(
          "execute_result",
          { execution_count: count, data: bundle, metadata: {} },
          { cell: context },
        );
      }
      reply({ status: "ok" });
      return;
    }
    const { error } = outcome;
    this.output("error", { ...error }, { cell: context });
    if (request.content.stop_on_error === false) {
      reply({ status: "error", ...error });
      return;
    }
    // Take in what was sent before this reply: those cells were queued without knowing of the error.
    setTimeout(() => {
      const waiting = shell.queue.splice(0);
      reply({ status: "error", ...error });
      for (const aborted of waiting) this.#abort(aborted);
    }, drainTime);
  }

  #leave(running: Running): void {
    running.shell.running = undefined;
    leaveCell(running.context);
    this.#running.splice(this.#running.indexOf(running), 1);
    const latest = this.#running.at(-1);
    // What was meant for the one that ended must not meet the one that runs on.
    if (!latest) return;
    Atomics.store(this.#parts.slots, slots.cell, latest.number);
    this.#parts.link.setCell(latest.context.silent ? undefined : latest.request.header);
  }

  /** Answers a cell that is not run, as one before it failed. */
  #abort(request: Message): void {
    this.#publish("status", { execution_state: "busy" }, request.header);
    this.#parts.link.reply(request, { status: "aborted", execution_count: this.#count });
    this.#publish("status", { execution_state: "idle" }, request.header);
  }

  #publish(type: string, content: Content, parent?: Message["header"]): void {
    this.#parts.link.publish({ type, content, parent });
  }
}
