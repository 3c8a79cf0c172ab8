import assert from "node:assert/strict";
import test from "node:test";
import { amountScale, type ColorScale, errorScale, rainScale } from "../../../src/plot";

/** CIE lightness of an sRGB colour: another measure than the one the scales are made with. */
function lightness(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.008856 ? 116 * luminance ** (1 / 3) - 16 : 903.3 * luminance;
}

function steps(scale: ColorScale): number[] {
  const values = scale.map(([, color]) => lightness(color));
  return values.slice(1).map((value, i) => value - values[i]);
}

test("rain and amounts fall in lightness by nearly even steps, from near white to dark", () => {
  for (const scale of [rainScale, amountScale]) {
    const falls = steps(scale).map((step) => -step);
    const mean = falls.reduce((sum, fall) => sum + fall, 0) / falls.length;
    assert.ok(
      falls.every((fall) => fall > 0.4 * mean && fall < 1.9 * mean),
      `falls ${falls.map(Math.round)}`,
    );
    assert.ok(lightness(scale[0][1]) > 95 && lightness(scale.at(-1)![1]) < 30);
  }
});

test("errors are lightest at zero and fall alike to both sides", () => {
  const values = errorScale.map(([, color]) => lightness(color));
  const middle = (values.length - 1) / 2;
  assert.equal(values.indexOf(Math.max(...values)), middle);
  values.forEach((value, i) => {
    assert.ok(Math.abs(value - values[values.length - 1 - i]) < 8, `stop ${i} and its twin differ`);
  });
});

test("the scales' stops run from 0 to 1", () => {
  for (const scale of [rainScale, amountScale, errorScale]) {
    assert.equal(scale[0][0], 0);
    assert.equal(scale.at(-1)![0], 1);
    assert.ok(
      scale.every(
        ([position, color], i) => /^#[0-9a-f]{6}$/.test(color) && (i === 0 || position > scale[i - 1][0]),
      ),
    );
  }
});
