import test from "node:test";
import { rainNet } from "../../../src/models";
import { assertEqualsKeras } from "../againstKeras";

test("RainNet equals Keras on the same weights, forwards and backwards", () => {
  assertEqualsKeras("rainNet", (inputShape) => rainNet({ inputShape, filters: 4, dropout: 0 }));
});
