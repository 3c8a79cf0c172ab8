import { Reply, Router, XPublisher } from "zeromq";
import { Outbox } from "./outbox";
import { address, type Connection, type Content, decodeMessage, encodeMessage, type Message } from "./wire";

/** The channels by which requests come and answers to questions. */
export type Channel = "shell" | "control" | "stdin";

/** A message to publish. */
export interface Published {
  readonly type: string;
  readonly id?: string;
  readonly content: Content | string;
  readonly parent?: Message["header"];
  readonly metadata?: Content;
  readonly buffers?: readonly Uint8Array[];
}

// What is over a socket's mark waits or is dropped; replies and outputs must all arrive, and at once.
const unlimited = { sendHighWaterMark: 0, linger: 1000 };

/** The five channels of a kernel. */
export class Server {
  readonly #connection: Connection;
  readonly #routers = {
    shell: new Router(unlimited),
    control: new Router(unlimited),
    // A question to who is not there yet is an error here, and not lost.
    stdin: new Router({ ...unlimited, mandatory: true }),
  };
  // It tells of every subscriber.
  readonly #output = new XPublisher({ ...unlimited, verbosity: "allSubs" });
  readonly #heartbeat = new Reply();
  readonly #outboxes: Record<Channel, Outbox>;
  readonly #outputs = new Outbox(this.#output);

  constructor(connection: Connection) {
    this.#connection = connection;
    const { shell, control, stdin } = this.#routers;
    this.#outboxes = { shell: new Outbox(shell), control: new Outbox(control), stdin: new Outbox(stdin) };
  }

  /** Binds the channels and hands each message to `receive`. */
  async listen(receive: (channel: Channel, message: Message) => void): Promise<void> {
    const { shell_port, iopub_port, stdin_port, control_port, hb_port } = this.#connection;
    const { shell, control, stdin } = this.#routers;
    await Promise.all([
      this.#output.bind(address(this.#connection, iopub_port)),
      stdin.bind(address(this.#connection, stdin_port)),
      control.bind(address(this.#connection, control_port)),
      this.#heartbeat.bind(address(this.#connection, hb_port)),
    ]);
    await shell.bind(address(this.#connection, shell_port));
    for (const channel of ["shell", "control", "stdin"] as const) void this.#receive(channel, receive);
    void this.#echo();
    void this.#welcome();
  }

  /** Answers a request on the channel it came by. */
  reply(channel: Channel, request: Pick<Message, "identities" | "header">, content: Content | string): void {
    const type = request.header.msg_type.replace(/_request$/, "_reply");
    this.send(channel, { type, content, parent: request.header }, request.identities);
  }

  /** Sends a message to one front end. */
  send(channel: Channel, message: Published, identities: readonly Uint8Array[]): void {
    this.#outboxes[channel].send(encodeMessage({ ...message, identities }, this.#connection.key));
  }

  /**
   * Sends a question to one front end: some listen for them only after they sent the first cell.
   *
   * @returns whether it listens
   */
  async ask(message: Published, identities: readonly Uint8Array[]): Promise<boolean> {
    try {
      await this.#routers.stdin.send(encodeMessage({ ...message, identities }, this.#connection.key));
      return true;
    } catch {
      return false;
    }
  }

  /** Publishes a message for every front end. */
  publish(message: Published, topic = `kernel.${message.type}`): void {
    const identities = [Buffer.from(topic)];
    this.#outputs.send(encodeMessage({ ...message, identities }, this.#connection.key));
  }

  /** Closes the channels once what was sent is out. */
  async close(): Promise<void> {
    await Promise.all([...Object.values(this.#outboxes), this.#outputs].map((outbox) => outbox.empty()));
    for (const socket of [...Object.values(this.#routers), this.#output, this.#heartbeat]) socket.close();
  }

  async #receive(channel: Channel, receive: (channel: Channel, message: Message) => void): Promise<void> {
    for await (const frames of this.#routers[channel]) {
      try {
        receive(channel, decodeMessage(frames, this.#connection.key));
      } catch (error) {
        process.stderr.write(`${String(error)}\n`);
      }
    }
  }

  async #echo(): Promise<void> {
    for await (const frames of this.#heartbeat) await this.#heartbeat.send(frames);
  }

  /** Tells each subscriber, as JEP 65 wants, that from now on it misses nothing. */
  async #welcome(): Promise<void> {
    for await (const [frame] of this.#output) {
      if (frame[0] !== 1) continue;
      const subscription = frame.subarray(1).toString();
      this.publish({ type: "iopub_welcome", content: { subscription } }, subscription);
    }
  }
}
