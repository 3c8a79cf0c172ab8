import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { randomSource } from "../../../src/core/random";
import { advect } from "../../../src/features/flow/advect";
import { corners } from "../../../src/features/flow/corners";
import { farneback } from "../../../src/features/flow/farneback";
import { removeSpecks, toBytes } from "../../../src/features/flow/image";
import { interpolate } from "../../../src/features/flow/interpolate";
import { lucasKanade } from "../../../src/features/flow/lucasKanade";
import { track } from "../../../src/features/flow/track";
import { compileWebAssembly } from "../../compileWebAssembly";

const golden = JSON.parse(readFileSync(path.join(__dirname, "../../golden/flow.json"), "utf8"));
const edges = JSON.parse(readFileSync(path.join(__dirname, "../../golden/numbers.json"), "utf8"));
const { rows, columns, cells } = golden;
const shape = [rows, columns] as const;

/** The same moving cells as tests/golden/make_flow.py draws. */
function image(time: number): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let i = 0; i < out.length; i++) {
    const x = i % columns;
    const y = Math.floor(i / columns);
    let sum = 0;
    for (let k = 0; k < cells; k++) {
      const centreX = ((k * 37) % columns) + time * (2 + 0.1 * k);
      const centreY = ((k * 23) % rows) + time * (1 - 0.05 * k);
      const width = 3 + (k % 4);
      sum += (80 + 10 * k) * Math.exp(-((x - centreX) ** 2 + (y - centreY) ** 2) / (2 * width ** 2));
    }
    const value = Math.floor(Math.min(sum, 255));
    out[i] = value < 8 ? 0 : value;
  }
  return out;
}
const images = [0, 1, 2].map(image);

/** Every seventh row and column, as the golden file keeps. */
function some(field: Float32Array, width: number = columns): number[] {
  const out: number[] = [];
  for (let y = 0; y * width < field.length; y += 7) {
    for (let x = 0; x < width; x += 7) out.push(field[y * width + x]);
  }
  return out;
}

function largestDifference(actual: readonly number[], expected: readonly number[]): number {
  assert.equal(actual.length, expected.length);
  return Math.max(...actual.map((value, i) => Math.abs(value - expected[i])));
}

test("both sides drew the same images", () => {
  images.forEach((one, i) =>
    assert.equal(
      one.reduce((sum, value) => sum + value, 0),
      golden.image_sums[i],
    ),
  );
});

test("corners are OpenCV's, in its order", () => {
  const found = corners(toBytes(images[0], rows, columns), {
    count: 1000,
    quality: 0.01,
    distance: 10,
    block: 5,
  });
  assert.deepEqual(
    [...found.x].map((x, i) => [x, found.y[i]]),
    golden.corners,
  );
});

test("tracked points lie within 0.02 pixels of OpenCV's pyramidal Lucas-Kanade", () => {
  const points = {
    x: Float64Array.from(golden.track.from, (point: number[]) => point[0]),
    y: Float64Array.from(golden.track.from, (point: number[]) => point[1]),
  };
  const [first, second] = images.map((one) => toBytes(one, rows, columns));
  const found = track(first, second, { window: 50, levels: 3, iterations: 10, points });
  assert.equal(found.from.x.length, points.x.length);
  const expected = golden.track.by as number[][];
  assert.ok(
    largestDifference(
      [...found.by.x],
      expected.map((by) => by[0]),
    ) < 0.02,
  );
  assert.ok(
    largestDifference(
      [...found.by.y],
      expected.map((by) => by[1]),
    ) < 0.02,
  );
});

test("the dense Lucas-Kanade field lies within 0.05 pixels of pysteps'", () => {
  const found = lucasKanade(images, { shape });
  assert.ok(largestDifference(some(found.u), golden.lucas_kanade.u) < 0.05);
  assert.ok(largestDifference(some(found.v), golden.lucas_kanade.v) < 0.05);
});

test("motion between tracks is the weighted mean of the nearest, whatever their number", () => {
  const random = randomSource(3);
  const [height, width] = [13, 17];
  for (const count of [1, 3, 4, 9, 40, 70]) {
    const some = (span: number, parts: number): Float64Array =>
      Float64Array.from({ length: count }, () => random.integer(0, span * parts) / parts);
    // Places on a coarse grid, so that many are equally far off.
    const from = { x: some(width, 2), y: some(height, 2) };
    const by = { x: some(4, 64), y: some(4, 64) };
    const found = interpolate({ from, by }, { shape: [height, width], neighbours: 6 });
    for (let i = 0; i < found.u.length; i++) {
      const squares = Array.from(
        from.x,
        (x, k) => (x - (i % width)) ** 2 + (from.y[k] - Math.floor(i / width)) ** 2,
      );
      const nearest = [...squares.keys()].sort((a, b) => squares[a] - squares[b] || b - a).slice(0, 6);
      const weights = nearest.map((k) => 1 / Math.sqrt(Math.sqrt(squares[k]) + 0.5));
      const sum = weights.reduce((total, weight) => total + weight);
      const mean = (values: Float64Array): number =>
        nearest.reduce((total, k, at) => total + (weights[at] / sum) * values[k], 0);
      assert.ok(Math.abs(found.u[i] - mean(by.x)) < 1e-5, `${count} tracks, pixel ${i}`);
      assert.ok(Math.abs(found.v[i] - mean(by.y)) < 1e-5, `${count} tracks, pixel ${i}`);
    }
  }
});

