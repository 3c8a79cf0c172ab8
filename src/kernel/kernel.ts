import { inspect } from "node:util";
import { afterBreak, allowBreaks, Gate, isMarkOfBreak, sharedSlots, slots } from "./breaking";
import { Cells, type Outcome } from "./cells";
import { announceCells, type CellContext, currentCell, runInCell } from "./context";
import { clearKey, displayKey } from "./display/display";
import { progressKey, progressSink } from "./display/progress";
import { kernelInformation } from "./information";
import { answer } from "./requests";
import { Streams } from "./streams";
import { describeError, describeInterrupt } from "./traceback";
import { Link } from "./wire/link";
import type { Connection, Content, Message } from "./wire/wire";
import type { FromWire } from "./wire/wireThread";

/** Time in which the requests that were sent before an error arrive, in milliseconds. */
const drainTime = 20;

/** Time in which a cell whose code was broken ends by itself, in milliseconds. */
const breakTime = 500;

/** Time in which a front end asks its first questions, before the kernel is busy loading modules, in milliseconds. */
const openingTime = 500;

/** A cell that runs. */
interface Running {
  readonly request: Message;
  readonly context: CellContext;
  readonly count: number;
  isEnding: boolean;
}

/** How a cell ended, and what the front end asked for with it. */
interface Ending {
  readonly outcome: Outcome;
  readonly expressions?: Content;
  readonly payload?: Content[];
}

/** A Jupyter kernel for TypeScript, on tslab's compiler and executor. Its channels are on another thread. */
export class Kernel {
  readonly #slots = sharedSlots();
  readonly #gate = new Gate(this.#slots);
  readonly #onSignal = () => this.#cells.interrupt();
  readonly #link: Link;
  readonly #cells: Cells;
  readonly #streams: Streams;
  readonly #queue: Message[] = [];
  #running: Running | undefined;
  #count = 0;
  #warm = false;
  /** Whether a console is there: it asks for the history. */
  #console = false;

  /** @param preload modules whose types and code are loaded before the first cell asks */
  constructor(connection: Connection, preload: string[]) {
    this.#link = new Link({ connection, information: kernelInformation(), slots: this.#slots });
    this.#cells = new Cells((type, content) => this.#output(type, content), this.#gate, preload);
    this.#streams = new Streams((name, text, cell) => this.#output("stream", { name, text }, cell));
    this.#link.beforePublish = () => this.#streams.flush();
  }

  /** Opens the channels and serves them until a shutdown. */
  async start(): Promise<void> {
    process.on("SIGINT", this.#onSignal);
    process.on("uncaughtException", (error) => {
      if (!isMarkOfBreak(error)) this.#report(error);
    });
    process.on("unhandledRejection", (reason) => this.#report(reason));
    allowBreaks();
    announceCells();
    const library = globalThis as Record<symbol, unknown>;
    library[progressKey] = progressSink(this.#cells.displays);
    library[displayKey] = this.#cells.displays.display;
    library[clearKey] = this.#cells.displays.clearOutput;
    // First, as it takes longest.
    this.#cells.compiler.start();
    await this.#link.open((message) => this.#hear(message));
  }

  #hear(message: FromWire): void {
    if (message.type === "request") this.#receive(message.message);
    if (message.type === "met") this.#warmUp();
    if (message.type === "interrupt") this.#interrupt(message.press, message.cell);
    if (message.type === "broken") this.#break(message.cell);
    if (message.type === "shutdown") this.#shutDown();
  }

  #receive(message: Message): void {
    const type = message.header.msg_type;
    if (type === "history_request") this.#console = true;
    if (type === "execute_request") {
      this.#queue.push(message);
      this.#next();
    } else {
      void this.#serve(message);
    }
  }

  /** Answers a request that runs nothing. */
  async #serve(message: Message): Promise<void> {
    const { header: parent, content } = message;
    this.#publish("status", { execution_state: "busy" }, parent);
    if (parent.msg_type === "comm_open") {
      // No target is known here: the protocol wants the other end closed at once.
      this.#publish("comm_close", { comm_id: content.comm_id, data: {} }, parent);
    } else {
      const reply = await this.#answer(parent.msg_type, content);
      if (reply) this.#link.reply(message, reply);
    }
    this.#publish("status", { execution_state: "idle" }, parent);
  }

