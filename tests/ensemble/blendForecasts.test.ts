import assert from "node:assert/strict";
import test from "node:test";
import { displayKey } from "../../src/core/display";
import { type Frames, frames } from "../../src/core/frames";
import { convertFrames } from "../../src/core/frameUnits";
import { randomSource } from "../../src/core/random";
import { takeSamples } from "../../src/core/samples";
import { blendForecasts } from "../../src/ensemble/blendForecasts";
import { verify } from "../../src/metrics/verify";
import { blockedKFold } from "../../src/validate/folds/timeFolds";

const shape: [number, number, number, number] = [24, 6, 6, 1];
const size = 24 * 36;

/** Rain in patches, so that samples have wet and dry pixels. */
const truth = (() => {
  const random = randomSource(5);
  return frames(
    Uint8Array.from({ length: size }, () => (random.uniform() < 0.4 ? random.integer(50, 180) : 0)),
    { shape, unit: "pixel" },
  );
})();

function noisy(seed: number, deviation: number): Frames<Float32Array> {
  const random = randomSource(seed);
  const data = Float32Array.from(truth.shards[0], (pixel) =>
    Math.min(255, Math.max(0, pixel + deviation * random.normal())),
  );
  return frames(data, { shape, unit: "pixel" });
}

const first = noisy(1, 20);
const second = noisy(2, 20);
const poor = noisy(3, 120);
const folds = blockedKFold(
  Array.from({ length: 24 }, (_, i) => i),
  { folds: 3, gap: 1 },
);

/** Scores of all weights on a grid, by the verification. */
function grid(forecasts: readonly Frames<Float32Array>[], of: "score" | "mae", steps: number): number[] {
  const scores: number[] = [];
  for (let i = 0; i <= steps; i++) {
    for (let j = 0; i + j <= steps; j++) {
      const weights = [i / steps, j / steps, (steps - i - j) / steps];
      const data = Float32Array.from({ length: size }, (_, at) =>
        forecasts.reduce((sum, own, k) => sum + weights[k] * own.shards[0][at], 0),
      );
      scores.push(verify(truth, { forecast: frames(data, { shape, unit: "pixel" }) })[of]);
    }
  }
  return scores;
}

for (const measure of ["score", "mae"] as const) {
  test(`weights minimise the verification's ${measure}, as a grid of all weights does`, async () => {
    const blend = await blendForecasts({ first, second, poor }, { truth, measure });
    const weights = Object.values(blend.weights);
    assert.ok(weights.every((weight) => weight >= 0));
    assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9);
    const blended = verify(truth, { forecast: blend.predict({ poor, second, first }) })[measure];
    assert.ok(Math.abs(blend.score - blended) < 1e-5 * blended, `${blend.score} is not ${blended}`);
    const least = Math.min(...grid([first, second, poor], measure, 20));
    assert.ok(blended <= least * 1.01, `${blended} is as low as the grid's ${least}`);
    assert.ok(blended < verify(truth, { forecast: first })[measure], "better than either alone");
    assert.ok(blend.weights.poor < 0.1, `the poor forecast counts little, ${blend.weights.poor}`);
  });
}

test("a perfect forecast takes all the weight", async () => {
  const blend = await blendForecasts({ poor, perfect: truth }, { truth });
  assert.deepEqual(blend.weights, { poor: 0, perfect: 1 });
  assert.equal(blend.score, 0);
});

