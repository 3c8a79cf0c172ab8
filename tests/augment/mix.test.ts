import assert from "node:assert/strict";
import test from "node:test";
import { composeAugmentations } from "../../src/augment/compose";
import { cutmix, mirrorSeries, mixup } from "../../src/augment/mix";
import { jitterSeries, rollSeries } from "../../src/augment/series";
import { series } from "../../src/core/series";

const [windows, steps] = [20, 50];
// Window w is constant w + 1, so that shares can be read off its values.
const data = Float32Array.from({ length: windows * steps * 2 }, (_, i) => Math.floor(i / (steps * 2)) + 1);
const raw = series(data, { steps, channels: ["x", "y"] });
const labels = Int32Array.from({ length: windows }, (_, w) => w);

test("a mirror turns the named channels and maps the named labels, and twice is the original", () => {
  const options = { flip: ["y"], labels: { 2: 3, 3: 2 } };
  const once = mirrorSeries({ series: raw, labels }, options);
  assert.deepEqual(Array.from(once.series.data.slice(0, 2)), [1, -1]);
  assert.deepEqual(Array.from(once.labels.slice(0, 5)), [0, 1, 3, 2, 4]);
  const twice = mirrorSeries(once, options);
  assert.deepEqual(twice.series.data, data);
  assert.deepEqual(twice.labels, labels);
  assert.throws(() => mirrorSeries({ series: raw, labels }, { flip: ["z"] }), /got z/);
});

test("mixup blends values and labels by the same share", () => {
  const { series: mixed, targets } = mixup({ series: raw, labels }, { classes: windows, alpha: 1, seed: 4 });
  let blended = 0;
  for (let w = 0; w < windows; w++) {
    const shares = targets.data.subarray(w * windows, (w + 1) * windows);
    const expected = shares.reduce((sum, share, label) => sum + share * (label + 1), 0);
    assert.ok(Math.abs(mixed.data[w * steps * 2] - expected) < 1e-4);
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-6);
    blended += shares.some((share) => share > 0.05 && share < 0.95) ? 1 : 0;
  }
  assert.ok(blended > 10, `${blended}`);
});

test("cutmix exchanges one stretch, and labels count by its length", () => {
  const { series: mixed, targets } = cutmix({ series: raw, labels }, { classes: windows, seed: 4 });
  let cut = 0;
  for (let w = 0; w < windows; w++) {
    const values = Array.from({ length: steps }, (_, t) => mixed.data[(w * steps + t) * 2]);
    const own = values.filter((value) => value === w + 1).length;
    assert.ok(Math.abs(targets.data[w * windows + w] - own / steps) < 1e-6);
    const changes = values.filter((value, t) => t > 0 && value !== values[t - 1]).length;
    assert.ok(changes <= 2);
    cut += own < steps ? 1 : 0;
  }
  assert.ok(cut > 10);
});

test("mixing repeats with its seed, keeps its input and refuses labels that are no class", () => {
  const before = data.slice();
  for (const f of [mixup, cutmix]) {
    const once = f({ series: raw, labels }, { classes: windows, seed: 1 });
    assert.deepEqual(f({ series: raw, labels }, { classes: windows, seed: 1 }), once);
    assert.notDeepEqual(f({ series: raw, labels }, { classes: windows, seed: 2 }).targets, once.targets);
    assert.throws(() => f({ series: raw, labels }, { classes: 5 }), /\[0, 5\), got/);
    assert.throws(() => f({ series: raw, labels: [1] }, { classes: 5 }), /\(20\), got 1/);
    assert.throws(() => f({ series: raw, labels }, { classes: windows, alpha: 0 }), /got 0/);
  }
  assert.deepEqual(data, before);
});

test("composed steps run in order, on a share of the windows, in their epochs", () => {
  const augment = composeAugmentations([
    { apply: (x) => ({ ...x, data: x.data.map((value) => value + 100) }), when: (epoch) => epoch % 2 === 0 },
    { apply: (x) => ({ ...x, data: x.data.map((value) => value * 2) }), probability: 0.5 },
  ]);
  const even = augment(raw, { seed: 1, epoch: 0 });
  const firsts = (values: Float32Array): number[] =>
    Array.from(labels, (w) => values[w * steps * 2] / (w + 1));
  const changed = firsts(even.data).map((value, w) => value * (w + 1) - 100 * 2 === 2 * (w + 1));
  assert.ok(changed.some((is) => is) && changed.some((is) => !is));
  const odd = firsts(augment(raw, { seed: 1, epoch: 1 }).data);
  assert.deepEqual([...new Set(odd)].sort(), [1, 2]);
  assert.deepEqual(augment(raw, { seed: 1, epoch: 0 }), even);
  assert.notDeepEqual(augment(raw, { seed: 1, epoch: 2 }).data, even.data);
});

test("composed augmentations draw anew in each step and refuse steps that change the shape", () => {
  const noise = composeAugmentations([
    { apply: (x, draw) => jitterSeries(x, draw) },
    { apply: (x, draw) => rollSeries(x, draw) },
  ]);
  assert.notDeepEqual(noise(raw, { seed: 1, epoch: 0 }).data, noise(raw, { seed: 1, epoch: 1 }).data);
  const rising = composeAugmentations([
    { apply: (x) => ({ ...x, data: x.data.map((v) => v + 1) }), probability: (epoch) => epoch },
  ]);
  assert.deepEqual(rising(raw, { seed: 0, epoch: 0 }).data, raw.data);
  assert.deepEqual(
    rising(raw, { seed: 0, epoch: 1 }).data,
    raw.data.map((v) => v + 1),
  );
  assert.throws(() => rising(raw, { seed: 0, epoch: 2 }), /must lie in \[0, 1\], got 2/);
  const bad = composeAugmentations([{ apply: (x) => ({ ...x, data: x.data.slice(1) }) }]);
  assert.throws(() => bad(raw, { seed: 1, epoch: 0 }), /step 0 must keep the shape/);
  assert.throws(() => composeAugmentations([{ apply: (x) => x, probability: -1 }]), /got -1/);
});
