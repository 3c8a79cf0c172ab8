import { readSync } from "node:fs";
import { Socket } from "node:net";

const mostBytes = 65_536;

/** Reads what arrives at a descriptor, as it comes and on demand. */
export class DescriptorReader {
  readonly #descriptor: number;
  readonly #onText: (text: string) => void;
  readonly #decoder = new TextDecoder();
  readonly #buffer = Buffer.alloc(mostBytes);

  constructor(descriptor: number, onText: (text: string) => void) {
    this.#descriptor = descriptor;
    this.#onText = onText;
    const socket = new Socket({ fd: descriptor, readable: true, writable: false });
    socket.on("data", (bytes) => this.#take(bytes));
    socket.on("error", () => {});
    socket.unref();
  }

  /** Takes all that is there, at once. */
  drain(): void {
    for (;;) {
      let length = 0;
      try {
        length = readSync(this.#descriptor, this.#buffer, 0, mostBytes, null);
      } catch {
        // Nothing is there.
      }
      if (length === 0) return;
      this.#take(this.#buffer.subarray(0, length));
    }
  }

  #take(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    if (text !== "") this.#onText(text);
  }
}