test("the Farnebäck field lies within 0.001 pixels of OpenCV's", () => {
  const found = farneback(images, { shape });
  assert.ok(largestDifference(some(found.u), golden.farneback.u) < 1e-3);
  assert.ok(largestDifference(some(found.v), golden.farneback.v) < 1e-3);
});

test("images of odd sizes, and other parameters, give the peers' fields as well", () => {
  const [height, width] = [rows - 3, 113];
  const cut = images.map((one) =>
    Float32Array.from({ length: height * width }, (_, i) => {
      return one[(3 + Math.floor(i / width)) * columns + 5 + (i % width)];
    }),
  );
  const tracked = lucasKanade(cut, { shape: [height, width] });
  assert.ok(largestDifference(some(tracked.u, width), golden.lucas_kanade_cut.u) < 0.05);
  assert.ok(largestDifference(some(tracked.v, width), golden.lucas_kanade_cut.v) < 0.05);
  const found = farneback(cut, {
    shape: [height, width],
    pyramidScale: 0.7,
    window: 9,
    iterations: 2,
    polynomialRadius: 7,
    polynomialDeviation: 1.5,
  });
  assert.ok(largestDifference(some(found.u, width), golden.farneback_cut.u) < 1e-3);
  assert.ok(largestDifference(some(found.v, width), golden.farneback_cut.v) < 1e-3);
  assert.deepEqual(farneback(images, { shape }), farneback(images, { shape }));
});

test("motion of several pairs is their mean, of as many as there are", () => {
  const [first, second] = [0, 1].map((at) => farneback(images.slice(at, at + 2), { shape }));
  const both = farneback(images.slice(0, 3), { shape, pairs: 2 });
  assert.ok(both.u.every((value, i) => Math.abs(value - (first.u[i] + second.u[i]) / 2) < 1e-5));
  assert.deepEqual(farneback(images.slice(0, 2), { shape, pairs: 3 }), first);
  assert.throws(() => farneback(images, { shape, pairs: 0 }), /pairs must be .* got 0/);
});

test("the committed module is what its source compiles to", async () => {
  for (const name of ["farneback", "lucasKanade"]) {
    const { path: file, text } = await compileWebAssembly(`features/flow/${name}`);
    assert.equal(readFileSync(file, "utf8"), text);
  }
});

test("advection equals pysteps' semi-Lagrangian extrapolation", () => {
  const u = Float32Array.from(
    { length: rows * columns },
    (_, i) => 3 + 0.02 * (Math.floor(i / columns) - 50),
  );
  const v = Float32Array.from({ length: rows * columns }, (_, i) => -1.5 + 0.03 * ((i % columns) - 60));
  const moved = advect(images[2], { motion: { u, v, shape }, steps: 3 });
  moved.forEach((step, i) => assert.ok(largestDifference(some(step), golden.advect[i]) < 2e-3, `step ${i}`));
  const refined = advect(images[2], { motion: { u, v, shape }, steps: 2, iterations: 2 });
  refined.forEach((step, i) =>
    assert.ok(largestDifference(some(step), golden.advect_twice[i]) < 2e-3, `step ${i}`),
  );
});

test("a shifted image moves by its shift, and advecting it beats persistence", () => {
  const shifted = new Float32Array(rows * columns);
  for (let y = 2; y < rows; y++) {
    for (let x = 3; x < columns; x++) shifted[y * columns + x] = images[0][(y - 2) * columns + x - 3];
  }
  for (const motion of [
    lucasKanade([images[0], shifted], { shape }),
    farneback([images[0], shifted], { shape }),
  ]) {
    const [next] = advect(images[0], { motion });
    const error = (forecast: Float32Array): number =>
      forecast.reduce((sum, value, i) => sum + Math.abs(value - shifted[i]), 0);
    assert.ok(error(next) < 0.5 * error(images[0]));
  }
});

test("nothing moves where nothing is seen, and specks are taken away", () => {
  const empty = new Float32Array(rows * columns);
  assert.ok(lucasKanade([empty, empty], { shape }).u.every((value) => value === 0));
  assert.ok(farneback([empty, empty], { shape }).v.every((value) => value === 0));
  const speck = Float32Array.of(0, 0, 0, 0, 9, 0, 0, 0, 0);
  assert.ok(removeSpecks(speck, 3, 3).every((value) => value === 0));
  assert.equal(speck[4], 9);
});

