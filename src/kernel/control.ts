import { Session } from "node:inspector";
import { parentPort, workerData } from "node:worker_threads";
import { Reply, Router } from "zeromq";
import { phases } from "./phases";
import { rejection } from "./requests";
import { address, type Connection, decodeMessage, encodeMessage } from "./wire/wire";

/** What the control thread is started with. */
export interface ControlData {
  readonly connection: Connection;
  /** The content of `kernel_info_reply`. */
  readonly information: Record<string, unknown>;
  /** Two counters: interrupts sent by this thread, interrupts seen by the main thread. */
  readonly interrupts: Int32Array;
  /** What the main thread is doing: one of `phases`. */
  readonly phase: Int32Array;
}

/** What the control thread tells the main thread. */
export type ControlMessage =
  | { type: "ready" }
  | { type: "interrupt" }
  | { type: "broken" }
  | { type: "shutdown"; restart: boolean };

/** Time that the main thread has to end the process after a shutdown, in milliseconds. */
const shutdownGrace = 4000;

/**
 * The control channel and the heartbeat, on a thread of their own: they answer while the main thread runs a
 * synchronous loop or a long native call, so that interrupt and restart always work and the kernel never looks dead.
 */
async function main(): Promise<void> {
  const { connection, information } = workerData as ControlData;
  const control = new Router({ linger: 500 });
  const heartbeat = new Reply();
  await control.bind(address(connection, connection.control_port));
  await heartbeat.bind(address(connection, connection.hb_port));
  tell({ type: "ready" });
  leaveWithParent();
  void echo(heartbeat);
  // Sockets that are open when their thread ends bring the process down.
  parentPort?.once("message", () => {
    control.close();
    heartbeat.close();
    setTimeout(() => process.exit(), 20);
  });

  for await (const frames of control) {
    try {
      const request = decodeMessage(frames, connection.key);
      const content = answer(request.header.msg_type, request.content);
      if (content === undefined) continue;
      const { identities, header: parent } = request;
      const type = request.header.msg_type.replace(/_request$/, "_reply");
      await control.send(encodeMessage({ type, content, parent, identities }, connection.key));
    } catch (error) {
      process.stderr.write(`${String(error)}\n`);
    }
  }

  function answer(type: string, content: Record<string, unknown>): Record<string, unknown> | undefined {
    switch (type) {
      case "kernel_info_request":
        return information;
      case "interrupt_request":
        interrupt(workerData as ControlData);
        return { status: "ok" };
      case "shutdown_request": {
        const restart = content.restart === true;
        tell({ type: "shutdown", restart });
        // The main thread may be in a loop that never ends.
        setTimeout(() => process.kill(process.pid, "SIGKILL"), shutdownGrace);
        return { status: "ok", restart };
      }
      default:
        return rejection(type);
    }
  }
}

function tell(message: ControlMessage): void {
  parentPort?.postMessage(message);
}

/**
 * The first interrupt aborts the cell's signal, or breaks its synchronous start by a SIGINT. No signal at other times:
 * Node forgets one that comes while code is loaded. If the main thread has not seen that interrupt when the next
 * comes, it is stuck in synchronous code, which is broken from here.
 */
function interrupt({ interrupts, phase }: ControlData): void {
  const unseen = Atomics.load(interrupts, 0) > Atomics.load(interrupts, 1);
  const now = Atomics.load(phase, 0);
  Atomics.add(interrupts, 0, 1);
  if (unseen && now !== phases.loading) {
    const inspector = new Session();
    inspector.connectToMainThread();
    inspector.post("Runtime.terminateExecution", () => {
      inspector.disconnect();
      tell({ type: "broken" });
    });
    return;
  }
  if (now === phases.synchronous) process.kill(process.pid, "SIGINT");
  tell({ type: "interrupt" });
}

/** Ends the kernel when the process that started it is gone. */
function leaveWithParent(): void {
  if (!process.env.JPY_PARENT_PID) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, 2000);
}

async function echo(heartbeat: Reply): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

void main();
