import assert from "node:assert/strict";
import test from "node:test";
import { series } from "../../src/core/series";
import * as plot from "../../src/plot";

const never = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const count = [...never, 0, -1, 0.5, 1e9];
const images = (times: number) => ({
  data: Uint8Array.from({ length: 2 * 16 * times }, (_, i) => i),
  shape: [2, 4, 4, times],
});
const field = { u: new Float32Array(16).fill(1), v: new Float32Array(16) };
const windows = series(new Float32Array(4 * 8 * 2), { steps: 8, channels: ["a_x", "a_y"] });
const labels = { truth: [0, 0, 1, 1], predicted: [0, 1, 1, 0] };
const forecast = { truth: images(1), prediction: images(1) };
const logs = [{ logs: { loss: [2, 1], val_loss: [3, 2] } }];
const matrix = { data: Float64Array.of(1, 0, 2, 1), shape: [2, 2] as const };
const curve = { x: [1, 2], xTitle: "x", yTitle: "y" };

type Call = (options: never) => plot.Figure;
/** Every option of a number's kind of every figure, with the values that it must refuse before it works. */
const table: Record<string, [call: Call, refused: Record<string, readonly unknown[]>]> = {
  animation: [
    (o) => plot.animation(images(2), o),
    { minutes: [...never, 0, -1], delay: [...never, 0, 1e9], sample: [...never, -1, 0.5, 2] },
  ],
  frameRow: [
    (o) => plot.frameRow(images(3), o),
    { sample: [...never, -1, 0.5, 2], high: [...never, -1, 0], titles: [["a"], []] },
  ],
  forecastRows: [
    (o) => plot.forecastRows(images(4), Object.assign({}, forecast, o)),
    { samples: [[], [2], [0.5], Array(51).fill(0)], inputs: [...never, -1, 0.5, 9], minutes: [...never, 0] },
  ],
  worstForecasts: [
    (o) => plot.worstForecasts(images(4), Object.assign({}, forecast, o)),
    { count, inputs: [...never, -1], minutes: [...never, 0] },
  ],
  heatMap: [
    (o) => plot.heatMap(images(2), o),
    {
      times: [[], [2], [-1], [0.5]],
      range: [
        [1, 1],
        [2, 1],
        [0, Number.NaN],
        [Number.NEGATIVE_INFINITY, 1],
      ],
      points: [[{ row: 4, column: 0 }], [{ row: Number.NaN, column: 0 }]],
    },
  ],
  motionField: [
    (o) => plot.motionField({ data: new Uint8Array(16), shape: [4, 4] }, Object.assign({}, field, o)),
    { every: count, stretch: never, u: [[1]], v: [[]] },
  ],
  traces: [(o) => plot.traces(windows, o), { window: [...never, -1, 4, 0.5], channels: [[], ["b"]] }],
  compareTraces: [
    (o) => plot.compareTraces(windows, windows, o),
    { window: [...never, -1, 4], afterWindow: [...never, 4], channels: [[], ["b"]] },
  ],
  confusedPairs: [
    (o) => plot.confusedPairs(windows, Object.assign({}, labels, o)),
    { pairs: [...count, 51], channels: [[], ["b"]], truth: [[0], [0, 0, 1, -1], [0, 0, 1, Number.NaN]] },
  ],
  confusion: [(o) => plot.confusion(matrix as never, o), { names: [["a"], []] }],
  labelCounts: [(o) => plot.labelCounts([0, 1], o), { names: [["a"], []] }],
  foldCurves: [
    (o) => plot.foldCurves(logs, o),
    { metrics: [[], ["mae"]], names: [[], ["a", "b"]], present: [...never, -1, 1, 0.5] },
  ],
  scoreCurves: [(o) => plot.scoreCurves({ a: [1, 2] }, Object.assign({}, curve, o)), { x: [[1], []] }],
  blendWeights: [(o) => plot.blendWeights({ a: 1 }, o), { scores: [[], [1, 2]] }],
};

for (const [name, [call, options]] of Object.entries(table)) {
  test(`${name} refuses what its options cannot be, and takes its defaults however they are left out`, () => {
    for (const [option, values] of Object.entries(options)) {
      for (const value of values) {
        assert.throws(
          () => call({ [option]: value } as never),
          (error: Error) => error instanceof RangeError && /^Cannot .*got/s.test(error.message),
          `${option}: ${JSON.stringify(value)} ${value}`,
        );
      }
    }
    call({} as never);
    const required = ["u", "v", "truth", "x"];
    for (const option of Object.keys(options)) {
      if (!required.includes(option)) call({ [option]: undefined } as never);
    }
  });
}

test("what would hang or fill the memory is refused at once", () => {
  assert.equal(plot.labelCounts([0, 2e9]).data[0].x!.length, 2);
  const many = Float64Array.from({ length: 3000 }, (_, i) => i);
  assert.throws(() => plot.labelCounts(many), /at most 2,000 classes, got 3,000/);
  const large = { data: new Float64Array(1), shape: [1, 1] as const };
  assert.equal(plot.confusion(large as never).layout.title!.text, "Confusion: no predictions");
  const pixels = new Uint8Array(1000 * 1000);
  const wide = new Float32Array(pixels.length);
  assert.throws(
    () => plot.motionField({ data: pixels, shape: [1000, 1000] }, { u: wide, v: wide, every: 1 }),
    /from 8 to 1000, got 1/,
  );
  assert.throws(
    () => plot.frameRow({ data: new Uint8Array(400), shape: [1, 1, 1, 400] }),
    /from 1 to 200, got 400/,
  );
  // one pixel has a mean and no wavelength
  const spectrum = (frequency: number[], power: number[]) =>
    ({ frequency: Float64Array.from(frequency), power: Float64Array.from(power) }) as never;
  for (const [frequency, power] of [
    [[0], [1]],
    [[], []],
    [[0.1], [0]],
    [[Infinity], [1]],
    [[NaN], [1]],
  ]) {
    assert.throws(() => plot.spectra({ one: spectrum(frequency, power) }), /frequency above 0, got one/);
  }
  assert.throws(() => plot.spectra({}), /got none/);
  const odd = plot.spectra({ a: spectrum([0, 0.1, Infinity], [1, 2, 3]), b: spectrum([0.2], [NaN]) });
  assert.deepEqual(odd.data[0].x, Float64Array.of(10));
});
