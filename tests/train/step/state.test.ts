/** What a step takes from outside its tensors: memory that variables share, state, counters, clocks, random sources; tensorflow/tensorflow#31362. */
import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import type { ArrayData } from "../../../src/core/array";
import { randomSource } from "../../../src/data";
import { tf } from "../../../src/engine";
import { adam, fit, sgd } from "../../../src/train";
import type { FitOptions, History } from "../../../src/train/types";

const x: ArrayData = {
  data: Float32Array.from({ length: 60 }, (_, i) => Math.sin(i * 0.7)),
  shape: [12, 5],
};
const y: ArrayData = { data: Float32Array.from({ length: 36 }, (_, i) => Math.cos(i)), shape: [12, 3] };

class Custom extends tf.layers.Layer {
  static readonly className = "Custom";
  constructor(
    private readonly f: (x: tfTypes.Tensor, layer: Custom) => tfTypes.Tensor,
    name: string,
  ) {
    super({ name });
  }
  override call(inputs: tfTypes.Tensor | tfTypes.Tensor[]): tfTypes.Tensor {
    return tf.tidy(() => this.f(Array.isArray(inputs) ? inputs[0] : inputs, this));
  }
}

function network(layers: readonly tfTypes.layers.Layer[] = [], seed = 1): tfTypes.LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform({ seed });
  const input = tf.input({ shape: [5] });
  const last = tf.layers.dense({ units: 3, kernelInitializer });
  const output = [...layers, last].reduce(
    (values, layer) => layer.apply(values) as tfTypes.SymbolicTensor,
    input,
  );
  return tf.model({ inputs: input, outputs: output });
}

const options: FitOptions = {
  optimizer: sgd({ learningRate: 0.1 }),
  loss: "meanSquaredError",
  epochs: 3,
  batchSize: 5,
};

/** Fits once each way; `make` must give the same model both times. Returns the warnings of the compiled one. */
async function bothWays(
  make: () => tfTypes.LayersModel | { model: tfTypes.LayersModel; options: Partial<FitOptions> },
): Promise<{ compiled: History; eager: History; warnings: string[] }> {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (message: string) => void warnings.push(message);
  try {
    const run = (mode: "compiled" | "eager") => {
      const made = make();
      const parts = "model" in made ? made : { model: made as tfTypes.LayersModel, options: {} };
      return fit(parts.model, { x, y }, { ...options, validation: { x, y }, mode, ...parts.options });
    };
    return { compiled: await run("compiled"), eager: await run("eager"), warnings };
  } finally {
    console.warn = warn;
  }
}

function assertEqual({ compiled, eager }: { compiled: History; eager: History }): void {
  for (const name of ["loss", "val_loss"]) {
    for (const [epoch, value] of eager.logs[name].entries()) {
      const got = compiled.logs[name][epoch];
      assert.ok(
        Math.abs(got - value) <= 1e-5 * Math.abs(value),
        `${name} of epoch ${epoch}: ${got} is not ${value}`,
      );
    }
  }
}

test("weights that share memory with others train on their own", async () => {
  const twins: (() => tfTypes.LayersModel)[] = [
    () => {
      // Two layers, one tensor.
      const shared = tf.tensor2d(
        Array.from({ length: 25 }, (_, i) => Math.sin(i)),
        [5, 5],
      );
      const layers = [1, 2].map(() => tf.layers.dense({ units: 5, useBias: false, weights: [shared] }));
      return network(layers);
    },
    () => {
      const [a, b] = [1, 2].map(() =>
        tf.layers.dense({ units: 5, kernelInitializer: tf.initializers.constant({ value: 0.2 }) }),
      );
      const model = network([a, b]);
      b.setWeights(a.getWeights());
      return model;
    },
  ];
  for (const make of twins) {
    const result = await bothWays(make);
    assertEqual(result);
    assert.equal(result.compiled.mode, "compiled");
  }
});

test("a kept clone of a weight stays at its first value", async () => {
  const result = await bothWays(() => {
    const model = network();
    const first = tf.keep(tf.clone(model.layers[1].weights[0].read()));
    const away = (truth: tfTypes.Tensor, prediction: tfTypes.Tensor) =>
      tf.add(
        tf.mean(tf.square(tf.sub(truth, prediction)), 1),
        tf.sum(tf.square(tf.sub(model.layers[1].weights[0].read(), first))),
      ) as tfTypes.Tensor1D;
    return { model, options: { loss: away } };
  });
  assertEqual(result);
  assert.equal(result.compiled.mode, "compiled");
});

