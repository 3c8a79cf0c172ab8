/** The sensor's channels: acceleration in g, angular rate in degrees per second. */
export const channels = ["acc_x", "acc_y", "acc_z", "gy_x", "gy_y", "gy_z"] as const;

/** Samples a second. */
export const rate = 50;

/** Steps per window: 12 seconds. */
export const steps = 600;

/** The competition's files; each may also lie compressed, with `.gz` behind its name. */
export const fileNames = {
  train: "train_features.csv",
  test: "test_features.csv",
  labels: "train_labels.csv",
  template: "sample_submission.csv",
  /** Not part of the competition: who wore the sensor. */
  subjects: "train_subjects.csv",
} as const;
