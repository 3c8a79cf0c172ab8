/**
 * Our own ops for LSTM and GRU, held to the same recurrence written step by step in tensor ops: outputs and every
 * gradient. Keras's numbers are in patches.test.ts.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import test from "node:test";
import type { Scalar, Tensor, Tensor2D, Tensor3D, Variable } from "@tensorflow/tfjs-node-gpu";
import { gruSequence, lstmSequence, type SequenceOptions, tf, usesOwnOps } from "../../../src/engine";

const gates = { lstm: 4, gru: 3, gruBefore: 3 } as const;
type Cell = keyof typeof gates;

interface Given {
  projected: Tensor;
  recurrentKernel: Tensor;
  recurrentBias: Tensor;
  state: Tensor;
  memory: Tensor;
}

function ours(cell: Cell, given: Given, options: SequenceOptions): Tensor {
  const recurrentKernel = given.recurrentKernel as Tensor2D;
  const projected = given.projected as Tensor3D;
  const { state, memory } = given;
  if (cell === "lstm") return lstmSequence(projected, { recurrentKernel }, { ...options, state, memory });
  const resetAfter = cell === "gru";
  const recurrentBias = resetAfter ? given.recurrentBias : undefined;
  return gruSequence(projected, { recurrentKernel, recurrentBias }, { ...options, state, resetAfter });
}

function plain(cell: Cell, given: Given, options: SequenceOptions): Tensor {
  const gate = (x: Tensor) =>
    options.hard ? tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1) : tf.sigmoid(x);
  const [samples, steps] = given.projected.shape;
  // tfjs cannot differentiate a split into one part.
  const parts = (x: Tensor, count: number): Tensor[] => {
    const width = (x.shape.at(-1) as number) / count;
    const before = x.shape.slice(0, -1);
    return Array.from({ length: count }, (_, n) =>
      tf.slice(x, [...before.map(() => 0), n * width], [...before, width]),
    );
  };
  const flat = tf.reshape(given.projected, [samples, -1]);
  const times = parts(flat, steps);
  const counts = options.counts && parts(options.counts, steps);
  if (options.backwards) times.reverse();
  if (options.backwards) counts?.reverse();
  let { state, memory } = given;
  const states = times.map((x, step) => {
    const recurring = options.dropout ? tf.mul(state, options.dropout) : state;
    let next: Tensor;
    let nextMemory = memory;
    if (cell === "lstm") {
      const [input, forget, candidate, output] = parts(
        tf.add(x, tf.matMul(recurring, given.recurrentKernel)),
        4,
      );
      nextMemory = tf.add(tf.mul(gate(forget), memory), tf.mul(gate(input), tf.tanh(candidate)));
      next = tf.mul(gate(output), tf.tanh(nextMemory));
    } else {
      const [xz, xr, xn] = parts(x, 3);
      const kernels = parts(given.recurrentKernel, 3);
      const biases = cell === "gru" ? parts(given.recurrentBias, 3) : [0, 0, 0].map((n) => tf.scalar(n));
      const inner = (input: Tensor, n: number) => tf.add(tf.matMul(input, kernels[n]), biases[n]);
      const update = gate(tf.add(xz, inner(recurring, 0)));
      const reset = gate(tf.add(xr, inner(recurring, 1)));
      const product =
        cell === "gru" ? tf.mul(reset, inner(recurring, 2)) : inner(tf.mul(reset, recurring), 2);
      next = tf.add(tf.mul(update, state), tf.mul(tf.sub(1, update), tf.tanh(tf.add(xn, product))));
    }
    if (counts) {
      next = tf.add(state, tf.mul(counts[step], tf.sub(next, state)));
      if (memory) nextMemory = tf.add(memory, tf.mul(counts[step], tf.sub(nextMemory, memory)));
    }
    state = next;
    memory = nextMemory;
    return state;
  });
  return options.returnSequences ? tf.stack(states, 1) : state;
}

function drawn(shape: number[], seed: number, scale = 1): Variable {
  return tf.variable(tf.randomNormal(shape, 0, scale, "float32", seed));
}

/** Values and gradients of a function of the inputs, in one list. */
function results(given: Given, f: (given: Given) => Tensor): { name: string; values: Float32Array }[] {
  return tf.tidy(() => {
    const entries = Object.entries(given);
    let y!: Tensor;
    const loss = (...inputs: Tensor[]) => {
      const own = Object.fromEntries(entries.map(([name], index) => [name, inputs[index]]));
      y = tf.keep(f(own as unknown as Given));
      return tf.sum<Scalar>(tf.mul(tf.square(y), tf.reshape(tf.cos(tf.range(0, y.size)), y.shape)));
    };
    const grads = tf.grads(loss)(entries.map(([, tensor]) => tensor));
    const named = entries.map(([name], index) => ({ name, values: grads[index].dataSync() as Float32Array }));
    const all = [{ name: "output", values: y.dataSync() as Float32Array }, ...named];
    y.dispose();
    return all;
  });
}

