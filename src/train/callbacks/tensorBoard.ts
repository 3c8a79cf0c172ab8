import path from "node:path";
import type { Logs } from "../../core/estimator";
import type { Callback, FitContext } from "../types";
import { EventFile } from "./eventFile";

/** Settings of {@link tensorBoard}. */
export interface TensorBoardOptions {
  /** Updates between two points of the running loss and metrics (`batch_…`). Default: only epochs are written. */
  every?: number;
}

/**
 * Writes loss and metrics for TensorBoard: an epoch's under `train` and `validation` as `epoch_loss` and so on, by
 * epoch.
 *
 * Source: Keras 3 `TensorBoard` (the same folders and tags).
 *
 * @param directory where to write; made where it is lacking
 * @throws {RangeError} if `every` is not a whole number above 0
 * @example
 * await fit(model, { x, y }, { ...options, callbacks: [tensorBoard("runs/a/tensorboard")] });
 */
export function tensorBoard(directory: string, options: TensorBoardOptions = {}): Callback {
  const { every } = options;
  if (every !== undefined && !(Number.isInteger(every) && every > 0)) {
    throw new RangeError(`Cannot write for TensorBoard: every must be a whole number above 0, got ${every}`);
  }
  const files = new Map<string, EventFile>();
  let written = 0;

  function write(folder: string, step: number, scalars: Record<string, number>): void {
    if (Object.keys(scalars).length === 0) return;
    let file = files.get(folder);
    if (!file) {
      file = new EventFile(path.join(directory, folder));
      files.set(folder, file);
    }
    file.write({ time: Date.now() / 1000, step, scalars });
  }
  function tagged(prefix: string, logs: Logs, accepts: (name: string) => boolean): Record<string, number> {
    return Object.fromEntries(
      Object.entries(logs)
        .filter(([name]) => accepts(name))
        .map(([name, value]) => [`${prefix}_${name.replace(/^val_/, "")}`, value]),
    );
  }
  return {
    name: "tensorBoard",
    config: null,
    onTrainBegin(context) {
      written = context.step;
    },
    onProgress(context: FitContext, logs: Logs) {
      if (every === undefined || context.step - written < every) return;
      written = context.step;
      write(
        "train",
        context.step,
        tagged("batch", logs, () => true),
      );
    },
    onEpochEnd(context, logs) {
      const isValidation = (name: string) => name.startsWith("val_");
      write(
        "train",
        context.epoch - 1,
        tagged("epoch", logs, (name) => !isValidation(name)),
      );
      write("validation", context.epoch - 1, tagged("epoch", logs, isValidation));
    },
    onTrainEnd() {
      for (const file of files.values()) file.close();
      files.clear();
    },
  };
}
