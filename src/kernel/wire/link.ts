import path from "node:path";
import { Worker } from "node:worker_threads";
import { slots } from "../breaking";
import type { Published } from "./server";
import { type Content, type Message, toJson } from "./wire";
import type { FromWire, ToWire, WireData } from "./wireThread";

/** Messages that may wait for the wire's thread. */
const mostPending = 1000;

/** The main thread's end of the wire. */
export class Link {
  /** Called before anything is published, so that buffered text goes first. */
  beforePublish: () => void = () => {};
  readonly #data: WireData;
  #thread: Worker | undefined;

  constructor(data: WireData) {
    this.#data = data;
  }

  /** Opens the channels; what comes by them is handed to `receive`. */
  open(receive: (message: FromWire) => void): Promise<void> {
    const thread = new Worker(path.join(__dirname, `wireThread${path.extname(__filename)}`), {
      workerData: this.#data,
    });
    this.#thread = thread;
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
