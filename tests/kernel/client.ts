import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Dealer, Subscriber } from "zeromq";

/** One message of the kernel. */
export interface Received {
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies differ by message type
  content: any;
  parent: string;
}

/** What a request brought: its reply and everything published for it, in order. */
export interface Answer {
  reply: Received["content"];
  outputs: Received[];
}

/** A question of the kernel to the person. */
export interface Question {
  readonly prompt: string;
  readonly password: boolean;
  /** The request of the cell that asks. */
  readonly parent: string;
  /** Its own header. */
  readonly header: Record<string, unknown>;
}

/** A request under way. */
export interface Pending {
  readonly id: string;
  readonly answer: Promise<Answer>;
  /** Resolves at the first output that the test accepts. */
  until(accept: (message: Received) => boolean): Promise<Received>;
}

interface Waiting {
  outputs: Received[];
  reply?: Received["content"];
  idle: boolean;
  resolve(answer: Answer): void;
  watchers: { accept(message: Received): boolean; resolve(message: Received): void }[];
}

/** How a client starts its kernel. */
export interface ClientOptions {
  /** Working directory of the kernel (default: the repository). */
  directory?: string;
  environment?: Record<string, string>;
  /** Node's arguments before the connection file (default: the kernel's sources). */
  launcher?: string[];
  /** Whether the client asks for the history, as only consoles do (default false). */
  asksForHistory?: boolean;
  /** Whether it listens for questions only when it is told to (default false). */
  listensLate?: boolean;
}

const delimiter = "<IDS|MSG>";
const root = path.join(__dirname, "..", "..");
const sourceLauncher = [
  "--require",
  require.resolve("tsx/cjs"),
  path.join(root, "src", "kernel", "launcher.ts"),
];

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** A small Jupyter client with a kernel process of its own. */
export class Client {
  readonly process: ChildProcess;
  /** Everything published, whosever it is. */
  readonly published: Received[] = [];
  /** Questions of the kernel, as they came. */
  readonly questions: Question[] = [];
  /** Begins to listen for questions. */
  readonly listen: () => void;
  /** Called with each question (default: nobody answers). */
  onQuestion: (question: Question) => void = () => {};
  /** What the process wrote to its own streams. */
  log = "";
  readonly #key = randomUUID();
  readonly #session = randomUUID();
  // By this name the kernel sends questions to who sent the cell.
  readonly #named = { linger: 0, routingId: this.#session };
  readonly #shell = new Dealer(this.#named);
  readonly #control = new Dealer(this.#named);
  readonly #input = new Dealer(this.#named);
  readonly #output = new Subscriber({ linger: 0 });
  readonly #sending = { shell: Promise.resolve(), control: Promise.resolve() };
  readonly #waiting = new Map<string, Waiting>();
  readonly #folder = mkdtempSync(path.join(tmpdir(), "kernel-"));

