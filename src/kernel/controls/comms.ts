import { randomUUID } from "node:crypto";
import type { Publish } from "../display/display";
import type { Content } from "../wire/wire";

/** The kernel's end of a channel to an object of the front end. */
export interface Comm {
  readonly id: string;
  readonly target: string;
  send(data: Content): void;
  close(): void;
}

/** Takes what a front end sends by a comm; what it returns is awaited before the kernel says that it is done. */
export type OnComm = (data: Content) => unknown;

/** How a comm that a front end opens is served. */
export type CommTarget = (comm: Comm) => OnComm;

interface OpenComm {
  readonly comm: Comm;
  readonly receive: OnComm;
}

/** The comms that are open. */
export class Comms {
  readonly #publish: Publish;
  readonly #open = new Map<string, OpenComm>();
  readonly #targets = new Map<string, CommTarget>();

  constructor(publish: Publish) {
    this.#publish = publish;
  }

  /** Serves comms of a name that front ends open. */
  register(target: string, serve: CommTarget): void {
    this.#targets.set(target, serve);
  }

  /** Opens a comm; the front end finds what serves it by the target's name. */
  open(
    target: string,
    { data, metadata = {} }: { data: Content; metadata?: Content },
    receive: OnComm,
  ): Comm {
    const comm = this.#make(randomUUID(), target);
    this.#open.set(comm.id, { comm, receive });
    this.#publish("comm_open", { comm_id: comm.id, target_name: target, data }, metadata);
    return comm;
  }

  /** The content of the reply to a `comm_info_request`. */
  information(target: unknown): Content {
    const comms = [...this.#open.values()].map(({ comm }) => comm);
    const wanted = comms.filter((comm) => typeof target !== "string" || target === comm.target);
    const entries = wanted.map((comm) => [comm.id, { target_name: comm.target }]);
    return { status: "ok", comms: Object.fromEntries(entries) };
  }

  /** Takes a message of a front end: `comm_open`, `comm_msg` or `comm_close`. */
  async receive(type: string, content: Content): Promise<void> {
    const id = String(content.comm_id);
    const data = (content.data ?? {}) as Content;
    if (type === "comm_msg") await this.#open.get(id)?.receive(data);
    if (type === "comm_close") this.#open.delete(id);
    if (type !== "comm_open") return;
    const target = String(content.target_name);
    const serve = this.#targets.get(target);
    // The protocol wants the other end of one that is not known closed at once.
    if (!serve) return this.#publish("comm_close", { comm_id: id, data: {} });
    const comm = this.#make(id, target);
    this.#open.set(id, { comm, receive: serve(comm) });
  }

  #make(id: string, target: string): Comm {
    return {
      id,
      target,
      send: (data) => {
        if (this.#open.has(id)) this.#publish("comm_msg", { comm_id: id, data });
      },
      close: () => {
        if (this.#open.delete(id)) this.#publish("comm_close", { comm_id: id, data: {} });
      },
    };
  }
}
