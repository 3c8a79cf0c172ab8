import test from "node:test";
import { downConvLstmUp } from "../../../src/models";
import { assertEqualsKeras } from "../againstKeras";

test("the network that is recurrent at its smallest equals Keras on the same weights", () => {
  assertEqualsKeras("downConvLstmUp", (inputShape) => downConvLstmUp({ inputShape, filters: 4 }));
});
