import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** A process that ours is measured beside: it answers each line on its standard input with one. */
export class Peer {
  private readonly child: ChildProcess & { stdin: Writable; stdout: Readable };
  private readonly lines: AsyncIterator<string>;

  /** @param options `quiet`: what it says on standard error is dropped; default false */
  constructor(
    private readonly command: readonly [program: string, ...options: string[]],
    options: { quiet?: boolean } = {},
  ) {
    const [program, ...rest] = command;
    this.child = spawn(program, rest, { stdio: ["pipe", "pipe", options.quiet ? "ignore" : "inherit"] });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** The answer to a line, or the next line without having asked. */
  async ask(line?: string): Promise<string> {
    if (line !== undefined) this.child.stdin.write(`${line}\n`);
    const { value, done } = await this.lines.next();
    if (!done) return value;
    throw new Error(`Cannot measure ${this.command.join(" ")}: it ended before it answered ${line ?? ""}`);
  }

  stop(): void {
    this.child.stdin.end();
  }
}

/** A script of the Python that has the peers' packages. */
export function pythonPeer(
  script: string,
  options: { arguments?: readonly string[]; quiet?: boolean } = {},
): Peer {
  const python = process.env.PODIUM_BENCH_PYTHON ?? "python3";
  return new Peer([python, script, ...(options.arguments ?? [])], options);
}
