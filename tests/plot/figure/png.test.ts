import assert from "node:assert/strict";
import test from "node:test";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { encodePng, type Raster } from "../../../src/plot/figure/png";
import { quantize } from "../../../src/plot/figure/quantize";

/** The pixels of a PNG as an independent decoder reads them. */
async function decode(png: Buffer): Promise<Raster> {
  const image = await loadImage(png);
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  return { width: image.width, height: image.height, pixels: Uint8Array.from(data) };
}

function picture(width: number, height: number, color: (x: number, y: number) => number[]): Raster {
  const pixels = new Uint8Array(4 * width * height).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set(color(x, y), 4 * (y * width + x));
  }
  return { width, height, pixels };
}

test("an image of few colours comes back exactly", async () => {
  const image = picture(13, 7, (x, y) => [(x * 19) % 256, y * 30, 200]);
  assert.deepEqual(await decode(encodePng(image)), image);
});

test("an image of many colours comes back nearly, with its rare colours kept", async () => {
  const image = picture(200, 200, (x, y) => (x === 100 && y < 5 ? [255, 0, 0] : [0, x, y]));
  const back = await decode(encodePng(image));
  let most = 0;
  for (let i = 0; i < image.pixels.length; i++) {
    most = Math.max(most, Math.abs(image.pixels[i] - back.pixels[i]));
  }
  assert.ok(most <= 16, `channels differ by at most ${most}`);
  assert.deepEqual([...back.pixels.subarray(400, 403)], [255, 0, 0], "five red pixels of 40,000 stay red");
});

test("no more than 256 colours are chosen, each pixel's is the nearest", () => {
  const image = picture(64, 64, (x, y) => [4 * x, 4 * y, 2 * (x + y)]);
  const { palette, indices } = quantize(image.pixels);
  assert.ok(palette.length <= 3 * 256 && palette.length > 3 * 200);
  assert.equal(indices.length, 64 * 64);
  assert.ok(indices.every((index) => 3 * index < palette.length));
});