test("with folds, each sample is blended by weights found on the others", async () => {
  const { nested, weights } = await blendForecasts({ first, second, poor }, { truth, folds });
  assert.ok(nested);
  const found = verify(truth, { forecast: nested.forecast }).score;
  assert.ok(Math.abs(nested.combined - found) < 1e-5 * found);
  assert.equal(nested.gain, nested.single - nested.combined);
  assert.ok(nested.gain > 0, "two independent errors average out");
  for (const [fold, { train, validation }] of folds.entries()) {
    const cut = (samples: Int32Array) => ({
      truth: takeSamples(truth, samples),
      forecasts: {
        first: takeSamples(first, samples),
        second: takeSamples(second, samples),
        poor: takeSamples(poor, samples),
      },
    });
    const seen = cut(train);
    const own = await blendForecasts(seen.forecasts, { truth: seen.truth });
    assert.deepEqual(nested.folds[fold].weights, own.weights);
    assert.deepEqual(
      takeSamples(nested.forecast, validation).shards[0],
      own.predict(cut(validation).forecasts).shards[0],
    );
  }
  const part = await blendForecasts({ first, second, poor }, { truth, folds: [folds[0]] });
  const last = takeSamples(part.nested!.forecast, [23]).shards[0];
  const all = await blendForecasts({ first, second, poor }, { truth });
  assert.deepEqual(part.weights, weights);
  assert.deepEqual(last, takeSamples(all.predict({ first, second, poor }), [23]).shards[0]);
});

test("units, masks, shards and a search on some samples agree with the whole", async () => {
  const whole = await blendForecasts({ first, second }, { truth });
  const units = await blendForecasts(
    { first: convertFrames(first, { to: "dbz" }), second: convertFrames(second, { to: "unit" }) },
    { truth: convertFrames(truth, { to: "rain" }) },
  );
  assert.ok(Math.abs(units.score - whole.score) < 1e-4 * whole.score);
  const all = first.shards[0];
  const shards = [all.slice(0, 360), all.slice(360, 720), all.slice(720)];
  const cut: Frames = { ...first, shards, shardSize: 10 };
  assert.equal((await blendForecasts({ first: cut, second }, { truth })).score, whole.score);
  const mask = Array.from({ length: 36 }, (_, pixel) => pixel < 12);
  const masked = await blendForecasts({ first, second }, { truth, mask });
  const wanted = verify(truth, { forecast: masked.predict({ first, second }), mask }).score;
  assert.ok(Math.abs(masked.score - wanted) < 1e-5 * wanted);
  const few = await blendForecasts({ first, second }, { truth, searchSamples: 8 });
  assert.ok(few.score <= 1.1 * whole.score && few.score >= whole.score * 0.999);
});

test("it shows as a table", async () => {
  const blend = await blendForecasts({ first, poor }, { truth, folds });
  const shown = (blend as unknown as Record<symbol, () => Record<string, string>>)[displayKey]();
  assert.match(
    shown["text/plain"],
    /^forecast +weight\nfirst .*\npoor .*\nscore where .*\nscore elsewhere .*\n.*\ngain /,
  );
});

test("what cannot be blended is refused", async () => {
  await assert.rejects(blendForecasts({}, { truth }), /need at least one, got none/);
  const short = takeSamples(first, [0]);
  await assert.rejects(
    blendForecasts({ first, short }, { truth }),
    /\[24,6,6,1\], got \[1,6,6,1\] for short/,
  );
  const broken = frames(new Float32Array(size).fill(Number.NaN), { shape, unit: "pixel" });
  await assert.rejects(blendForecasts({ broken }, { truth }), /must be numbers, got NaN/);
  await assert.rejects(blendForecasts({ first }, { truth, threshold: -1 }), /0 mm\/h or more, got -1/);
  await assert.rejects(blendForecasts({ first }, { truth, mask: [1] }), /mask of 36 pixels, .* 1$/);
  await assert.rejects(blendForecasts({ first }, { truth, mask: new Uint8Array(36) }), /no pixel is counted/);
  const leak = [{ train: Int32Array.of(0, 1), validation: Int32Array.of(1) }];
  await assert.rejects(blendForecasts({ first }, { truth, folds: leak }), /a sample in both parts/);
  await assert.rejects(blendForecasts({ first }, { truth, signal: AbortSignal.abort() }), {
    name: "AbortError",
  });
  const blend = await blendForecasts({ first, second }, { truth });
  assert.throws(() => blend.predict({ first }), /need first, second, got first/);
});
