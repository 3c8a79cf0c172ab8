import test from "node:test";
import { radarTwoPath } from "../../../src/models";
import { assertEqualsKeras } from "../againstKeras";

for (const variant of ["submitted", "intended"] as const) {
  test(`the radar network as ${variant} equals Keras on the same weights, forwards and backwards`, () => {
    assertEqualsKeras(`radarTwoPath ${variant}`, (inputShape) =>
      radarTwoPath({ inputShape, variant, dropout: 0 }),
    );
  });
}

test("the radar network with 16 filters equals Keras on the same weights", () => {
  assertEqualsKeras("radarTwoPath 16 filters", (inputShape) =>
    radarTwoPath({ inputShape, filters: 16, lstmFilters: 4, dropout: 0 }),
  );
});
