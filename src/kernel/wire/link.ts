import path from "node:path";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { slots } from "../breaking";
import type { Descriptors } from "./descriptors";
import type { Answer, AskedQuestion } from "./openQuestions";
import type { Published } from "./server";
import { type Content, type Message, toJson } from "./wire";
import type { FromWire, ToWire, WireData } from "./wireThread";

/** Messages that may wait for the wire's thread. */
const mostPending = 1000;

/** The most milliseconds that `settle` waits. */
const settleTime = 100;

interface LinkData extends Omit<WireData, "answers" | "descriptors"> {
  /** Where what is written to descriptors 1 and 2 is read, if it is. */
  readonly descriptors?: Descriptors;
}

/** The main thread's end of the wire. */
export class Link {
  /** Called before anything is published, so that buffered text goes first. */
  beforePublish: () => void = () => {};
  /** Called with an answer that nobody on this thread holds everything for. */
  onAnswer: (answer: Answer) => void = () => {};
  readonly #data: LinkData;
  #thread: Worker | undefined;
  #answers: MessagePort | undefined;

  constructor(data: LinkData) {
    this.#data = data;
  }

  /** Opens the channels; what comes by them is handed to `receive`. */
  open(receive: (message: FromWire) => void): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    const { descriptors, ...data } = this.#data;
    const { stdout, stderr } = descriptors ?? {};
    const read = stdout !== undefined && stderr !== undefined ? { stdout, stderr } : undefined;
    const thread = new Worker(path.join(__dirname, `wireThread${path.extname(__filename)}`), {
      workerData: { ...data, descriptors: read, answers: port2 } satisfies WireData,
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
        else if (message.type === "log") descriptors?.log.write(message.text);
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

  /** Says which cell descriptors are written for from now on; `undefined` for none that shows anything. */
  setCell(request: Message["header"] | undefined): void {
    this.#tell({ type: "cell", request });
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

  /** Waits until what was said so far is sent, for a moment at most: what others write next comes after it. */
  settle(): void {
    const { slots: shared } = this.#data;
    const end = performance.now() + settleTime;
    for (;;) {
      const pending = Atomics.load(shared, slots.pending);
      const left = end - performance.now();
      if (pending === 0 || left <= 0 || !this.#thread) return;
      Atomics.wait(shared, slots.pending, pending, left);
    }
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