function assertSame(cell: Cell, options: SequenceOptions, sizes: [number, number, number], scale = 1): void {
  const [samples, steps, units] = sizes;
  const given: Given = {
    projected: drawn([samples, steps, gates[cell] * units], 1, scale),
    recurrentKernel: drawn([units, gates[cell] * units], 2, 1 / Math.sqrt(units)),
    recurrentBias: drawn([3 * units], 3, cell === "gru" ? 0.3 : 0),
    state: drawn([samples, units], 4),
    memory: drawn([samples, units], 5),
  };
  const used = Object.fromEntries(
    Object.entries(given).filter(
      ([name]) => (name !== "memory" || cell === "lstm") && (name !== "recurrentBias" || cell === "gru"),
    ),
  ) as unknown as Given;
  const actual = results(used, (inputs) => ours(cell, inputs, options));
  const expected = results(used, (inputs) => plain(cell, inputs, options));
  for (const [index, { name, values }] of expected.entries()) {
    const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0.1);
    const wrong = values.findIndex((value, i) => !(Math.abs(actual[index].values[i] - value) <= 1e-5 * size));
    assert.equal(wrong, -1, `${name}[${wrong}]: ${actual[index].values[wrong]} for ${values[wrong]}`);
  }
  for (const tensor of Object.values(given)) (tensor as Tensor).dispose();
}

const own = { skip: usesOwnOps() ? false : "set-up compiled no ops of our own" };

/** Every second option differs from the case before, so that few cases see all pairs. */
const settings: Record<string, (sizes: [number, number, number]) => Partial<SequenceOptions>> = {
  "all states": () => ({ returnSequences: true }),
  "the last state, hard gates": () => ({ hard: true }),
  "backwards, dropout of the state": ([samples, , units]) => ({
    backwards: true,
    returnSequences: true,
    dropout: tf.mul(
      tf.cast(tf.greater(tf.randomUniform([samples, units], 0, 1, "float32", 6), 0.3), "float32"),
      1.4,
    ),
  }),
  "skipped steps": ([samples, steps]) => ({
    counts: tf.cast(tf.greater(tf.randomUniform([samples, steps], 0, 1, "float32", 7), 0.4), "float32"),
  }),
  "backwards, skipped steps, hard gates, dropout of the state": ([samples, steps, units]) => ({
    backwards: true,
    hard: true,
    returnSequences: true,
    dropout: tf.mul(
      tf.cast(tf.greater(tf.randomUniform([samples, units], 0, 1, "float32", 8), 0.3), "float32"),
      1.4,
    ),
    counts: tf.cast(tf.greater(tf.randomUniform([samples, steps], 0, 1, "float32", 9), 0.4), "float32"),
  }),
};

for (const cell of Object.keys(gates) as Cell[]) {
  for (const [name, make] of Object.entries(settings)) {
    test(`${cell}, ${name}: outputs and gradients are those of the plain recurrence`, own, () => {
      const plainOptions = { backwards: false, hard: false, returnSequences: false };
      // One value, less than a vector, more than one, more rows than a block of them.
      for (const sizes of [
        [1, 1, 1],
        [3, 5, 4],
        [2, 3, 70],
        [19, 4, 33],
      ] as [number, number, number][]) {
        assertSame(cell, { ...plainOptions, ...make(sizes) }, sizes);
      }
    });
  }

  test(`${cell}: saturated gates give what the plain recurrence gives, and no NaN`, own, () => {
    const options = { backwards: false, hard: false, returnSequences: true };
    for (const scale of [30, 1000, 1e30]) assertSame(cell, options, [3, 5, 20], scale);
  });
}

test("every kind of processor and every number of threads gives the same bytes", own, () => {
  const script = path.join(__dirname, "support", "digest.ts");
  const digest = (threads: number, kernels: string) => {
    const env = { ...process.env, PODIUM_THREADS: String(threads), PODIUM_OPS: kernels };
    const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", script], {
      env,
      encoding: "utf8",
    });
    assert.match(stdout, /^\w+Kernels [0-9a-f]{40}$/m, stderr);
    return stdout.trim().split(" ");
  };
  const [fastest, expected] = digest(1, "");
  assert.equal(digest(3, "")[1], expected, "three threads");
  // Without fused multiplication bytes differ; there the machine itself has none.
  if (fastest === "avx512Kernels") assert.deepEqual(digest(2, "avx2"), ["avx2Kernels", expected]);
});
