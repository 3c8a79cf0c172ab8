import path from "node:path";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { slots } from "../breaking";
import type { Answer, AskedQuestion } from "./openQuestions";
import type { Published } from "./server";
import { type Content, type Message, toJson } from "./wire";
import type { FromWire, ToWire, WireData } from "./wireThread";

/** Messages that may wait for the wire's thread. */
const mostPending = 1000;

/** The main thread's end of the wire. */
export class Link {
  /** Called before anything is published, so that buffered text goes first. */
  beforePublish: () => void = () => {};
  /** Called with an answer that nobody on this thread holds everything for. */
  onAnswer: (answer: Answer) => void = () => {};
  readonly #data: Omit<WireData, "answers">;
  #thread: Worker | undefined;
  #answers: MessagePort | undefined;

  constructor(data: Omit<WireData, "answers">) {
    this.#data = data;
  }

  /** Opens the channels; what comes by them is handed to `receive`. */
  open(receive: (message: FromWire) => void): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    const thread = new Worker(path.join(__dirname, `wireThread${path.extname(__filename)}`), {
      workerData: { ...this.#data, answers: port2 } satisfies WireData,
      transferList: [port2],
    });
    this.#thread = thread;
    this.#answers = port1;
    port1.on("message", (answer: Answer) => this.onAnswer(answer));
    port1.unref();
    return new Promise((resolve, reject) => {
      thread.on("error", reject);
      thread.on("message", (message: FromWire) => {
        if (message.type === "ready") resolve();
        else receive(message);
      });
    });
  }

  /** Answers a request. */
  reply({ identities, header }: Message, content: Content): void {
    this.beforePublish();
    this.#tell({ type: "reply", request: { identities, header }, content: toJson(content) });
  }

  /** Publishes a message for every front end. */
  publish({ content, ...message }: Published): void {
    // Made first: what cannot be sent is an error of the cell, not of the thread.
    const text = toJson(content);
    this.beforePublish();
    this.#tell({ type: "publish", message: { ...message, content: text } });
  }

  /** Asks the person at the front end that sent the request. */
  ask(question: AskedQuestion): void {
    this.beforePublish();
    const { identities, header } = question.request;
    this.#tell({ type: "ask", question: { ...question, request: { identities, header } } });
  }

  /** Forgets a question: an answer that comes yet is nobody's. */
  forget(id: number): void {
    this.#tell({ type: "forget", id });
  }

  /** The next answer that is there, without a turn of this thread. */
  takeAnswer(): Answer | undefined {
    return this.#answers && receiveMessageOnPort(this.#answers)?.message;
  }

  /** Closes the channels once what was sent is out. */
  close(): Promise<void> {
    const thread = this.#thread;
    if (!thread) return Promise.resolve();
    return new Promise((resolve) => {
      thread.once("exit", () => resolve());
      this.#tell({ type: "close" });
    });
  }

  /** Gives a message to the wire's thread; where that has many to send, waits, so that memory does not fill. */
  #tell(message: ToWire): void {
    if (!this.#thread) return;
    const { slots: shared } = this.#data;
    this.#thread.postMessage(message);
    let pending = Atomics.add(shared, slots.pending, 1) + 1;
    while (pending > mostPending) {
      Atomics.wait(shared, slots.pending, pending, 50);
      pending = Atomics.load(shared, slots.pending);
    }
  }
}
