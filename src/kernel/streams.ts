type Write = typeof process.stdout.write;

const interval = 50;

/** Sends what the process writes to its standard streams to the notebook, gathered but never out of order. */
export class Streams {
  readonly #publish: (name: "stdout" | "stderr", text: string) => void;
  #name: "stdout" | "stderr" = "stdout";
  #text = "";
  #sent = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(publish: (name: "stdout" | "stderr", text: string) => void) {
    this.#publish = publish;
  }

  /** Takes the streams over. */
  capture(): void {
    process.stdout.write = this.#writer("stdout");
    process.stderr.write = this.#writer("stderr");
  }

  /** Publishes what is gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    this.#sent = performance.now();
    this.#publish(this.#name, text);
  }

  #writer(name: "stdout" | "stderr"): Write {
    const decoder = new TextDecoder();
    const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      this.#add(name, typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
      const done = rest.find((argument) => typeof argument === "function");
      if (done) queueMicrotask(done as () => void);
      return true;
    };
    return write as Write;
  }

  #add(name: "stdout" | "stderr", text: string): void {
    if (name !== this.#name) this.flush();
    this.#name = name;
    this.#text += text;
    // At once after a pause, so that a synchronous loop shows its lines; no timer would fire in it.
    if (performance.now() - this.#sent >= interval) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), interval);
  }
}
