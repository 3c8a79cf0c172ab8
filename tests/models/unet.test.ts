import test from "node:test";
import { unet } from "../../src/models";
import { assertEqualsKeras } from "./againstKeras";

test("the U-Net equals Keras on the same weights, also where a level has an odd size", () => {
  assertEqualsKeras("unet", (inputShape) => unet({ inputShape, filters: 8, depth: 3 }));
});
