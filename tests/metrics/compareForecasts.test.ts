import assert from "node:assert/strict";
import test from "node:test";
import { frames, sampleOf } from "../../src/core/frames";
import { LazyArray } from "../../src/core/source";
import { asForecast } from "../../src/features/frames/asForecast";
import { compareForecasts } from "../../src/metrics/compareForecasts";
import { verify } from "../../src/metrics/verify";

test("a network's output becomes pixels within the scale", () => {
  const forecast = asForecast({ data: [0, 0.5, 1.2, -0.1], shape: [1, 2, 2, 1] });
  assert.deepEqual([...forecast.shards[0]], [0, 127.5, 255, 0]);
  assert.equal(forecast.unit, "pixel");
  assert.equal(asForecast({ data: [0.5], shape: [1, 1, 1, 1] }, { unit: "rain" }).unit, "rain");
});

test("an output that is read on demand stays so", () => {
  const asked: number[][] = [];
  const output = new LazyArray([3, 1, 2, 1], (indices) => {
    asked.push(Array.from(indices));
    return Float32Array.from(
      { length: 2 * indices.length },
      (_, i) => [0, 0.4, 1.2, Number.NaN][indices[i >> 1]],
    );
  });
  const forecast = asForecast(output);
  assert.deepEqual([asked, forecast.shape, forecast.unit], [[], [3, 1, 2, 1], "pixel"]);
  assert.deepEqual(
    [...sampleOf(forecast, 1)],
    [...asForecast({ data: [0.4, 0.4], shape: [1, 1, 2, 1] }).shards[0]],
  );
  assert.deepEqual(asked, [[1]]);
  assert.deepEqual(
    [...forecast.shards[0]],
    [...asForecast({ data: output.data, shape: output.shape }).shards[0]],
  );
  const unknown = asForecast(output.at(Int32Array.of(0, 3)));
  assert.throws(() => sampleOf(unknown, 1), /NaN in sample 1/);
});

test("an output that was never predicted, or is no image, is refused", () => {
  assert.throws(() => asForecast({ data: [0, 0, Number.NaN, 0], shape: [2, 1, 2, 1] }), /NaN in sample 1/);
  assert.throws(
    () => asForecast({ data: [0], shape: [1, 1] }),
    /\[samples, rows, columns, times\], got \[1,1\]/,
  );
});

test("forecasts are shown beside each other, their names escaped", () => {
  const truth = frames(Uint8Array.of(0, 100, 200, 0), { shape: [1, 2, 2, 1], unit: "pixel" });
  const found = verify(truth, { forecast: truth });
  const shown = compareForecasts({ "<b>": found, other: found }) as unknown as Record<
    symbol,
    () => Record<string, string>
  >;
  const bundle = shown[Symbol.for("Jupyter.display")]();
  assert.match(bundle["text/html"], /&lt;b&gt;/);
  assert.match(bundle["text/plain"], /MAE \/ CSI/);
  assert.throws(() => compareForecasts({}), /at least one/);
});

test("many predictions are made into frames on demand", () => {
  const data = new Float32Array(2 * 3000 * 3000).fill(0.5);
  data[3000 * 3000] = 2;
  const forecast = asForecast({ data, shape: [2, 3000, 3000, 1] });
  assert.equal(sampleOf(forecast, 1)[0], 255);
  assert.equal(sampleOf(forecast, 0)[0], 127.5);
  data[5] = Number.NaN;
  assert.throws(() => sampleOf(forecast, 0), /got NaN in sample 0/);
});
