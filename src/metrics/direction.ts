/** Which way a number is better. */
export type Direction = "min" | "max";

const directions: Readonly<Record<Direction, readonly string[]>> = {
  min: [
    ...[
      "loss",
      "logLoss",
      "mae",
      "mse",
      "rmse",
      "pixelMae",
      "far",
      "logCosh",
      "huber",
      "focal",
      "MAE",
      "MAE / CSI",
    ],
    ...["meanAbsoluteError", "meanSquaredError", "rootMeanSquareError", "binaryCrossEntropy"],
    ...["categoricalCrossEntropy", "sparseCategoricalCrossEntropy", "log loss"],
  ],
  max: [
    ...["accuracy", "acc", "balancedAccuracy", "auc", "f1", "macroF1", "precision", "recall"],
    ...["pod", "csi", "CSI", "gss", "hss", "fss"],
  ],
};

/**
 * Which way a number of the logs or a score is better, where its name is one that this library gives; of any other name
 * nothing is guessed.
 *
 * @param name such as "val_loss", "auc" or "top5", with or without "val_"
 * @returns `undefined` where only who named it can say
 * @example
 * directionOf("val_accuracy"); // "max"
 */
export function directionOf(name: string): Direction | undefined {
  const plain = name.replace(/^val_/, "");
  if (/^top\d+$/.test(plain) || directions.max.includes(plain)) return "max";
  return directions.min.includes(plain) ? "min" : undefined;
}