  async #answer(type: string, content: Content): Promise<Content | undefined> {
    try {
      return await answer(type, content, this.#cells);
    } catch (error) {
      return { status: "error", ...describeError(error, this.#cells.compiler) };
    }
  }

  /**
   * Begins with the next cell of the queue, unless one runs. Here and in what ends a cell nothing is awaited: where
   * code is broken, V8 forgets who waits.
   */
  #next(): void {
    if (this.#running) return;
    const request = this.#queue.shift();
    if (!request) return;
    const { silent = false, store_history = true, allow_stdin = false } = request.content;
    if (!silent && store_history) this.#count++;
    const context: CellContext = {
      request,
      silent: silent === true,
      allowsInput: allow_stdin === true,
      cell: request.metadata.cellId,
    };
    const running: Running = { request, context, count: this.#count, isEnding: false };
    this.#running = running;
    Atomics.add(this.#slots, slots.cell, 1);
    this.#publish("status", { execution_state: "busy" }, request.header);
    const code = String(request.content.code ?? "");
    this.#output("execute_input", { code, execution_count: running.count }, context);
    this.#streams.capture();
    runInCell(context, () => this.#run(running, code)).then(
      (ending) => this.#end(running, ending),
      (error) => {
        this.#report(error);
        this.#end(running, { outcome: { error: describeError(error, this.#cells.compiler) } });
      },
    );
  }

  async #run({ context, count, request }: Running, code: string): Promise<Ending> {
    if (await this.#cells.asksToExit(code)) {
      return { outcome: {}, payload: [{ source: "ask_exit", keepkernel: false }] };
    }
    // What is run in silence has no count of its own, nor a place in the notebook.
    const outcome = await this.#cells.run(context.silent ? 0 : count, code, context);
    const wanted = Object.entries((request.content.user_expressions ?? {}) as Record<string, unknown>);
    if ("error" in outcome || wanted.length === 0) return { outcome };
    const expressions: Content = {};
    for (const [name, expression] of wanted) {
      const { bundle = {}, error } = (await this.#cells.run(0, String(expression), context)) as {
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
    if (this.#running !== running || running.isEnding) return;
    running.isEnding = true;
    const { request, context, count } = running;
    Atomics.store(this.#slots, slots.seen, Atomics.load(this.#slots, slots.presses));
    this.#streams.end(context);
    const reply = (content: Content) => {
      this.#link.reply(request, {
        ...content,
        execution_count: count,
        user_expressions: expressions,
        payload,
      });
      this.#publish("status", { execution_state: "idle" }, request.header);
      this.#running = undefined;
      this.#next();
    };
    if (!("error" in outcome)) {
      const { bundle } = outcome;
      if (bundle) {
        this.#output("execute_result", { execution_count: count, data: bundle, metadata: {} }, context);
      }
      reply({ status: "ok" });
      return;
    }
    const { error } = outcome;
    this.#output("error", { ...error }, context);
    if (request.content.stop_on_error === false) {
      reply({ status: "error", ...error });
      return;
    }
    // Take in what was sent before this reply: those cells were queued without knowing of the error.
    setTimeout(() => {
      const waiting = this.#queue.splice(0);
      reply({ status: "error", ...error });
      for (const aborted of waiting) this.#abort(aborted);
    }, drainTime);
  }

  /** Answers a cell that is not run, as one before it failed. */
  #abort(request: Message): void {
    this.#publish("status", { execution_state: "busy" }, request.header);
    this.#link.reply(request, { status: "aborted", execution_count: this.#count });
    this.#publish("status", { execution_state: "idle" }, request.header);
  }

  /** Publishes an output of a cell, unless it is run in silence. */
  #output(type: string, content: Content, cell: CellContext | undefined = currentCell()): void {
    if (!cell?.silent) this.#publish(type, content, cell?.request.header);
  }

  #publish(type: string, content: Content, parent?: Message["header"]): void {
    this.#link.publish({ type, content, parent });
  }

  #interrupt(press: number, cell: number): void {
    // One that has already broken the cell is done with.
    if (press <= Atomics.load(this.#slots, slots.seen)) return;
    Atomics.store(this.#slots, slots.seen, press);
    if (cell === this.#slots[slots.cell]) this.#cells.interrupt();
  }

  /** Ends the cell whose code was broken. */
  #break(cell: number): void {
    afterBreak();
    // `vm` takes the listeners away while code runs in the gate, and could not put them back.
    if (!process.listeners("SIGINT").includes(this.#onSignal)) process.on("SIGINT", this.#onSignal);
    Atomics.store(this.#slots, slots.seen, Atomics.load(this.#slots, slots.presses));
    // It came for a cell that has ended meanwhile.
    if (cell !== this.#slots[slots.cell]) return;
    this.#gate.leave();
    this.#cells.release();
    const running = this.#running;
    if (!running) return;
    // What it waited for may have been lost with the code.
    setTimeout(() => this.#end(running, { outcome: { error: describeInterrupt() } }), breakTime);
  }

  /**
   * Loads modules while the person still reads. Not for a console: it gives up on a kernel that is busy for a second
   * when Enter is pressed, but waits for a cell.
   */
  #warmUp(): void {
    if (this.#warm) return;
    this.#warm = true;
    const load = () => {
      if (this.#console) return;
      if (this.#running) setTimeout(load, openingTime);
      else this.#cells.loadExpected();
    };
    setTimeout(load, openingTime);
  }

  /** Shows what went wrong outside of a cell's own course. */
  #report(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? String(error)) : inspect(error);
    process.stderr.write(`Uncaught ${text}\n`);
  }

  #shutDown(): void {
    this.#cells.close();
    this.#streams.flush();
    void this.#link.close().then(() => process.exit(0));
  }
}