test("wrong sizes and counts are refused", () => {
  assert.throws(() => lucasKanade([images[0]], { shape }), /at least 2 images, got 1/);
  assert.throws(() => farneback([images[0], new Float32Array(3)], { shape }), /got 3 in image 1/);
  assert.throws(() => farneback(images, { shape, polynomialRadius: 0 }), /polynomialRadius must be .* got 0/);
  const motion = { u: new Float32Array(4), v: new Float32Array(4), shape: [2, 2] as const };
  assert.throws(() => advect([1], { motion }), /needs 4 values, got 1/);
  assert.throws(() => advect([1, 1, 1, 1], { motion, steps: 0 }), /steps must be a positive/);
});

test("images of any size, window and radius give OpenCV's Farnebäck field", () => {
  for (const { shape: size, window, radius, scale, u, v } of edges.motions) {
    const [height, width] = size;
    const drawn = [0, 1].map((time) =>
      Float32Array.from({ length: height * width }, (_, i) => {
        const [x, y] = [i % width, Math.floor(i / width)];
        let sum = 0;
        for (let k = 0; k < 5; k++) {
          const [dx, dy] = [x - ((k * 13) % width) - 1.5 * time, y - ((k * 7) % height) - 0.75 * time];
          sum += (30 + 8 * k) * Math.exp(-(dx * dx + dy * dy) / (2 * (3 + k) ** 2));
        }
        return Math.floor(Math.min(sum, 255));
      }),
    );
    const found = farneback(drawn, {
      shape: size,
      window,
      polynomialRadius: radius,
      pyramidScale: scale,
    });
    let at = 0;
    for (let y = 0; y < height; y += 6) {
      for (let x = 0; x < width; x += 7, at++) {
        const gap = Math.hypot(found.u[y * width + x] - u[at], found.v[y * width + x] - v[at]);
        assert.ok(gap < 1e-4, `${size}, window ${window}, at ${y} ${x}: off by ${gap}`);
      }
    }
  }
});

test("pixels that are not finite count as no rain for the motion, and move to where they have weight", () => {
  const hole = 40 * columns + 50;
  const pair = images.slice(0, 2);
  /** The images with another value in the hole, and where it is dry. */
  const filled = (value: number, where: "hole" | "dry") =>
    pair.map((one) => one.map((own, i) => ((where === "hole" ? i === hole : own === 0) ? value : own)));
  const light = Math.min(...pair[0].filter((own) => own > 0));
  for (const flow of [lucasKanade, farneback]) {
    for (const odd of [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      assert.deepEqual(flow(filled(odd, "hole"), { shape }), flow(filled(0, "hole"), { shape }));
      assert.deepEqual(flow(filled(odd, "dry"), { shape }), flow(filled(light, "dry"), { shape }));
    }
  }
  const u = new Float32Array(12).fill(1);
  const image = Float32Array.of(1, 2, Number.NaN, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  const move = (by: number) =>
    advect(image, { motion: { u: u.map((one) => one * by), v: new Float32Array(12), shape: [3, 4] } })[0];
  assert.deepEqual([...move(1)], [0, 1, 2, Number.NaN, 0, 5, 6, 7, 0, 9, 10, 11]);
  assert.deepEqual(
    [...move(0.5)].map((value) => Number.isNaN(value)),
    [false, false, true, true, false, false, false, false, false, false, false, false],
  );
  const fill = "nearest";
  const inwards = advect(image, { motion: { u, v: new Float32Array(12), shape: [3, 4] }, fill })[0];
  assert.deepEqual([...inwards], [1, 1, 2, Number.NaN, 5, 5, 6, 7, 9, 9, 10, 11]);
  const odd = { u: u.with(6, Number.NaN), v: u, shape: [3, 4] as const };
  assert.throws(() => advect(image, { motion: odd }), /motion must be finite, got NaN at row 1, column 2/);
});

test("parameters without meaning are refused before work begins", () => {
  const pair = [new Float32Array(16), new Float32Array(16)];
  for (const odd of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    for (const name of ["window", "iterations", "polynomialRadius"]) {
      assert.throws(
        () => farneback(pair, { shape: [4, 4], [name]: odd }),
        new RegExp(`${name} .*got ${odd}`),
      );
    }
    for (const name of ["window", "iterations", "count", "block", "neighbours", "outlierNeighbours"]) {
      assert.throws(
        () => lucasKanade(pair, { shape: [4, 4], [name]: odd }),
        new RegExp(`${name} .*got ${odd}`),
      );
    }
    assert.throws(() => farneback(pair, { shape: [4, 4], pyramidScale: odd }), /pyramidScale/);
  }
  assert.throws(() => farneback([], { shape: [0, 4] }), /shape must be positive whole numbers, got \[0,4\]/);
});
