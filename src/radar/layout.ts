/** Rows and columns of a frame. */
export const extent = 120;

/** Minutes between two frames. */
export const minutesBetween = 10;

/** Frames of a training sample: 30, 20 and 10 minutes before, now, and 10 minutes after. */
export const trainTimes = 5;

/** Frames of a test sample: the same without the last. */
export const testTimes = 4;

/** The competition's parts; each may also lie packed, as `.tar.gz`, `.tgz` or `.tar`. */
export const parts = { train: "train", test: "test" } as const;

/** The competition's template of a submission; it may also lie compressed, with `.gz` behind its name. */
export const templateName = "sample_submission.csv";

/**
 * Name of a sample's file.
 *
 * @example
 * sampleName("train", 7); // "train_00007.npy"
 */
export function sampleName(part: "train" | "test", index: number): string {
  return `${part}_${String(index).padStart(5, "0")}.npy`;
}
