import { setTimeout as pause } from "node:timers/promises";

/** A message in frames. */
export type Frames = (Uint8Array | string)[];

/** What takes messages one at a time: it throws, or rejects, while the one before is under way. */
export interface Sink {
  send(frames: Frames): Promise<void>;
}

/** Milliseconds until a busy socket is tried again. */
const retry = 2;
/** Most milliseconds that closing waits for messages to leave. */
const patience = 1000;

function isBusy(error: unknown): boolean {
  return (error as { code?: string } | undefined)?.code === "EBUSY" || /busy/i.test(String(error));
}

/**
 * Hands messages to a socket in order, each at once where the socket is free. While it is busy with a message that
 * could not leave at once, later ones wait here: none is lost, and no sender fails.
 */
export class Outbox {
  readonly #sink: Sink;
  readonly #waiting: Frames[] = [];
  #draining: Promise<void> | undefined;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  send(frames: Frames): void {
    if (this.#waiting.length === 0 && this.#try(frames)) return;
    this.#waiting.push(frames);
    this.#draining ??= this.#drain();
  }

  /** Resolves when all messages have left, or after a second. */
  async empty(): Promise<void> {
    if (this.#draining) await Promise.race([this.#draining, pause(patience)]);
  }

  /** Whether the socket took the message. */
  #try(frames: Frames): boolean {
    try {
      // Fails later only where the peer is gone; then there is nobody left to tell.
      this.#sink.send(frames).catch(() => {});
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (this.#try(this.#waiting[0])) this.#waiting.shift();
      else await pause(retry, undefined, { ref: false });
    }
    this.#draining = undefined;
  }
}
