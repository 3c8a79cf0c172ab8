import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import * as models from "../../src/models";
import { frames, series } from "./smallNetworks";

type Network = (options: never) => tfTypes.LayersModel;

/** Wrong values of each kind of option. */
const size = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e9, "8", null];
const wrong = {
  size,
  sizes: [[], 8, ...size.map((value) => [4, value])],
  rate: [-0.1, 1, 1.5, Number.NaN, "0.5", null],
  seed: [0.5, Number.NaN, Number.POSITIVE_INFINITY, "1"],
  choice: ["other", 2, null, Number.NaN],
};
const rates = (names: string[]) => [
  5,
  null,
  ...names.flatMap((name) => wrong.rate.map((value) => ({ [name]: value }))),
];
const head = { units: wrong.size, activation: wrong.choice };
const channelsAndUnits = { dropout: rates(["channels", "units"]) };

/** Of each network an option's wrong values; the seed, the shape and the number of classes are common to all. */
const table: [Network, Record<string, readonly unknown[]>][] = [
  [
    models.conv1d,
    {
      filters: wrong.sizes,
      kernelSize: size,
      poolSize: [...size, 46],
      dropout: wrong.rate,
      activation: wrong.choice,
    },
  ],
  [
    models.convRnn,
    {
      filters: wrong.sizes,
      kernelSize: size,
      poolSize: [...size, 46],
      cell: wrong.choice,
      ...head,
      ...channelsAndUnits,
    },
  ],
  [models.fftConv1d, { dropout: [[], [0.1, 0.2], 0.1, ...wrong.rate.map((value) => [0.1, value, 0.1])] }],
  [
    models.gruPoolGru,
    { units: [[], [6], 6, ...size.map((value) => [6, value])], poolSize: [...size, 46], dropout: wrong.rate },
  ],
  [
    models.inceptionTime,
    { filters: size, depth: size, kernelSize: [...size, 3], bottleneck: size, dropout: wrong.rate },
  ],
  [
    models.motionConv1d,
    { filters: size, kernelSize: size, roll: wrong.choice, ...head, ...channelsAndUnits },
  ],
  [models.resnet1d, { filters: wrong.sizes, dropout: wrong.rate }],
  [
    models.stackedRnn,
    { recurrentUnits: wrong.sizes, cell: wrong.choice, ...head, dropout: rates(["recurrent", "units"]) },
  ],
  [
    models.twoPathRnnConv,
    {
      filters: size,
      kernelSize: size,
      recurrentUnits: wrong.sizes,
      cell: wrong.choice,
      ...head,
      ...channelsAndUnits,
    },
  ],
  [
    models.convLstmStack,
    { filters: wrong.sizes, kernelSize: size, outputActivation: wrong.choice, outputKernel: wrong.choice },
  ],
  [
    models.downConvLstmUp,
    {
      filters: size,
      depth: [...size, 5],
      activation: wrong.choice,
      outputActivation: wrong.choice,
      outputKernel: wrong.choice,
    },
  ],
  [
    models.radarTwoPath,
    {
      filters: size,
      lstmFilters: size,
      variant: wrong.choice,
      dropout: wrong.rate,
      activation: wrong.choice,
      outputKernel: wrong.choice,
    },
  ],
  [
    models.rainNet,
    { filters: size, depth: [...size, 5], dropout: wrong.rate, outputActivation: wrong.choice },
  ],
  [
    models.sequenceUnet,
    {
      recurrent: wrong.choice,
      filters: size,
      depth: [...size, 5],
      activation: wrong.choice,
      outputActivation: wrong.choice,
      outputKernel: wrong.choice,
    },
  ],
  [
    models.unet,
    {
      filters: size,
      depth: [...size, 5],
      groupByTime: wrong.choice,
      attention: wrong.choice,
      gates: wrong.choice,
      residual: wrong.choice,
      residualScale: [0, -1, Number.NaN, Number.POSITIVE_INFINITY],
      normalization: wrong.choice,
      activation: wrong.choice,
      outputActivation: wrong.choice,
      momentum: wrong.rate,
      outputKernel: wrong.choice,
    },
  ],
];

for (const [network, own] of table) {
  const isSeries = !/frame|radar|rain|unet|lstm/i.test(network.name);
  const valid: Record<string, unknown> = isSeries ? series : { inputShape: frames.inputShape };
  const rank = isSeries ? 2 : 3;
  const common = {
    seed: wrong.seed,
    inputShape: [
      5,
      null,
      [],
      [8],
      [8, 8, 8, 8],
      ...[0, -1, 1.5, Number.NaN, 1e9].map((extent) => new Array(rank).fill(extent)),
    ],
    ...(isSeries ? { classes: size } : {}),
  };

  test(`${network.name} refuses each wrong value by the option's name before it builds`, () => {
    for (const [name, values] of Object.entries({ ...common, ...own })) {
      for (const value of values) {
        assert.throws(
          () => network({ ...valid, [name]: value } as never),
          (error: Error) =>
            error.constructor === RangeError &&
            error.message.startsWith("Cannot build a network: ") &&
            error.message.includes(name),
          `${name} ${JSON.stringify(value)}`,
        );
      }
    }
    for (const name of ["inputShape", ...(isSeries ? ["classes"] : [])]) {
      assert.throws(() => network({ ...valid, [name]: undefined } as never), RangeError, `no ${name}`);
    }
  });

  test(`${network.name} refuses an unknown option with the nearest name`, () => {
    const name = Object.keys(own).sort((a, b) => b.length - a.length)[0];
    const misspelt: Record<string, unknown> = { ...valid, [name.toLowerCase().slice(0, -1)]: 8 };
    assert.throws(() => network(misspelt as never), {
      name: "TypeError",
      message: `Cannot build a network: there is no option ${name.toLowerCase().slice(0, -1)}; did you mean ${name}?`,
    });
  });
}

test("an unknown option within another one is refused, and known ones are listed where none is near", () => {
  const dropout = { channel: 0.1 };
  assert.throws(() => models.convRnn({ ...series, dropout } as never), {
    name: "TypeError",
    message: "Cannot build a network: there is no option dropout.channel; did you mean channels?",
  });
  assert.throws(() => models.fftConv1d({ ...series, optimizer: "adam" } as never), {
    message: /there is no option optimizer; known are classes, dropout, seed, inputShape/,
  });
});

test("the smallest sizes that are allowed build", () => {
  models
    .conv1d({ inputShape: [1, 1], classes: 1, filters: [1], kernelSize: 1, dropout: 0, seed: -1 })
    .dispose();
  models.unet({ inputShape: [2, 3, 1], filters: 1, depth: 1 }).dispose();
});
