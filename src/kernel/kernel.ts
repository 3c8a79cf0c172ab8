import { inspect } from "node:util";
import { allowBreaks, Gate, isMarkOfBreak, sharedSlots } from "./breaking";
import { Cells } from "./cells";
import { showChildOutput } from "./childOutput";
import { announceCells, currentCell, runForRequest } from "./context";
import { Comms } from "./controls/comms";
import { clearKey, displayKey, type Publish } from "./display/display";
import { progressKey, progressSink } from "./display/progress";
import { Executions } from "./executions";
import { History } from "./history";
import { kernelInformation } from "./information";
import { Prompts } from "./input/prompts";
import { Questions } from "./input/questions";
import { provideStandardInput } from "./input/standardInput";
import { answer } from "./requests";
import { Streams } from "./streams";
import { describeError } from "./traceback";
import type { Descriptors } from "./wire/descriptors";
import { Link } from "./wire/link";
import type { Connection, Content, Message } from "./wire/wire";
import type { FromWire } from "./wire/wireThread";

/** Time in which a front end asks its first questions, before the kernel is busy loading modules, in milliseconds. */
const openingTime = 500;

interface KernelOptions {
  /** Modules whose types and code are loaded before the first cell asks. */
  readonly preload: string[];
  /** Where what is written to descriptors 1 and 2 is read, if it is. */
  readonly descriptors?: Descriptors;
}

/** A Jupyter kernel for TypeScript, on tslab's compiler and executor. Its channels are on another thread. */
export class Kernel {
  readonly #onSignal = () => this.#executions.interruptLatest();
  readonly #link: Link;
  readonly #cells: Cells;
  readonly #streams: Streams;
  readonly #executions: Executions;
  readonly #history = new History();
  #warm = false;
  /** Whether a console is there: it asks for the history. */
  #console = false;

  constructor(connection: Connection, { preload, descriptors }: KernelOptions) {
    const slots = sharedSlots();
    const gate = new Gate(slots);
    const publish: Publish = (type, content, metadata) =>
      this.#executions.output(type, content, { cell: currentCell(), metadata });
    const link = new Link({ connection, information: kernelInformation(), slots, descriptors });
    const streams = new Streams((name, text, cell) =>
      this.#executions.output("stream", { name, text }, { cell }),
    );
    link.beforePublish = () => streams.flush();
    const questions = new Questions({ link, slots, interrupt: () => this.#executions.interruptLatest() });
    const cells = new Cells({
      publish,
      gate,
      expected: preload,
      prompts: new Prompts(questions),
      comms: new Comms(publish),
    });
    provideStandardInput(questions, (cell, error) => cells.fail(cell, error));
    const report = (error: unknown) => this.#report(error);
    this.#link = link;
    this.#streams = streams;
    this.#cells = cells;
    this.#executions = new Executions({ cells, gate, link, streams, slots, report, history: this.#history });
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
    showChildOutput(() => {
      this.#streams.flush();
      this.#link.settle();
    });
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
    if (message.type === "interrupt") this.#executions.interrupt(message.press, message.cell);
    if (message.type === "broken") this.#break(message.cell);
    if (message.type === "shutdown") this.#shutDown();
  }

  #receive(message: Message): void {
    const type = message.header.msg_type;
    if (type === "history_request") this.#console = true;
    if (type === "execute_request") this.#executions.add(message);
    else void this.#serve(message);
  }

  /** Answers a request that runs nothing. */
  async #serve(message: Message): Promise<void> {
    const { header: parent, content } = message;
    this.#publish("status", { execution_state: "busy" }, parent);
    if (parent.msg_type.startsWith("comm_") && !parent.msg_type.endsWith("_request")) {
      await runForRequest(message, () => this.#cells.comms.receive(parent.msg_type, content));
    } else {
      const reply =
        parent.msg_type === "history_request"
          ? this.#history.answer(content)
          : await this.#answer(parent.msg_type, content);
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

  #publish(type: string, content: Content, parent?: Message["header"]): void {
    this.#link.publish({ type, content, parent });
  }

  #break(cell: number): void {
    this.#executions.break(cell);
    // `vm` takes the listeners away while code runs in the gate, and could not put them back.
    if (!process.listeners("SIGINT").includes(this.#onSignal)) process.on("SIGINT", this.#onSignal);
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
      if (this.#executions.isBusy) setTimeout(load, openingTime);
      else {
        // What libraries say as they load is no cell's.
        this.#link.setCell(undefined);
        this.#cells.loadExpected();
      }
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
