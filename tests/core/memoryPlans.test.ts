import assert from "node:assert/strict";
import test from "node:test";
import { randomSource } from "../../src/core/random";
import { series } from "../../src/core/series";
import { PlainRows, type RowTarget } from "../../src/data/csv/plainRows";
import { WindowRows } from "../../src/data/csv/windowRows";
import { CornerKernel } from "../../src/features/flow/cornerKernel";
import { FarnebackKernel } from "../../src/features/flow/farnebackKernel";
import { type Image, reflect } from "../../src/features/flow/image";
import { interpolate } from "../../src/features/flow/interpolate";
import { TrackKernel } from "../../src/features/flow/trackKernel";
import { fourierTransform } from "../../src/features/fourier/fourier";
import { ImagePowers } from "../../src/features/fourier/imagePowers";
import { RealSpectra } from "../../src/features/fourier/realSpectra";
import { fitRidge, predictRidge } from "../../src/models/ridge/ridgeFit";
import { MiniRocketKernel } from "../../src/models/rocket/miniRocketKernel";
import { guarded } from "../memoryGuards";

const random = randomSource(12);

function noise(length: number): Float32Array {
  return Float32Array.from({ length }, () => random.normal());
}

function close(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  options: { place: string; share?: number },
): void {
  const { place, share = 1e-5 } = options;
  assert.equal(actual.length, expected.length, place);
  for (let i = 0; i < expected.length; i++) {
    const gap = Math.abs(actual[i] - expected[i]);
    assert.ok(gap <= share * (1 + Math.abs(expected[i])), `${place}, ${i}: ${actual[i]} for ${expected[i]}`);
  }
}

test("spectra of windows of any size stay in their memory and are those of one plain transform each", () => {
  for (const steps of [1, 2, 3, 8, 15, 61, 100, 128, 600]) {
    for (const channels of [1, 2, 3, 16, 17, 18, 33, 64]) {
      const windows = 1 + ((steps + channels) % 4);
      const source = series(noise(windows * steps * channels), {
        steps,
        channels: Array.from({ length: channels }, (_, c) => `c${c}`),
      });
      for (const full of [true, false]) {
        const place = `${windows} windows of ${steps} steps and ${channels} channels, ${full ? "full" : "half"}`;
        const found = guarded(() => new RealSpectra(steps, channels).magnitudes(source, { full }), place);
        const count = full ? steps : (steps >> 1) + 1;
        const expected = new Float64Array(windows * count * channels);
        for (let w = 0; w < windows; w++) {
          for (let c = 0; c < channels; c++) {
            const real = Float64Array.from(
              { length: steps },
              (_, t) => source.data[(w * steps + t) * channels + c],
            );
            const imaginary = new Float64Array(steps);
            fourierTransform(steps).forward(real, imaginary);
            for (let k = 0; k < count; k++) {
              expected[(w * count + k) * channels + c] = Math.hypot(real[k], imaginary[k]);
            }
          }
        }
        close(found, expected, { place });
      }
    }
  }
});

test("powers of images of any size stay in their memory and are those of plain transforms of rows and columns", () => {
  for (const [rows, columns] of [
    [1, 1],
    [1, 7],
    [9, 1],
    [2, 3],
    [5, 4],
    [16, 17],
    [61, 62],
    [34, 120],
  ]) {
    const image = noise(rows * columns);
    const place = `${rows} x ${columns}`;
    const found = guarded(() => new ImagePowers(rows, columns).of(image), place);
    const real = Array.from({ length: columns }, (_, x) =>
      Float64Array.from({ length: rows }, (_, y) => image[y * columns + x]),
    );
    const imaginary = real.map(() => new Float64Array(rows));
    real.forEach((column, x) => fourierTransform(rows).forward(column, imaginary[x]));
    const expected: number[] = [];
    for (let k = 0; k <= rows >> 1; k++) {
      const lineReal = Float64Array.from(real, (column) => column[k]);
      const lineImaginary = Float64Array.from(imaginary, (column) => column[k]);
      fourierTransform(columns).forward(lineReal, lineImaginary);
      for (let x = 0; x < columns; x++) expected.push(lineReal[x] ** 2 + lineImaginary[x] ** 2);
    }
    close(found, expected, { place });
  }
});

