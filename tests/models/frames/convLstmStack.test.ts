import test from "node:test";
import { convLstmStack } from "../../../src/models";
import { assertEqualsKeras } from "../againstKeras";

test("the ConvLSTM2D stack equals Keras on the same weights, forwards and backwards", () => {
  assertEqualsKeras("convLstmStack", (inputShape) =>
    convLstmStack({ inputShape, filters: [6, 5], kernelSize: 5 }),
  );
});
