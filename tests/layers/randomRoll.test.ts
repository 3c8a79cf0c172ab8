import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf, withRandomState } from "../../src/engine";
import { type RandomRollOptions, randomRoll } from "../../src/layers";

const steps = 50;

/** Windows whose every value tells its step: [windows, steps, 2]. */
function ramps(windows: number): tfTypes.Tensor3D {
  return tf.tensor3d(
    Float32Array.from({ length: windows * steps * 2 }, (_, i) => Math.floor(i / 2) % steps),
    [windows, steps, 2],
  );
}

/** The shift of each window, after a check that it is a roll. */
function shiftsOf(rolled: tfTypes.Tensor): number[] {
  const [windows] = rolled.shape;
  const values = rolled.dataSync();
  return Array.from({ length: windows }, (_, window) => {
    const shift = (steps - values[window * steps * 2]) % steps;
    for (let step = 0; step < steps; step++) {
      const at = (window * steps + step) * 2;
      // out[t] = in[(t - shift) mod steps], as numpy.roll
      assert.equal(values[at], (step - shift + steps) % steps);
      assert.equal(values[at + 1], values[at], "channels roll together");
    }
    return shift;
  });
}

function roll(
  options: RandomRollOptions,
  call: { training: boolean; step?: number; seed?: number },
): number[] {
  return tf.tidy(() => {
    const layer = randomRoll(options);
    const { training, step = 0, seed = 7 } = call;
    return withRandomState({ seed, step }, () =>
      shiftsOf(layer.apply(ramps(12), { training }) as tfTypes.Tensor),
    );
  });
}

test("a fixed roll is one shift from the layer's seed, of all steps, in training and never in prediction", () => {
  const shifts = new Set(roll({ mode: "fixed", seed: 3 }, { training: true }));
  assert.equal(shifts.size, 1);
  assert.deepEqual(new Set(roll({ mode: "fixed", seed: 3 }, { training: true, step: 9 })), shifts);
  assert.ok([...shifts][0] > 0);
  assert.deepEqual(new Set(roll({ mode: "fixed", seed: 3 }, { training: false })), new Set([0]));
  const drawn = Array.from(
    { length: 400 },
    (_, seed) => roll({ mode: "fixed", seed }, { training: true })[0],
  );
  assert.equal(Math.min(...drawn), 0);
  assert.equal(Math.max(...drawn), steps - 1, "Python's randint takes its end too");
  const seeds = new Set(
    Array.from({ length: 20 }, (_, seed) => roll({ mode: "fixed", seed }, { training: true })[0]),
  );
  assert.ok(seeds.size > 10, "other seeds roll otherwise");
});

test("a roll for each batch moves all its windows alike and the next batch otherwise", () => {
  const steps = Array.from({ length: 10 }, (_, step) => roll({ mode: "batch" }, { training: true, step }));
  for (const shifts of steps) assert.equal(new Set(shifts).size, 1);
  assert.ok(new Set(steps.map((shifts) => shifts[0])).size > 5);
});

test("a roll for each window moves windows apart, the same way for the same seed and step", () => {
  const shifts = roll({}, { training: true });
  assert.ok(new Set(shifts).size > 6);
  assert.deepEqual(roll({}, { training: true }), shifts);
  assert.notDeepEqual(roll({}, { training: true, step: 1 }), shifts);
  assert.notDeepEqual(roll({}, { training: true, seed: 8 }), shifts);
});

test("shifts stay in [low, high)", () => {
  for (const mode of ["fixed", "batch", "window"] as const) {
    for (let seed = 0; seed < 10; seed++) {
      for (const shift of roll({ mode, low: 10, high: 13, seed }, { training: true, step: seed })) {
        assert.ok(shift >= 10 && shift < 13, `${mode}: ${shift}`);
      }
    }
  }
});

test("rolls drawn in training leave predictions alone", () => {
  for (const mode of ["batch", "window"] as const) {
    assert.deepEqual(roll({ mode }, { training: false }), new Array(12).fill(0));
  }
});

test("the gradient of a roll is the roll back", () => {
  tf.tidy(() => {
    const layer = randomRoll({ mode: "window" });
    const weights = tf.randomNormal([12, steps, 2], 0, 1, "float32", 5);
    const x = ramps(12);
    const rolled = (input: tfTypes.Tensor): tfTypes.Tensor =>
      withRandomState({ seed: 1, step: 0 }, () => layer.apply(input, { training: true }) as tfTypes.Tensor);
    const shifts = shiftsOf(rolled(x));
    const gradient = tf
      .grad((input) => tf.sum(tf.mul(rolled(input), weights)))(x)
      .dataSync();
    const given = weights.dataSync();
    for (let window = 0; window < 12; window++) {
      for (let step = 0; step < steps; step++) {
        const to = (step + shifts[window]) % steps;
        assert.equal(gradient[(window * steps + step) * 2], given[(window * steps + to) * 2]);
      }
    }
  });
});

test("unknown modes and empty ranges are refused", () => {
  assert.throws(() => randomRoll({ mode: "day" as "batch" }), /mode must be fixed, batch or window, got day/);
  assert.throws(() => randomRoll({ low: 5, high: 5 }), /need whole shifts low < high, got \[5, 5\)/);
});
