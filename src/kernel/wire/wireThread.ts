import { parentPort, workerData } from "node:worker_threads";
import { slots } from "../breaking";
import { rejection } from "../requests";
import { Interrupter } from "./interrupter";
import { type Channel, type Published, Server } from "./server";
import type { Connection, Content, Header, Message } from "./wire";

/** What the wire's thread is started with. */
export interface WireData {
  readonly connection: Connection;
  /** The content of `kernel_info_reply`. */
  readonly information: Content;
  /** What both threads know of interrupts: see `slots`. */
  readonly slots: Int32Array;
}

/** What the wire's thread tells the main thread. */
export type FromWire =
  | { readonly type: "ready" }
  | { readonly type: "request"; readonly message: Message }
  /** A front end asked who this is. */
  | { readonly type: "met" }
  | { readonly type: "interrupt"; readonly press: number; readonly cell: number }
  | { readonly type: "broken"; readonly cell: number }
  | { readonly type: "shutdown"; readonly restart: boolean };

/** What the main thread tells the wire's; contents are JSON. */
export type ToWire =
  | { readonly type: "publish"; readonly message: Published }
  | {
      readonly type: "reply";
      readonly request: Pick<Message, "identities" | "header">;
      readonly content: string;
    }
  | { readonly type: "close" };

/** Time that the main thread has to end the process after a shutdown, in milliseconds. */
const shutdownGrace = 4000;

/**
 * The channels, on a thread of their own: interrupts, restarts, the heartbeat and the question who this is are
 * answered while the main thread runs a synchronous loop or a long native call, and nothing of them is lost where code
 * on the main thread is broken.
 */
async function main(): Promise<void> {
  const { connection, information, slots: shared } = workerData as WireData;
  const server = new Server(connection);
  const interrupter = new Interrupter(shared, (cell) => tell({ type: "broken", cell }));
  /** The requests of cells that run. */
  const running = new Map<string, Header>();

  parentPort?.on("message", (order: ToWire) => {
    Atomics.sub(shared, slots.pending, 1);
    Atomics.notify(shared, slots.pending);
    if (order.type === "publish") publish(order.message);
    if (order.type === "reply") server.reply("shell", order.request, order.content);
    // Sockets that are open when their thread ends bring the process down.
    if (order.type === "close") void server.close().then(() => setTimeout(() => process.exit(), 20));
  });
  await server.listen(receive);
  publish({ type: "status", content: { execution_state: "starting" } });
  tell({ type: "ready" });
  leaveWithParent();

  function receive(channel: Channel, message: Message): void {
    const type = message.header.msg_type;
    const content = answer(channel, type, message.content);
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
        return { status: "ok" };
      case "shutdown_request": {
        const restart = content.restart === true;
        tell({ type: "shutdown", restart });
        // The main thread may be in a loop that never ends.
        setTimeout(() => process.kill(process.pid, "SIGKILL"), shutdownGrace);
        return { status: "ok", restart };
      }
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
