import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { inspect } from "node:util";
import { Worker } from "node:worker_threads";
import { Cells, type Outcome } from "./cells";
import type { ControlData, ControlMessage } from "./control";
import { displayKey } from "./display/display";
import { progressKey, progressSink } from "./display/progress";
import { kernelInformation } from "./information";
import { answer } from "./requests";
import { Streams } from "./streams";
import { type CellError, describeError } from "./traceback";
import { Server } from "./wire/server";
import type { Connection, Content, Message } from "./wire/wire";

/** Time in which the requests that were sent before an error arrive, in milliseconds. */
const drainTime = 20;

/** Time in which a front end asks its first questions, before the kernel is busy loading modules, in milliseconds. */
const openingTime = 500;

/** A Jupyter kernel for TypeScript, on tslab's compiler and executor. */
export class Kernel {
  readonly #connection: Connection;
  readonly #server: Server;
  readonly #cells: Cells;
  readonly #streams: Streams;
  readonly #information = kernelInformation();
  /** Interrupts sent by the control thread, and seen here. */
  readonly #interrupts = new Int32Array(new SharedArrayBuffer(8));
  readonly #phase = new Int32Array(new SharedArrayBuffer(4));
  readonly #queue: Message[] = [];
  #control: Worker | undefined;
  #running: Message | undefined;
  #count = 0;
  #silent = false;
  #warm = false;
  /** Whether a console is there: it asks for the history. */
  #console = false;

  /** @param preload modules whose types and code are loaded before the first cell asks */
  constructor(connection: Connection, preload: string[]) {
    this.#connection = connection;
    this.#server = new Server(connection);
    this.#cells = new Cells((type, content) => this.#output(type, content), this.#phase, preload);
    this.#streams = new Streams((name, text) => this.#output("stream", { name, text }));
    this.#server.beforePublish = () => this.#streams.flush();
  }

