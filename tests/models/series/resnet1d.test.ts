import test from "node:test";
import { resnet1d } from "../../../src/models";
import { assertEqualsKeras } from "../againstKeras";

test("the residual network for series equals Keras on the same weights, forwards and backwards", () => {
  assertEqualsKeras("resnet1d", (inputShape) => resnet1d({ inputShape, classes: 61 }));
});
