import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { readPieceLines } from "./pieces";
import type { ParsedRows, RowParser } from "./rowParser";
import { isCompressed, PIECE } from "./stream";

/** What the other thread is asked to do. */
export interface ParseTask {
  readonly task: number;
  readonly path: string;
  readonly header: readonly string[];
  readonly slots: Int32Array;
  readonly width: number;
  /** Number of the last piece; the first, 0, is never asked for. */
  readonly lastPiece: number;
  /** How many pieces are taken, in one shared int32. */
  readonly taken: Int32Array;
}

/** What it answers for a piece; without rows where one of them takes the careful parser or is wrong. */
export interface ParseAnswer {
  readonly task: number;
  readonly piece: number;
  readonly parsed?: ParsedRows;
}

/** Rows of one piece of the file. */
export interface Part {
  /** Where the piece ends in the file. */
  readonly position: number;
  /** The rows, where the other thread could parse them. */
  readonly parsed?: ParsedRows;
  /** Reads the piece's lines, for them to be parsed here. */
  read(): Promise<Uint8Array>;
}

/** A second thread that parses a file from its end on, while the first one does from its beginning. */
export interface SecondParser {
  /** Takes the next piece for the first thread; false if the second one has it. */
  claim(): boolean;
  /** The second thread's pieces, in the file's order. */
  parts(): AsyncGenerator<Part>;
  /** Stops it. */
  end(): void;
}

/** Pieces from which on a second thread is worth its start. */
const LEAST_PIECES = 6;
/** Milliseconds after which an idle thread is let go. */
const IDLE = 10_000;

let worker: Worker | undefined;
let idle: NodeJS.Timeout | undefined;
let isBroken = false;
let tasks = 0;

function startWorker(): Worker {
  const file = require.resolve("./parseWorker");
  // From sources, as tests run, the thread has to learn TypeScript first.
  const files = file.endsWith(".ts") ? [require.resolve("tsx/cjs"), file] : [file];
  const started = new Worker(`for (const file of ${JSON.stringify(files)}) require(file);`, { eval: true });
  const forget = () => {
    if (worker === started) worker = undefined;
  };
  // One that fails is not to end the process, nor to be tried again.
  return started.on("exit", forget).on("error", () => {
    isBroken = true;
    forget();
  });
}

/** Takes a piece if one is left. */
export function takePiece(taken: Int32Array, lastPiece: number): boolean {
  return Atomics.add(taken, 0, 1) < lastPiece;
}

/**
 * Lets a second thread parse a large plain file from its end on.
 *
 * @param path the file
 * @param options `size`: its size; `parser`: tells the columns
 * @returns `undefined` where the file is small or compressed, or there is one processor
 */
export function beginSecondParser(
  path: string,
  options: { size: number; parser: RowParser },
): SecondParser | undefined {
  const { size, parser } = options;
  const lastPiece = Math.ceil(size / PIECE) - 1;
  if (isBroken || availableParallelism() < 2 || isCompressed(path) || lastPiece < LEAST_PIECES)
    return undefined;
  clearTimeout(idle);
  worker ??= startWorker();
  const current = worker;
  current.unref();
  const task = tasks++;
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const answers = new Map<number, ParsedRows | undefined>();
  let claimed = 0;
  let isGone = false;
  let wake = () => {};
  const onMessage = (answer: ParseAnswer) => {
    if (answer.task !== task) return;
    answers.set(answer.piece, answer.parsed);
    wake();
  };
  // Without the other thread its pieces are parsed here.
  const onGone = () => {
    isGone = true;
    wake();
  };
  current.on("message", onMessage).on("error", onGone).on("exit", onGone);
  const { header, slots, width } = parser;
  current.postMessage({ task, path, header, slots, width, lastPiece, taken } satisfies ParseTask);
  return {
    claim() {
      const isOurs = takePiece(taken, lastPiece);
      if (isOurs) claimed++;
      return isOurs;
    },
    async *parts() {
      current.ref();
      for (let piece = claimed + 1; piece <= lastPiece; piece++) {
        while (!answers.has(piece) && !isGone) await new Promise<void>((resolve) => (wake = resolve));
        const position = Math.min(size, (piece + 1) * PIECE);
        yield { position, parsed: answers.get(piece), read: () => readPieceLines(path, piece) };
        answers.delete(piece);
      }
    },
    end() {
      Atomics.store(taken, 0, lastPiece);
      current.off("message", onMessage).off("error", onGone).off("exit", onGone);
      current.unref();
      clearTimeout(idle);
      idle = setTimeout(() => {
        if (worker === current) worker = undefined;
        void current.terminate();
      }, IDLE).unref();
    },
  };
}
