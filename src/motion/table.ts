import { checkOptions, dataFrame, type HasFrame, type Series } from "../core";

/** What of the competition's data the table is made of. */
interface Windows {
  readonly train: Series;
  readonly trainIds: Int32Array;
  readonly labels: Int32Array;
  readonly labelNames: readonly string[];
  readonly test: Series;
  readonly testIds: Int32Array;
  readonly subjects?: Int32Array;
}

/** Options of a competition's `table`. */
export interface TableOptions {
  /** Which windows; default "train". */
  part?: "train" | "test";
}

/** Mean and standard deviation of each channel in each window, in columns. */
function statisticsOf(windows: Series): Record<string, Float32Array> {
  const [count, steps, channels] = windows.shape;
  const columns: Record<string, Float32Array> = {};
  windows.channels.forEach((name, channel) => {
    const mean = new Float32Array(count);
    const deviation = new Float32Array(count);
    for (let window = 0; window < count; window++) {
      const start = window * steps * channels + channel;
      let sum = 0;
      for (let step = 0; step < steps; step++) sum += windows.data[start + step * channels];
      let squares = 0;
      for (let step = 0; step < steps; step++)
        squares += (windows.data[start + step * channels] - sum / steps) ** 2;
      mean[window] = sum / steps;
      deviation[window] = Math.sqrt(squares / steps);
    }
    columns[`${name}.mean`] = mean;
    columns[`${name}.deviation`] = deviation;
  });
  return columns;
}

/**
 * The windows as a danfojs frame, one row each: `id`, `label`, `name` and, where the person is known, `subject` of the
 * training windows; mean and standard deviation of every channel.
 *
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if the part is another
 */
export function tableOf(data: Windows, options: TableOptions = {}): ReturnType<HasFrame["toFrame"]> {
  checkOptions(options, { part: ["train", "test"] }, { action: "make a table of windows" });
  if (options.part === "test") return dataFrame({ id: data.testIds, ...statisticsOf(data.test) });
  return dataFrame({
    id: data.trainIds,
    label: data.labels,
    name: Array.from(data.labels, (label) => data.labelNames[label]),
    ...(data.subjects && { subject: data.subjects }),
    ...statisticsOf(data.train),
  });
}