/** Slopes of an image along x and y, smoothed across: `side`, `middle`, `side`. */
function slopes(image: Image, [side, middle]: readonly [number, number]): [Float64Array, Float64Array] {
  const { rows, columns, data } = image;
  const at = (y: number, x: number): number => data[reflect(y, rows) * columns + reflect(x, columns)];
  const [dx, dy] = [new Float64Array(rows * columns), new Float64Array(rows * columns)];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (const [k, weight] of [
        [-1, side],
        [0, middle],
        [1, side],
      ]) {
        dx[y * columns + x] += weight * (at(y + k, x + 1) - at(y + k, x - 1));
        dy[y * columns + x] += weight * (at(y + 1, x + k) - at(y - 1, x + k));
      }
    }
  }
  return [dx, dy];
}

const imageSizes = [
  [3, 3],
  [4, 5],
  [7, 18],
  [23, 16],
  [33, 35],
  [60, 61],
] as const;

function bytesImage(rows: number, columns: number): Image {
  return { rows, columns, data: Float32Array.from({ length: rows * columns }, () => random.integer(0, 256)) };
}

test("corners of images of any size stay in their memory and are those of structure tensors written out", () => {
  for (const [rows, columns] of imageSizes) {
    for (const block of [1, 2, 3, 5, 8]) {
      const place = `${rows} x ${columns}, block ${block}`;
      const image = bytesImage(rows, columns);
      const kernel = guarded(() => {
        const made = new CornerKernel({ rows, columns, block });
        made.strengths(bytesImage(rows, columns));
        return { stride: made.stride, strengths: made.strengths(image).slice() };
      }, place);
      const unit = 1 / (4 * block * 255);
      const [dx, dy] = slopes(image, [unit, 2 * unit]);
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          let [xx, xy, yy] = [0, 0, 0];
          for (let j = 0; j < block; j++) {
            for (let i = 0; i < block; i++) {
              const from =
                reflect(y + j - (block >> 1), rows) * columns + reflect(x + i - (block >> 1), columns);
              xx += dx[from] ** 2;
              xy += dx[from] * dy[from];
              yy += dy[from] ** 2;
            }
          }
          const expected = (xx + yy) / 2 - Math.hypot((xx - yy) / 2, xy);
          close([kernel.strengths[y * kernel.stride + x]], [expected], {
            place: `${place}, ${y} ${x}`,
            share: 1e-6,
          });
        }
      }
    }
  }
});

test("tracked windows of any size stay in their memory and sum as written out", () => {
  for (const [rows, columns] of imageSizes) {
    for (const window of [3, 4, 7, 10, 21]) {
      const place = `${rows} x ${columns}, window ${window}`;
      const [first, second] = [bytesImage(rows, columns), bytesImage(rows, columns)];
      const [x, y] = [
        random.uniform() * (columns - 1) - window / 2,
        random.uniform() * (rows - 1) - window / 2,
      ];
      const found = guarded(() => {
        const kernel = new TrackKernel({ rows, columns, window, levels: 3 });
        kernel.load(second, first); // what was loaded before must not matter
        kernel.load(first, second);
        for (let level = kernel.levels.length - 1; level > 0; level--) {
          kernel.template(level, x / 2 ** level, y / 2 ** level);
          kernel.mismatch(level, x / 2 ** level, y / 2 ** level);
        }
        return [...kernel.template(0, x, y), ...kernel.mismatch(0, x, y)];
      }, place);
      const at = (
        { data }: { data: ArrayLike<number> },
        row: number,
        column: number,
        zero: boolean,
      ): number => {
        const isInside = row >= 0 && row < rows && column >= 0 && column < columns;
        return zero && !isInside ? 0 : data[reflect(row, rows) * columns + reflect(column, columns)];
      };
      const [dx, dy] = slopes(first, [3 / 32, 10 / 32]).map((data) => ({ data }));
      const near = (
        values: { data: ArrayLike<number> },
        row: number,
        column: number,
        zero = false,
      ): number => {
        const [top, left] = [Math.floor(y) + row, Math.floor(x) + column];
        const [a, b] = [x - Math.floor(x), y - Math.floor(y)];
        return (
          (1 - b) * ((1 - a) * at(values, top, left, zero) + a * at(values, top, left + 1, zero)) +
          b * ((1 - a) * at(values, top + 1, left, zero) + a * at(values, top + 1, left + 1, zero))
        );
      };
      const expected = [0, 0, 0, 0, 0];
      for (let row = 0; row < window; row++) {
        for (let column = 0; column < window; column++) {
          const [slopeX, slopeY] = [near(dx, row, column, true), near(dy, row, column, true)];
          const gap = near(second, row, column) - near(first, row, column);
          [slopeX * slopeX, slopeX * slopeY, slopeY * slopeY, gap * slopeX, gap * slopeY].forEach(
            (value, i) => {
              expected[i] += value;
            },
          );
        }
      }
      const scale = expected[0] + expected[2];
      close(
        found.map((value) => value / scale),
        expected.map((value) => value / scale),
        { place },
      );
    }
  }
});

