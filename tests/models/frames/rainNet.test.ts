import assert from "node:assert/strict";
import test from "node:test";
import { rainNet } from "../../../src/models";
import { assertEqualsKeras } from "../againstKeras";

test("RainNet equals Keras on the same weights, forwards and backwards", () => {
  assertEqualsKeras("rainNet", (inputShape) => rainNet({ inputShape, filters: 4, dropout: 0 }));
});

test("RainNet is as deep as the paper's, or as the frames can be halved", () => {
  const depths = [
    [96, 96, 4],
    [120, 120, 3],
    [120, 96, 3],
    [20, 36, 2],
    [6, 10, 1],
  ];
  for (const [rows, columns, depth] of depths) {
    const model = rainNet({ inputShape: [rows, columns, 4], filters: 1 });
    const pools = model.layers.filter((layer) => layer.getClassName() === "MaxPooling2D");
    assert.equal(pools.length, depth, `${rows} x ${columns}`);
    model.dispose();
  }
  assert.throws(() => rainNet({ inputShape: [7, 8, 4], filters: 1 }), { name: "RangeError" });
});
