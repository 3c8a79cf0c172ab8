import type { Series } from "../../core/series";
import { tf, withRandomState } from "../../engine";
import { atEpoch, type BatchTransform } from "../../engine/batchTransform";

/** Options of {@link preview}. */
export interface PreviewOptions {
  /** Seed of what is drawn; default 0. */
  seed?: number;
  /** Epoch, from 0, that schedules are asked for; default 0. */
  epoch?: number;
  /** Class numbers or shares of the windows, where the augmentation looks at them; default all 0. */
  labels?: Int32Array;
}

/**
 * What an augmentation of the training step makes of windows, to be looked at: `plot.compareTraces(windows,
 * augment.graph.preview(windows, augmentation))`.
 *
 * @param source windows `[windows, steps, channels]`, taken for one batch
 * @returns float32 windows of the same shape and channels
 * @throws {RangeError} as the augmentation does, or if it changes the windows' shape
 * @example
 * const rolled = preview(windows, augment.graph.rollSeries(), { seed: 1 });
 */
export function preview(source: Series, augmentation: BatchTransform, options: PreviewOptions = {}): Series {
  const { seed = 0, epoch = 0, labels = new Int32Array(source.shape[0]) } = options;
  const data = tf.tidy(() => {
    const x = tf.tensor3d(source.data, [...source.shape]);
    const y = tf.tensor1d(labels, "int32");
    const after = withRandomState({ seed, step: 0 }, () => atEpoch(epoch, () => augmentation({ x, y }))).x;
    if (after.shape.join() !== source.shape.join()) {
      throw new RangeError(
        `Cannot preview the augmentation: it must keep the shape [${source.shape}], got [${after.shape}]`,
      );
    }
    return after.dataSync() as Float32Array;
  });
  return { ...source, data };
}
