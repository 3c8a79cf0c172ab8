import { Publisher, Router } from "zeromq";
import { Outbox } from "./outbox";
import {
  address,
  type Connection,
  type Content,
  decodeMessage,
  encodeMessage,
  type Header,
  type Message,
} from "./wire";

/** The shell, output and input channels of a kernel. */
export class Server {
  /** The request that outputs belong to: that of the cell that runs, or ran last. */
  parent: Header | undefined;
  /** Called before anything is published, so that buffered text goes first. */
  beforePublish: () => void = () => {};

  readonly #connection: Connection;
  // What is over a socket's mark waits or is dropped; replies and outputs must all arrive, and at once.
  readonly #shell = new Router({ sendHighWaterMark: 0, linger: 1000 });
  readonly #output = new Publisher({ sendHighWaterMark: 0, linger: 1000 });
  readonly #input = new Router();
  readonly #replies = new Outbox(this.#shell);
  readonly #outputs = new Outbox(this.#output);

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Binds the channels and hands each request to `receive`. */
  async listen(receive: (message: Message) => void): Promise<void> {
    const { shell_port, iopub_port, stdin_port } = this.#connection;
    await this.#output.bind(address(this.#connection, iopub_port));
    await this.#input.bind(address(this.#connection, stdin_port));
    await this.#shell.bind(address(this.#connection, shell_port));
    void this.#receive(receive);
  }

  /** Answers a request on the channel it came by. */
  reply(request: Message, content: Content): void {
    const type = request.header.msg_type.replace(/_request$/, "_reply");
    const { identities, header: parent } = request;
    this.#replies.send(encodeMessage({ type, content, parent, identities }, this.#connection.key));
  }

  /** Publishes an output for every front end. */
  publish(type: string, content: Content, options: { parent?: Header; metadata?: Content } = {}): void {
    const { parent = this.parent, metadata } = options;
    this.beforePublish();
    const topic = Buffer.from(`kernel.${type}`);
    const message = { type, content, parent, metadata, identities: [topic] };
    this.#outputs.send(encodeMessage(message, this.#connection.key));
  }

  /** Closes the channels once what was sent is out. */
  async close(): Promise<void> {
    await Promise.all([this.#replies.empty(), this.#outputs.empty()]);
    this.#shell.close();
    this.#output.close();
    this.#input.close();
  }

  async #receive(receive: (message: Message) => void): Promise<void> {
    for await (const frames of this.#shell) {
      try {
        receive(decodeMessage(frames, this.#connection.key));
      } catch (error) {
        console.error(String(error));
      }
    }
  }
}
