import test from "node:test";
import { motionConv1d } from "../../../src/models";
import { assertEqualsKeras } from "../againstKeras";

test("the submitted motion network equals Keras on the same weights, forwards and backwards", () => {
  assertEqualsKeras("motionConv1d", (inputShape) =>
    motionConv1d({ inputShape, classes: 61, roll: "none", dropout: { channels: 0, units: 0 } }),
  );
});