test("a teacher that shares weights keeps them, and one that follows is followed", async () => {
  for (const follows of [false, true]) {
    const result = await bothWays(() => {
      const [model, teacher] = [network(), network([], 2)];
      teacher.setWeights(model.getWeights());
      const loss = (_: tfTypes.Tensor, prediction: tfTypes.Tensor) =>
        tf.tidy(() => {
          const wanted = teacher.apply(tf.ones([1, 5])) as tfTypes.Tensor;
          return tf.mean(tf.square(tf.sub(tf.add(wanted, 1), prediction)), 1) as tfTypes.Tensor1D;
        });
      const follow = {
        name: "follow",
        onEpochEnd: (context: { pull(): void }) => {
          context.pull();
          teacher.setWeights(model.getWeights());
        },
      };
      return { model, options: { loss, callbacks: follows ? [follow] : [] } };
    });
    assertEqual(result);
    assert.deepEqual([result.compiled.mode, result.warnings.length], ["compiled", 0]);
  }
});

const refused: Record<string, [RegExp, () => (x: tfTypes.Tensor, layer: Custom) => tfTypes.Tensor]> = {
  "a variable that a layer counts in": [
    /layer "odd": it changes variable ".*", which is no weight of the model/,
    () => {
      const count = tf.variable(tf.scalar(0));
      return (values) => {
        count.assign(tf.add(count, 0.1));
        return tf.add(values, count);
      };
    },
  ],
  "a JavaScript counter": [
    /layer "odd" is computed otherwise each time, from a counter, a clock or a random source/,
    () => {
      let count = 0;
      return (values) => tf.mul(values, 1 + 0.1 * count++);
    },
  ],
  "a random source of Podium's": [
    /layer "odd" is computed otherwise each time/,
    () => {
      const random = randomSource(1);
      return (values) => tf.add(values, random.normal());
    },
  ],
  "a clock": [
    /layer "odd" is computed otherwise each time/,
    () => (values) => tf.add(values, performance.now() / 1e6),
  ],
  "a tensor kept from an earlier call": [
    /it uses a tensor that an earlier step left/,
    () => {
      let last: tfTypes.Tensor = tf.scalar(1);
      return (values) => {
        const result = tf.add(values, last);
        last.dispose();
        last = tf.keep(tf.add(tf.mean(values), 1));
        return result;
      };
    },
  ],
  "values that are read behind a catch": [
    /layer "odd": it reads a tensor's values within the step/,
    () => (values) => {
      try {
        return tf.mul(values, tf.max(values).dataSync()[0]);
      } catch {
        return values;
      }
    },
  ],
  "values that are awaited": [
    /layer "odd": it reads a tensor's values within the step/,
    () => (values) => {
      void tf.max(values).data();
      return values;
    },
  ],
};

for (const [name, [message, make]] of Object.entries(refused)) {
  test(`${name}: the fit goes on eagerly, and says which layer and why`, async () => {
    const before = tf.memory().numTensors;
    const input = network([new Custom(make(), "odd")]);
    const warnings: string[] = [];
    const { warn } = console;
    console.warn = (text: string) => void warnings.push(text);
    const history = await fit(input, { x, y }, options).finally(() => {
      console.warn = warn;
    });
    assert.equal(history.mode, "eager");
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], message);
    assert.match(warnings[0], /Training goes on eagerly/);
    await new Promise((resolve) => setTimeout(resolve, 10));
    input.dispose();
    assert.ok(tf.memory().numTensors - before <= 2, `${tf.memory().numTensors - before} tensors are left`);
  });
}

test("a layer that makes a constant on first use is compiled", async () => {
  const result = await bothWays(() => {
    let slope: tfTypes.Tensor | undefined;
    const layer = new Custom((values) => {
      slope ??= tf.keep(tf.exp(tf.linspace(0, 1, 5)));
      return tf.mul(values, slope);
    }, "lazy");
    return network([layer]);
  });
  assertEqual(result);
  assert.equal(result.compiled.mode, "compiled");
});

test("adam's own state is no state outside the model", async () => {
  const result = await bothWays(() => ({ model: network(), options: { optimizer: adam() } }));
  assertEqual(result);
  assert.equal(result.compiled.mode, "compiled");
});

test("what a callback changes in a layer or a loss holds from then on, said aloud", async () => {
  const makers = [
    () => {
      const layer = Object.assign(
        new Custom((values, own) => tf.mul(values, (own as Custom & { slope: number }).slope), "sloped"),
        { slope: 1 },
      );
      const model = network([layer]);
      const bend = { name: "bend", onEpochEnd: () => void Object.assign(layer, { slope: layer.slope / 2 }) };
      return { model, options: { callbacks: [bend] } };
    },
    () => {
      const annealed = { share: 0 };
      const loss = (truth: tfTypes.Tensor, prediction: tfTypes.Tensor) =>
        tf.mul(tf.mean(tf.square(tf.sub(truth, prediction)), 1), 1 + annealed.share) as tfTypes.Tensor1D;
      const anneal = {
        name: "anneal",
        onEpochBegin: () => void Object.assign(annealed, { share: annealed.share + 0.1 }),
      };
      return { model: network(), options: { loss, callbacks: [anneal] } };
    },
  ];
  for (const make of makers) {
    const result = await bothWays(make);
    assertEqual(result);
    assert.equal(result.compiled.mode, "eager");
    assert.equal(result.warnings.length, 1);
    assert.match(result.warnings[0], /is not what it was when it was recorded/);
  }
});
