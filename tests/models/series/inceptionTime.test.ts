import test from "node:test";
import { inceptionTime } from "../../../src/models";
import { assertEqualsKeras } from "../againstKeras";

test("InceptionTime equals Keras on the same weights, forwards and backwards", () => {
  assertEqualsKeras("inceptionTime", (inputShape) => inceptionTime({ inputShape, classes: 61 }));
});
