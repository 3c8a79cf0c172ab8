import { randomUUID } from "node:crypto";
import type { Callback, DrawCurves, FitContext } from "../types";

/** Where the kernel puts the function that shows a value in the notebook; the same `id` replaces what it showed. */
export const displayKey = Symbol.for("podium.display");

/** Shows a value under a name; settles when it is shown. */
export type DisplaySink = (value: unknown, options: { id: string }) => Promise<void>;

/** Options of {@link liveCurves}. */
export interface LiveCurvesOptions {
  /** Makes the figure of all trainings so far, such as `plot.foldCurves`. */
  draw: DrawCurves;
  /** One name a training; `training 1`, `training 2`, … by default. */
  names?: readonly string[];
  /** Least milliseconds between two drawings (default 1000). */
  interval?: number;
}

/**
 * Shows loss and metrics while they come: one figure in the notebook that grows with each epoch, all trainings that
 * the callback sees together, such as the folds of a cross-validation. Outside of a notebook it shows nothing.
 *
 * @param options `draw`: makes the figure; `names`: of the trainings; `interval`: least milliseconds between drawings
 *   (default 1000)
 * @example
 * const curves = liveCurves({ draw: plot.foldCurves });
 * const estimator = network({ model: () => model, fit: { ...options, callbacks: [curves] } });
 */
export function liveCurves(options: LiveCurvesOptions): Callback {
  const { draw, names = [], interval = 1000 } = options;
  const id = `curves-${randomUUID()}`;
  const histories: Parameters<DrawCurves>[0] = [];
  let busy = false;
  let queue = Promise.resolve();
  let drawn = Number.NEGATIVE_INFINITY;

  /** Draws after what is drawn now; a figure that fails ends no training. */
  function show(sink: DisplaySink, present: number | undefined): void {
    const state = {
      present,
      names: histories.map((_, index) => names[index] ?? `training ${index + 1}`),
      image: present === undefined,
    };
    const soFar = [...histories];
    drawn = performance.now();
    busy = true;
    queue = queue
      .then(() => sink(draw(soFar, state), { id }))
      .catch((error) => console.warn(`Cannot show the curves: ${(error as Error).message}`))
      .then(() => {
        busy = false;
      });
  }

  function sinkOf(): DisplaySink | undefined {
    return (globalThis as { [displayKey]?: DisplaySink })[displayKey];
  }

  /** A copy: the history grows on. */
  function remember(context: FitContext): void {
    histories[histories.length - 1] = { logs: structuredClone(context.history) };
  }

  return {
    name: "liveCurves",
    config: null,
    onTrainBegin(context) {
      histories.push({ logs: {} });
      remember(context);
    },
    onEpochEnd(context) {
      remember(context);
      const sink = sinkOf();
      if (sink && !busy && performance.now() - drawn >= interval) show(sink, histories.length - 1);
    },
    async onTrainEnd() {
      const sink = sinkOf();
      if (Object.keys(histories[histories.length - 1].logs).length === 0) {
        histories.pop();
        return;
      }
      if (sink) show(sink, undefined);
      await queue;
    },
  };
}
