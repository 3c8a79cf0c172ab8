import test from "node:test";
import { convRnn, gruPoolGru, stackedRnn, twoPathRnnConv } from "../../src/models";
import { assertEqualsKeras } from "./againstKeras";

const classes = 61;

for (const cell of ["lstm", "gru"] as const) {
  test(`stacked ${cell} layers equal Keras on the same weights, forwards and backwards`, () => {
    assertEqualsKeras(`stackedRnn ${cell}`, (inputShape) =>
      stackedRnn({
        inputShape,
        classes,
        cell,
        recurrentUnits: [12, 10],
        dropout: { recurrent: 0, units: 0 },
      }),
    );
  });
}

test("convolutions and GRU in turn equal Keras on the same weights", () => {
  assertEqualsKeras("convRnn", (inputShape) =>
    convRnn({ inputShape, classes, filters: [8, 12], dropout: { channels: 0, units: 0 } }),
  );
});

test("a recurrent path beside a convolutional one equals Keras on the same weights", () => {
  assertEqualsKeras("twoPathRnnConv", (inputShape) =>
    twoPathRnnConv({
      inputShape,
      classes,
      filters: 16,
      recurrentUnits: [8, 7],
      dropout: { channels: 0, units: 0 },
    }),
  );
});

test("the winner's network equals Keras on the same weights", () => {
  assertEqualsKeras("gruPoolGru", (inputShape) => gruPoolGru({ inputShape, classes, units: [16, 10] }));
});
