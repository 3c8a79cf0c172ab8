import test from "node:test";
import { conv1d } from "../../../src/models";
import { assertEqualsKeras } from "../againstKeras";

test("the small Conv1D equals Keras on the same weights, forwards and backwards", () => {
  assertEqualsKeras("conv1d", (inputShape) => conv1d({ inputShape, classes: 61, dropout: 0 }));
});
