import { randomUUID } from "node:crypto";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { slots } from "../breaking";
import { DescriptorOutput } from "./descriptorOutput";
import { Interrupter } from "./interrupter";
import { type AskedQuestion, OpenQuestions } from "./openQuestions";
import { failure, rejection } from "./rejection";
import { type Channel, type Published, Server } from "./server";
import type { Connection, Content, Header, Message } from "./wire";

/** What the wire's thread is started with. */
export interface WireData {
  readonly connection: Connection;
  /** The content of `kernel_info_reply`. */
  readonly information: Content;
  /** What both threads know of interrupts: see `slots`. */
  readonly slots: Int32Array;
  /** What reads descriptors 1 and 2, if anything does. */
  readonly descriptors?: { readonly stdout: number; readonly stderr: number };
  /** Where answers go, so that the main thread can wait for one. */
  readonly answers: MessagePort;
}

/** What the wire's thread tells the main thread. */
export type FromWire =
  | { readonly type: "ready" }
  | { readonly type: "request"; readonly message: Message }
  /** A front end asked who this is. */
  | { readonly type: "met" }
  | { readonly type: "interrupt"; readonly press: number; readonly cell: number }
  | { readonly type: "broken"; readonly cell: number }
  /** Text for Jupyter's own log. */
  | { readonly type: "log"; readonly text: string }
  | { readonly type: "shutdown"; readonly restart: boolean };

/** What the main thread tells the wire's; contents are JSON. */
export type ToWire =
  | { readonly type: "publish"; readonly message: Published }
  | {
      readonly type: "reply";
      readonly request: Pick<Message, "identities" | "header">;
      readonly content: string;
    }
  | { readonly type: "cell"; readonly request: Header | undefined }
  | { readonly type: "ask"; readonly question: AskedQuestion }
  | { readonly type: "forget"; readonly id: number }
  | { readonly type: "close" };

/** Time that the main thread has to end the process after a shutdown, in milliseconds. */
const shutdownGrace = 4000;

/**
 * The channels, on a thread of their own: interrupts, restarts, the heartbeat and the question who this is are
 * answered while the main thread runs a synchronous loop or a long native call, and nothing of them is lost where code
 * on the main thread is broken.
 */
async function main(): Promise<void> {
  const { connection, information, slots: shared, answers, descriptors } = workerData as WireData;
  const server = new Server(connection);
  const interrupter = new Interrupter(shared, (cell) => tell({ type: "broken", cell }));
  /** The requests of cells that run. */
  const running = new Map<string, Header>();
  const questions = new OpenQuestions(server, (id, value) => {
    answers.postMessage({ id, value });
    wake();
  });

  const written = new DescriptorOutput(descriptors, {
    publish: (name, text, parent) => publish({ type: "stream", content: { name, text }, parent }),
    log: (text) => tell({ type: "log", text }),
  });

  parentPort?.on("message", (order: ToWire) => {
    // What was written before goes first.
    written.drain();
    if (order.type === "cell") written.setCell(order.request);
    if (order.type === "publish") publish(order.message);
    if (order.type === "reply") {
      written.end(order.request.header);
      questions.forgetThoseOf(order.request.header);
      server.reply("shell", order.request, order.content);
    }
    if (order.type === "ask") questions.ask(order.question);
    if (order.type === "forget") questions.forget(order.id);
    Atomics.sub(shared, slots.pending, 1);
    Atomics.notify(shared, slots.pending);
    // Sockets that are open when their thread ends bring the process down.
    if (order.type === "close") void server.close().then(() => setTimeout(() => process.exit(), 20));
  });
  const subshells = new Set<string>();
  await server.listen(receive);
  publish({ type: "status", content: { execution_state: "starting" } });
  tell({ type: "ready" });
  leaveWithParent();

  /** Wakes the main thread where it waits for an answer. */
  function wake(): void {
    Atomics.add(shared, slots.news, 1);
    Atomics.notify(shared, slots.news);
  }

  function receive(channel: Channel, message: Message): void {
    if (channel === "stdin") {
      questions.receive(message);
      return;
    }
    const { msg_type: type, subshell_id: subshell } = message.header;
    const isUnknown = channel === "shell" && typeof subshell === "string" && !subshells.has(subshell);
    const content = isUnknown ? unknownSubshell(subshell) : answer(channel, type, message.content);
    if (content) {
      status("busy", message.header);
      server.reply(channel, message, content);
      status("idle", message.header);
      if (type === "kernel_info_request") tell({ type: "met" });
    } else if (channel === "shell") {
      tell({ type: "request", message });
    }
  }

  function answer(channel: Channel, type: string, content: Content): Content | undefined {
    switch (type) {
      case "kernel_info_request":
        return information;
      // Some versions of VS Code send it by the shell.
      case "interrupt_request":
        tell({ type: "interrupt", ...interrupter.press() });
        wake();
        return { status: "ok" };
      case "shutdown_request": {
        const restart = content.restart === true;
        tell({ type: "shutdown", restart });
        // It goes on where it waits for an answer.
        if (Atomics.load(shared, slots.asking)) Atomics.add(shared, slots.presses, 1);
        wake();
        // The main thread may be in a loop that never ends.
        setTimeout(() => process.kill(process.pid, "SIGKILL"), shutdownGrace);
        return { status: "ok", restart };
      }
      case "create_subshell_request": {
        const subshell_id = randomUUID();
        subshells.add(subshell_id);
        return { status: "ok", subshell_id };
      }
      case "list_subshell_request":
        return { status: "ok", subshell_id: [...subshells] };
      case "delete_subshell_request":
        if (!subshells.delete(String(content.subshell_id))) return unknownSubshell(content.subshell_id);
        return { status: "ok" };
      default:
        return channel === "control" ? rejection(type) : undefined;
    }
  }

  function publish(message: Published): void {
    server.publish(message);
    const { type, parent, content } = message;
    if (type !== "status" || !parent) return;
    const isBusy = String(content).includes('"busy"');
    if (isBusy && parent.msg_type === "execute_request") running.set(parent.msg_id, parent);
    if (isBusy) return;
    running.delete(parent.msg_id);
    // Front ends show the last status they saw, whosever it was.
    const [other] = running.values();
    if (other) status("busy", other);
  }

  function status(state: "busy" | "idle", parent: Header): void {
    publish({ type: "status", content: `{"execution_state":"${state}"}`, parent });
  }
}

function unknownSubshell(id: unknown): Content {
  return failure(`Cannot find subshell: one that was created and not deleted is required, got ${id}`);
}

function tell(message: FromWire): void {
  parentPort?.postMessage(message);
}

/** Ends the kernel when the process that started it is gone. */
function leaveWithParent(): void {
  if (!process.env.JPY_PARENT_PID) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, 2000);
}

void main();