test("motion between tracks and motion by polynomials stay in their memories, at any size", () => {
  for (const [rows, columns] of imageSizes) {
    for (const count of [1, 2, 5, 63, 64, 65, 300]) {
      const some = (): Float64Array => Float64Array.from({ length: count }, () => random.uniform() * 50);
      const tracks = { from: { x: some(), y: some() }, by: { x: some(), y: some() } };
      const options = { shape: [rows, columns] as const, neighbours: 4 };
      interpolate(tracks, { ...options, shape: [1, 1] }); // another memory, so that the next is made anew
      const found = guarded(() => interpolate(tracks, options), `${count} tracks to ${rows} x ${columns}`);
      interpolate(tracks, { ...options, shape: [1, 1] });
      assert.deepEqual(found, interpolate(tracks, options));
    }
    for (const [window, polynomialRadius, pyramidScale] of [
      [1, 1, 0.5],
      [4, 2, 0.8],
      [15, 5, 0.5],
      [40, 7, 0.7],
    ]) {
      const plan = { rows, columns, window, polynomialRadius, pyramidScale, levels: 3, iterations: 2 };
      const images = [bytesImage(rows, columns).data, bytesImage(rows, columns).data];
      const make = () => new FarnebackKernel({ ...plan, polynomialDeviation: 1.1 }).motion(images);
      assert.deepEqual(guarded(make, JSON.stringify(plan)), make());
    }
  }
});

test("convolutions of any size stay in their memory and count as written out", () => {
  for (const steps of [9, 10, 16, 33, 64, 65]) {
    for (const channels of [1, 2, 5, 18]) {
      const names = Array.from({ length: channels }, (_, c) => `c${c}`);
      const source = series(noise(2 * steps * channels), { steps, channels: names });
      const combinations = [1, 2, 3, 5, 8]
        .filter((dilation) => dilation * 8 < steps)
        .flatMap((dilation) =>
          [true, false].map((padded) => ({
            heavy: [random.integer(0, 3), random.integer(3, 6), random.integer(6, 9)] as const,
            dilation,
            channels: names.flatMap((_, c) => (c % 3 === dilation % 3 || channels === 1 ? [c] : [])),
            biases: noise(random.integer(1, 10)),
            padded,
          })),
        )
        .filter((one) => one.channels.length > 0);
      if (combinations.length === 0) continue;
      const place = `${steps} steps of ${channels} channels`;
      const found = guarded(() => {
        const kernel = new MiniRocketKernel({ steps, channels }, combinations);
        const out = new Float32Array(combinations.reduce((sum, { biases }) => sum + biases.length, 0));
        kernel.features(source, { window: 0, out: out.slice(), at: 0 });
        kernel.features(source, { window: 1, out, at: 0 });
        return {
          out,
          values: combinations.map((_, combination) =>
            kernel.convolution(source, { window: 1, combination }),
          ),
        };
      }, place);
      let at = 0;
      combinations.forEach(({ heavy, dilation, channels: own, padded, biases }, i) => {
        const [first, last] = padded ? [0, steps] : [4 * dilation, steps - 4 * dilation];
        const expected = Array.from({ length: last - first }, (_, t) => {
          let sum = 0;
          for (let k = 0; k < 9; k++) {
            const from = first + t + (k - 4) * dilation;
            if (from < 0 || from >= steps) continue;
            const weight = (heavy as readonly number[]).includes(k) ? 2 : -1;
            for (const c of own) sum += weight * source.data[(steps + from) * channels + c];
          }
          return sum;
        });
        close(found.values[i], expected, { place });
        const shares = Array.from(
          biases,
          (bias) => found.values[i].filter((v) => v > bias).length / expected.length,
        );
        close(found.out.subarray(at, at + biases.length), shares, { place });
        at += biases.length;
      });
    }
  }
});

