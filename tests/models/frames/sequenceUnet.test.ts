import assert from "node:assert/strict";
import test from "node:test";
import { type SequenceUnetOptions, sequenceUnet } from "../../../src/models";
import { assertEqualsKeras } from "../againstKeras";

const places: NonNullable<SequenceUnetOptions["recurrent"]>[] = ["none", "input", "middle", "throughout"];

for (const recurrent of places) {
  test(`the U-Net over a sequence, recurrent: ${recurrent}, equals Keras on the same weights`, () => {
    assertEqualsKeras(`sequenceUnet ${recurrent}`, (inputShape) =>
      sequenceUnet({ inputShape, recurrent, filters: 4, depth: 2 }),
    );
  });
}

test("an unknown place of recurrence is named with the known ones", () => {
  assert.throws(
    () => sequenceUnet({ inputShape: [8, 8, 4], recurrent: "end" as "none" }),
    /Cannot build a network: recurrent must be none, input, middle or throughout, got end/,
  );
});
