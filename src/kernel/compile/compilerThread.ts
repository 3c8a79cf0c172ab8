import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";
import { CellCompiler, type PastCell } from "./cellCompiler";
import { keepTypeScript } from "./typescript";

/** What the compiler's thread is started with. */
export interface CompilerData {
  /** Declarations of what every cell knows. */
  readonly ambient: string;
  /** Modules that a cell is expected to import. */
  readonly expected: readonly string[];
  /** Cells that ran already, where another thread compiled them. */
  readonly past: readonly PastCell[];
}

/** What the main thread may ask for. */
export type CompilerCalls = Pick<
  CellCompiler,
  "compile" | "end" | "drop" | "declares" | "inspect" | "complete"
>;

export interface CompilerRequest {
  readonly id: number;
  readonly method: keyof CompilerCalls;
  readonly given: unknown[];
}

export type CompilerReply = { readonly id: number } & (
  | { readonly value: unknown }
  | { readonly error: unknown }
);

/** Cells after which what earlier programs left behind is cleaned up; V8 by itself lets hundreds of megabytes lie. */
const cleaningPace = 20;

/**
 * TypeScript on a thread of its own: the main thread loads modules and answers requests while the types are read, and
 * runs cells while the next line is completed.
 */
async function main(): Promise<void> {
  const { ambient, expected, past } = workerData as CompilerData;
  let compiler: CellCompiler | undefined;
  /** Whether a cell has come. */
  let isWarm = false;
  let compiled = 0;
  setFlagsFromString("--expose-gc");
  const cleanUp: () => void = runInNewContext("gc");
  const load = () => {
    if (compiler) return compiler;
    compiler = new CellCompiler(ambient);
    for (const { source, assigned } of past) {
      compiler.compile(source);
      compiler.end(assigned);
    }
    return compiler;
  };

  parentPort?.on("message", ({ id, method, given }: CompilerRequest) => {
    let reply: CompilerReply;
    try {
      const call = load()[method] as (...given: unknown[]) => unknown;
      isWarm ||= method === "compile";
      reply = { id, value: call.apply(load(), given) };
    } catch (error) {
      reply = { id, error };
    }
    parentPort?.postMessage(reply);
    if (method === "end" && ++compiled % cleaningPace === 0) cleanUp();
  });

  // What the first cell needs is made before it comes, piece by piece so that requests get through.
  const pieces = [
    load,
    () => {
      if (isWarm) return;
      load().compile(importsOf(expected));
      load().drop(0);
    },
    keepTypeScript,
  ];
  for (const piece of pieces) {
    await nextTurn();
    try {
      piece();
    } catch {
      // The cell that needs it will say what is wrong.
    }
  }
}

/** A cell that imports these modules and uses them. */
function importsOf(modules: readonly string[]): string {
  const imports = modules.map((name, i) => `import * as expected${i} from ${JSON.stringify(name)};`);
  const uses = modules.map((_, i) => `expected${i};`);
  return [...imports, ...uses].join("\n");
}

void main();
