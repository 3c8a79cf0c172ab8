import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { startThread, threadsAsked } from "../../core/concurrency";
import type { FrameArray } from "../../core/frames";
import type { ForecastPlan } from "./forecast";

/** Some samples to forecast, in memory of their own. */
export interface ForecastPiece {
  /** Number of the first sample. */
  readonly first: number;
  /** `[samples, rows, columns, times]`. */
  readonly samples: FrameArray;
}

/** What a thread is asked. */
export interface ForecastTask {
  readonly plan: ForecastPlan;
  readonly piece: ForecastPiece;
}

/** What it answers. */
export interface ForecastAnswer {
  readonly first: number;
  readonly count: number;
  /** `[count, rows, columns, steps]`. */
  readonly values: Float32Array;
}

/** Where threads take their work and bring it. */
export interface ForecastWork {
  readonly plan: ForecastPlan;
  /** The next piece; `undefined` when there is no more. */
  take(): ForecastPiece | undefined;
  done(answer: ForecastAnswer): void;
  /** What a thread that failed had taken: its first sample and how many. */
  lost(range: { first: number; count: number }): void;
}

/** Pieces that a thread has at once, so that it need not wait for the next one. */
const AHEAD = 2;

/**
 * The threads to compute in: what `PODIUM_THREADS` says, or one per processor.
 *
 * @throws {RangeError} if `PODIUM_THREADS` is no whole number above 0
 */
export function threadCount(): number {
  return threadsAsked("start threads") ?? availableParallelism();
}

/** Threads that forecast samples; they begin at once and take pieces as long as there are any. */
export class ForecastThreads {
  private readonly workers: Worker[];
  /** What each thread has taken and not yet brought. */
  private readonly taken = new Map<Worker, Map<number, number>>();
  private wake = (): void => {};
  /** What taking work or bringing it failed with, outside of anyone's call. */
  private failure: { readonly error: unknown } | undefined;

  constructor(
    count: number,
    private readonly work: ForecastWork,
  ) {
    this.workers = Array.from({ length: count }, () => this.start());
  }

  /** Whether some thread has work. */
  get busy(): boolean {
    return [...this.taken.values()].some((pieces) => pieces.size > 0);
  }

  /** @throws what taking or bringing work has failed with */
  check(): void {
    if (this.failure) throw this.failure.error;
  }

  /** Waits until a thread has brought or lost something, or the signal is aborted. */
  async changed(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    const change = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    signal?.addEventListener("abort", this.wake);
    await change;
    signal?.removeEventListener("abort", this.wake);
  }

  /** Ends the threads, whatever they are doing. */
  async end(): Promise<void> {
    this.taken.clear();
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private start(): Worker {
    const worker = startThread(require.resolve("./forecastThread"));
    this.taken.set(worker, new Map());
    worker.on("message", (answer: ForecastAnswer) => {
      if (!this.taken.get(worker)?.delete(answer.first)) return;
      this.attempt(() => {
        this.work.done(answer);
        this.feed(worker);
      });
      this.wake();
    });
    // One that fails is not to end the process: whoever takes up its work meets the same failure, or none.
    const forget = (): void => {
      const pieces = this.taken.get(worker);
      this.taken.delete(worker);
      for (const [first, count] of pieces ?? []) this.work.lost({ first, count });
      this.wake();
    };
    worker.on("error", forget).on("exit", forget);
    this.attempt(() => this.feed(worker));
    return worker;
  }

  /** Keeps a failure for {@link check}: thrown in an event it would end the process. */
  private attempt(step: () => void): void {
    if (this.failure) return;
    try {
      step();
    } catch (error) {
      this.failure = { error };
    }
  }

  private feed(worker: Worker): void {
    const { plan, take } = this.work;
    const pieces = this.taken.get(worker)!;
    const size = plan.rows * plan.columns * plan.times;
    while (pieces.size < AHEAD) {
      const piece = take();
      if (!piece) return;
      pieces.set(piece.first, piece.samples.length / size);
      const task: ForecastTask = { plan, piece };
      worker.postMessage(task, [piece.samples.buffer as ArrayBuffer]);
    }
  }
}
