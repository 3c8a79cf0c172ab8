import test from "node:test";
import { unet } from "../../src/models";
import { assertEqualsKeras } from "./againstKeras";

test("the U-Net equals Keras on the same weights, also where a level has an odd size", () => {
  assertEqualsKeras("unet", (inputShape) => unet({ inputShape, filters: 8, depth: 3 }));
});

test("the U-Net grouped by time step equals Keras's grouped convolutions", () => {
  assertEqualsKeras("unet grouped", (inputShape) =>
    unet({ inputShape, filters: 8, depth: 2, groupByTime: true }),
  );
});

test("the U-Net with attention blocks, gates, mish and a 3 x 3 output equals Keras", () => {
  assertEqualsKeras("unet attention gates mish", (inputShape) =>
    unet({
      inputShape,
      filters: 16,
      depth: 2,
      attention: true,
      gates: true,
      activation: "mish",
      outputKernel: 3,
    }),
  );
});
