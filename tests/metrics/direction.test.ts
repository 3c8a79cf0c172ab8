import assert from "node:assert/strict";
import test from "node:test";
import { directionOf } from "../../src/metrics/direction";

test("the library's own numbers have a direction, and no other name is guessed", () => {
  for (const name of ["loss", "val_mae", "MAE / CSI", "val_sparseCategoricalCrossEntropy"]) {
    assert.equal(directionOf(name), "min");
  }
  for (const name of ["accuracy", "val_acc", "top5", "val_auc", "CSI", "macroF1"]) {
    assert.equal(directionOf(name), "max");
  }
  // Guesses from names: keras-team/keras#18798, #11964, tensorflow/addons#1865, tensorflow/tensorflow#39779.
  for (const name of [
    "val_score",
    "score",
    "val_cohen_kappa",
    "inaccuracy",
    "ssim",
    "bias",
    "auc_loss",
    "",
  ]) {
    assert.equal(directionOf(name), undefined, name);
  }
});