test("ridge regressions of any size stay in their memory and solve their normal equations", () => {
  for (const [rows, columns, targets] of [
    [2, 1, 2],
    [3, 5, 1],
    [47, 48, 4],
    [48, 48, 3],
    [49, 47, 2],
    [95, 241, 5],
    [97, 96, 7],
    [260, 3, 61],
  ]) {
    const place = `${rows} x ${columns}, ${targets} targets`;
    const data = noise(rows * columns);
    const means = Float64Array.from({ length: columns }, (_, k) => {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += data[i * columns + k];
      return sum / rows;
    });
    const y = Float64Array.from({ length: targets * rows }, () => random.normal());
    const x = { data, shape: [rows, columns] as const };
    const alpha = 0.5;
    const { weights, predicted } = guarded(() => {
      const fitted = fitRidge({ x, means, y, targets, alphas: [10, alpha, 1e9], signal: undefined });
      const only = fitRidge({ x, means, y, targets, alphas: [alpha], signal: undefined });
      assert.ok([10, alpha, 1e9].includes(fitted.alpha), place);
      return {
        weights: only.weights,
        predicted: predictRidge({ x, means }, { weights: only.weights, targets }),
      };
    }, place);
    for (let m = 0; m < targets; m++) {
      const rests = Array.from({ length: rows }, (_, i) => {
        let sum = 0;
        for (let k = 0; k < columns; k++)
          sum += (data[i * columns + k] - means[k]) * weights[m * columns + k];
        close([predicted[i * targets + m]], [sum], { place, share: 1e-9 });
        return y[m * rows + i] - sum;
      });
      for (let k = 0; k < columns; k++) {
        let slope = -alpha * weights[m * columns + k];
        for (let i = 0; i < rows; i++) slope += (data[i * columns + k] - means[k]) * rests[i];
        close([slope], [0], { place, share: 1e-8 });
      }
    }
  }
});

test("rows of text of any width stay in their memory and are parsed as Number does", () => {
  for (const columns of [1, 2, 3, 8, 17, 64, 300]) {
    for (const integers of [0, 1]) {
      for (const rows of [1, 5, 4096, 4100]) {
        if (rows * columns > 100_000 || integers > columns) continue;
        const texts = Array.from({ length: rows }, () =>
          Array.from({ length: columns }, (_, c) =>
            c < integers
              ? String(random.integer(0, 1e6))
              : (random.normal() * 100).toFixed(random.integer(0, 9)),
          ),
        );
        const bytes = Buffer.from(texts.map((fields) => `${fields.join(",")}\n`).join(""));
        const width = columns - integers;
        const target: RowTarget = {
          slots: Int32Array.from({ length: columns }, (_, c) => (c < integers ? -1 - c : c - integers)),
          width,
          values: new Float32Array(rows * width),
          integers: Array.from({ length: integers }, () => new Int32Array(rows)),
          capacity: rows,
          rows: 0,
        };
        const place = `${rows} rows of ${columns} columns, ${integers} whole`;
        assert.equal(
          guarded(() => new PlainRows(target).parse(bytes, 0), place),
          bytes.length,
          place,
        );
        assert.deepEqual(
          target.values,
          Float32Array.from(texts.flatMap((row) => row.slice(integers).map(Number))),
        );
        if (integers)
          assert.deepEqual(
            target.integers[0],
            Int32Array.from(texts, (row) => Number(row[0])),
          );
      }
    }
  }
});

test("windows of text of any size stay in their memory and are parsed as Number does", () => {
  for (const [windows, steps, width] of [
    [1, 1, 2],
    [3, 7, 2],
    [2, 600, 6],
    [2, 50, 100],
    [40, 100, 18],
  ]) {
    const texts = Array.from({ length: windows * steps * width }, () => (random.normal() * 100).toFixed(6));
    const lines = Array.from({ length: windows * steps }, (_, row) =>
      [Math.floor(row / steps) * 3, row % steps, ...texts.slice(row * width, (row + 1) * width)].join(","),
    );
    const bytes = Buffer.from(`${lines.join("\n")}\n`);
    const place = `${windows} windows of ${steps} x ${width}`;
    const found = guarded(() => {
      const rows = new WindowRows({ size: bytes.length, steps, width });
      for (let at = 0; at < bytes.length; ) {
        const { room } = rows;
        const piece = bytes.subarray(at, at + room.length);
        room.set(piece);
        assert.ok(rows.take(piece.length), place);
        at += piece.length;
      }
      return rows.end();
    }, place);
    assert.deepEqual(
      found?.ids,
      Int32Array.from({ length: windows }, (_, w) => w * 3),
    );
    assert.deepEqual(found?.data, Float32Array.from(texts, Number));
  }
});
