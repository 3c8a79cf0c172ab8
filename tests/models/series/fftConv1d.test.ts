import test from "node:test";
import { fftConv1d } from "../../../src/models";
import { assertEqualsKeras } from "../againstKeras";

test("the runner-up's network equals Keras on the same weights, forwards and backwards", () => {
  assertEqualsKeras("fftConv1d", (inputShape) => fftConv1d({ inputShape, classes: 61, dropout: [0, 0, 0] }));
});