  private constructor(
    options: Required<Omit<ClientOptions, "asksForHistory" | "listensLate">>,
    ports: number[],
  ) {
    const file = path.join(this.#folder, "connection.json");
    const [shell_port, iopub_port, stdin_port, control_port, hb_port] = ports;
    const connection = { transport: "tcp", ip: "127.0.0.1", key: this.#key, signature_scheme: "hmac-sha256" };
    writeFileSync(
      file,
      JSON.stringify({ ...connection, shell_port, iopub_port, stdin_port, control_port, hb_port }),
    );
    this.process = spawn(process.execPath, [...options.launcher, file], {
      cwd: options.directory,
      env: { ...process.env, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on("data", (chunk) => {
        this.log += chunk;
      });
    }
    this.#shell.connect(`tcp://127.0.0.1:${shell_port}`);
    this.#control.connect(`tcp://127.0.0.1:${control_port}`);
    this.listen = () => this.#input.connect(`tcp://127.0.0.1:${stdin_port}`);
    this.#output.connect(`tcp://127.0.0.1:${iopub_port}`);
    this.#output.subscribe();
    for (const socket of [this.#shell, this.#control, this.#output]) void this.#listen(socket);
    void this.#listenForQuestions();
  }

  /** Starts a kernel in a directory and waits until its outputs arrive. */
  static async start(options: ClientOptions = {}): Promise<Client> {
    const { directory = root, environment = {}, launcher = sourceLauncher, asksForHistory = false } = options;
    const client = new Client({ directory, environment, launcher }, await freePorts(5));
    if (!options.listensLate) client.listen();
    if (asksForHistory) client.request("history_request", {});
    // A subscriber that connects late misses what was published before.
    for (;;) {
      const pending = client.request("kernel_info_request", {});
      const ready = await Promise.race([pending.answer, new Promise((resolve) => setTimeout(resolve, 500))]);
      if (ready) return client;
    }
  }

  request(
    type: string,
    content: Record<string, unknown>,
    options: {
      channel?: "shell" | "control";
      metadata?: Record<string, unknown>;
      subshell?: string;
      buffers?: Uint8Array[];
    } = {},
  ): Pending {
    const { channel = "shell", metadata = {}, subshell, buffers = [] } = options;
    const id = randomUUID();
    const header = { ...this.#header(id, type), ...(subshell && { subshell_id: subshell }) };
    const frames = [...this.#frames([header, {}, metadata, content]), ...buffers];
    const watchers: Waiting["watchers"] = [];
    const answer = new Promise<Answer>((resolve) => {
      this.#waiting.set(id, { outputs: [], idle: false, resolve, watchers });
    });
    const socket = channel === "shell" ? this.#shell : this.#control;
    // Until the kernel listens a send waits, and a socket takes one at a time.
    this.#sending[channel] = this.#sending[channel].then(() => socket.send(frames));
    return {
      id,
      answer,
      until: (accept) =>
        new Promise((resolve) => {
          const seen = this.#waiting.get(id)?.outputs.find(accept);
          if (seen) resolve(seen);
          else watchers.push({ accept, resolve });
        }),
    };
  }

  /** Sends a cell; `subshell` names the queue that it waits in. */
  send(
    code: string,
    { subshell, ...options }: Record<string, unknown> & { subshell?: string } = {},
    metadata: Record<string, unknown> = {},
  ): Pending {
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
      ...options,
    };
    return this.request("execute_request", content, { metadata, subshell });
  }

  /** Runs a cell to its end. */
  run(code: string, options: Record<string, unknown> = {}): Promise<Answer> {
    return this.send(code, options).answer;
  }

  /**
   * Answers a question of the kernel.
   *
   * @param isNamed whether the answer says to which question, as not all front ends do (default true)
   */
  async reply({ header }: Question, value: string, isNamed = true): Promise<void> {
    const parts = [this.#header(randomUUID(), "input_reply"), isNamed ? header : {}, {}, { value }];
    await this.#input.send(this.#frames(parts));
  }

  /** Interrupts as Jupyter does for kernels with `interrupt_mode: "message"`. */
  async interrupt(): Promise<void> {
    await this.request("interrupt_request", {}, { channel: "control" }).answer;
  }

  /** Ends the kernel, by force if it must. */
  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exit = once(this.process, "exit");
      this.request("shutdown_request", { restart: false }, { channel: "control" });
      const timer = setTimeout(() => this.process.kill("SIGKILL"), 5000);
      await exit;
      clearTimeout(timer);
    }
    for (const socket of [this.#shell, this.#control, this.#output, this.#input]) socket.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #header(id: string, type: string): Record<string, unknown> {
    const date = new Date().toISOString();
    return { msg_id: id, msg_type: type, session: this.#session, username: "test", version: "5.4", date };
  }

  #frames(content: object[]): string[] {
    const parts = content.map((part) => JSON.stringify(part));
    const signature = createHmac("sha256", this.#key).update(parts.join("")).digest("hex");
    return [delimiter, signature, ...parts];
  }

  async #listenForQuestions(): Promise<void> {
    for await (const frames of this.#input) {
      const start = frames.findIndex((frame) => frame.toString() === delimiter);
      const [header, parent, , content] = frames
        .slice(start + 2, start + 6)
        .map((frame) => JSON.parse(frame.toString()));
      const question: Question = { ...content, parent: parent.msg_id, header };
      this.questions.push(question);
      this.onQuestion(question);
    }
  }

  async #listen(socket: Dealer | Subscriber): Promise<void> {
    for await (const frames of socket) {
      const start = frames.findIndex((frame) => frame.toString() === delimiter);
      const [header, parent, , content] = frames
        .slice(start + 2)
        .map((frame) => JSON.parse(frame.toString()));
      const message: Received = { type: header.msg_type, content, parent: parent.msg_id };
      const waiting = this.#waiting.get(message.parent);
      const isReply = socket instanceof Dealer;
      if (!isReply) this.published.push(message);
      if (!waiting) continue;
      if (isReply) waiting.reply = content;
      else if (message.type !== "status") waiting.outputs.push(message);
      else if (content.execution_state === "idle") waiting.idle = true;
      for (const { accept, resolve } of waiting.watchers) if (accept(message)) resolve(message);
      if (!waiting.idle || waiting.reply === undefined) continue;
      this.#waiting.delete(message.parent);
      waiting.resolve({
        reply: waiting.reply,
        outputs: waiting.outputs.filter((m) => m.type !== "execute_input"),
      });
    }
  }
}