  /** Opens the channels and serves them until a shutdown. */
  async start(): Promise<void> {
    process.on("SIGINT", () => this.#cells.interrupt());
    process.on("uncaughtException", (error) => this.#report(error));
    process.on("unhandledRejection", (reason) => this.#report(reason));
    const library = globalThis as Record<symbol, unknown>;
    library[progressKey] = progressSink(this.#cells.displays);
    library[displayKey] = this.#cells.displays.display;
    // First, as it takes longest.
    this.#cells.compiler.start();
    await Promise.all([this.#startControl(), this.#server.listen((message) => void this.#receive(message))]);
    this.#server.publish("status", { execution_state: "starting" });
  }

  #startControl(): Promise<void> {
    const data: ControlData = {
      connection: this.#connection,
      information: this.#information,
      interrupts: this.#interrupts,
      phase: this.#phase,
    };
    const worker = new Worker(path.join(__dirname, `control${path.extname(__filename)}`), {
      workerData: data,
    });
    this.#control = worker;
    return new Promise((resolve, reject) => {
      worker.on("error", reject);
      worker.on("message", (message: ControlMessage) => {
        if (message.type === "ready") resolve();
        if (message.type === "interrupt") this.#interrupt();
        if (message.type === "broken") {
          this.#seeInterrupts();
          this.#cells.release();
        }
        if (message.type === "shutdown") this.#shutDown();
      });
    });
  }

  async #receive(message: Message): Promise<void> {
    const type = message.header.msg_type;
    if (type === "history_request") this.#console = true;
    if (type === "execute_request") {
      this.#queue.push(message);
      if (!this.#running) void this.#work();
      return;
    }
    const parent = message.header;
    this.#server.publish("status", { execution_state: "busy" }, { parent });
    if (type === "kernel_info_request") {
      this.#server.reply(message, this.#information);
      this.#warmUp();
    } else if (type === "shutdown_request") {
      this.#server.reply(message, { status: "ok", restart: message.content.restart === true });
    } else if (type === "interrupt_request") {
      // Some versions of VS Code send it here, where only a cell that waits can hear it.
      this.#cells.interrupt();
      this.#server.reply(message, { status: "ok" });
    } else if (type === "comm_open") {
      // No target is known here: the protocol wants the other end closed at once.
      this.#server.publish("comm_close", { comm_id: message.content.comm_id, data: {} }, { parent });
    } else {
      const content = await this.#answer(type, message.content);
      if (content) this.#server.reply(message, content);
    }
    this.#server.publish("status", { execution_state: "idle" }, { parent });
    // Front ends show the last status they saw, whosever it was.
    if (this.#running) {
      this.#server.publish("status", { execution_state: "busy" }, { parent: this.#running.header });
    }
    if (type === "shutdown_request") this.#shutDown();
  }

  async #answer(type: string, content: Content): Promise<Content | undefined> {
    try {
      return await answer(type, content, this.#cells);
    } catch (error) {
      return { status: "error", ...describeError(error, this.#cells.compiler) };
    }
  }

  /** Runs the cells of the queue in order. */
  async #work(): Promise<void> {
    for (let request = this.#queue.shift(); request; request = this.#queue.shift()) {
      this.#running = request;
      try {
        await this.#execute(request);
      } catch (error) {
        this.#report(error);
        // A request without a reply would keep the front end waiting for ever.
        const failure = { ename: "KernelError", evalue: String(error), traceback: [] };
        this.#server.reply(request, { status: "error", execution_count: this.#count, ...failure });
        this.#server.publish("status", { execution_state: "idle" }, { parent: request.header });
      }
    }
    this.#running = undefined;
  }

  async #execute(request: Message): Promise<void> {
    const { code = "", silent = false, store_history = true, stop_on_error = true } = request.content;
    this.#silent = silent === true;
    this.#server.parent = request.header;
    this.#server.publish("status", { execution_state: "busy" });
    if (!silent && store_history) this.#count++;
    const count = this.#count;
    this.#output("execute_input", { code, execution_count: count });
    this.#streams.capture();

    const exits = await this.#cells.asksToExit(String(code));
    const outcome: Outcome = exits ? {} : await this.#cells.run(count, String(code), request.metadata.cellId);
    this.#seeInterrupts();
    this.#streams.flush();
    if ("error" in outcome) {
      await this.#fail(request, outcome.error, { count, stop: stop_on_error === true });
      return;
    }
    if (outcome.bundle) {
      this.#output("execute_result", { execution_count: count, data: outcome.bundle, metadata: {} });
    }
    const payload = exits ? [{ source: "ask_exit", keepkernel: false }] : [];
    this.#server.reply(request, { status: "ok", execution_count: count, user_expressions: {}, payload });
    this.#server.publish("status", { execution_state: "idle" });
  }

  /** Reports a cell's error; the cells that waited behind it are not run, unless the front end wants them to. */
  async #fail(request: Message, error: CellError, options: { count: number; stop: boolean }): Promise<void> {
    this.#output("error", { ...error });
    // Take in what was sent before this reply: those cells were queued without knowing of the error.
    if (options.stop) await pause(drainTime);
    const waiting = options.stop ? this.#queue.splice(0) : [];
    this.#server.reply(request, { status: "error", execution_count: options.count, ...error });
    this.#server.publish("status", { execution_state: "idle" });
    for (const aborted of waiting) {
      const parent = aborted.header;
      this.#server.publish("status", { execution_state: "busy" }, { parent });
      this.#server.reply(aborted, { status: "aborted" });
      this.#server.publish("status", { execution_state: "idle" }, { parent });
    }
  }

  /** Publishes an output of the cell, unless it is run in silence. */
  #output(type: string, content: Record<string, unknown>): void {
    if (!this.#silent) this.#server.publish(type, content);
  }

  #interrupt(): void {
    // One that has already broken the cell is done with.
    if (Atomics.load(this.#interrupts, 0) === Atomics.load(this.#interrupts, 1)) return;
    this.#seeInterrupts();
    this.#cells.interrupt();
  }

  #seeInterrupts(): void {
    Atomics.store(this.#interrupts, 1, Atomics.load(this.#interrupts, 0));
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
    void this.#server.close().then(() => {
      this.#control?.once("exit", () => process.exit(0));
      this.#control?.postMessage("close");
    });
  }
}
