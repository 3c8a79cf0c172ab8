import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf, withRandomState } from "../../src/engine";
import * as models from "../../src/models";

type Artifacts = Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0];
type Build = (seed: number) => tfTypes.LayersModel;

const series = { inputShape: [45, 5] as [number, number], classes: 7 };
const frames = { inputShape: [16, 16, 4] as [number, number, number], filters: 4 };

const networks: Record<string, Build> = {
  motionConv1d: (seed) => models.motionConv1d({ ...series, filters: 8, units: 8, seed }),
  "motionConv1d, roll of each window": (seed) =>
    models.motionConv1d({ ...series, filters: 8, units: 8, roll: "window", activation: "mish", seed }),
  conv1d: (seed) => models.conv1d({ ...series, filters: [8, 8], seed }),
  fftConv1d: (seed) => models.fftConv1d({ ...series, seed }),
  inceptionTime: (seed) => models.inceptionTime({ ...series, filters: 4, depth: 3, dropout: 0.2, seed }),
  resnet1d: (seed) => models.resnet1d({ ...series, filters: [4, 8], seed }),
  stackedRnn: (seed) => models.stackedRnn({ ...series, recurrentUnits: [6, 5], seed }),
  convRnn: (seed) => models.convRnn({ ...series, filters: [6, 8], seed }),
  twoPathRnnConv: (seed) => models.twoPathRnnConv({ ...series, filters: 6, recurrentUnits: [5], seed }),
  gruPoolGru: (seed) => models.gruPoolGru({ ...series, units: [6, 5], dropout: 0.1, seed }),
  radarTwoPath: (seed) => models.radarTwoPath({ ...frames, filters: 8, lstmFilters: 4, seed }),
  unet: (seed) => models.unet({ ...frames, depth: 2, seed }),
  "unet with everything": (seed) =>
    models.unet({
      ...frames,
      depth: 2,
      groupByTime: true,
      attention: true,
      gates: true,
      activation: "mish",
      seed,
    }),
  rainNet: (seed) => models.rainNet({ ...frames, depth: 2, seed }),
  "sequenceUnet middle": (seed) => models.sequenceUnet({ ...frames, depth: 1, recurrent: "middle", seed }),
  "sequenceUnet throughout": (seed) =>
    models.sequenceUnet({ ...frames, depth: 1, recurrent: "throughout", seed }),
  downConvLstmUp: (seed) => models.downConvLstmUp({ ...frames, seed }),
  convLstmStack: (seed) => models.convLstmStack({ ...frames, filters: [4, 4], seed }),
};

function sample(model: tfTypes.LayersModel, count = 3): tfTypes.Tensor {
  const shape = [count, ...(model.inputs[0].shape.slice(1) as number[])];
  return tf.randomUniform(shape, 0, 1, "float32", 11);
}

function outputs(model: tfTypes.LayersModel, training = false): Float32Array {
  return tf.tidy(() =>
    withRandomState(
      { seed: 5, step: 0 },
      () => (model.apply(sample(model), { training }) as tfTypes.Tensor).dataSync() as Float32Array,
    ),
  );
}

for (const [name, build] of Object.entries(networks)) {
  test(`${name}: two builds from one seed are equal, in prediction and in training, another seed's is not`, () => {
    const [first, second, other] = [build(1), build(1), build(2)];
    assert.deepEqual(outputs(second), outputs(first));
    assert.notDeepEqual(outputs(other), outputs(first));
    const predicted = outputs(first);
    assert.deepEqual(outputs(second, true), outputs(first, true));
    // Batch statistics have moved with the training step, and predictions with them, alike in both.
    assert.deepEqual(outputs(second), outputs(first));
    if (first.nonTrainableWeights.length > 0) assert.notDeepEqual(outputs(first), predicted);
    for (const model of [first, second, other]) model.dispose();
  });

  test(`${name}: saved and loaded it predicts the same, and nothing is left in memory`, async () => {
    const before = tf.memory().numTensors;
    const model = build(3);
    const held = tf.memory().numTensors;
    const expected = outputs(model);
    outputs(model, true);
    assert.equal(tf.memory().numTensors, held, "a prediction and a training pass leave no tensor");
    const afterTraining = outputs(model);

    let artifacts: Artifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (saved) => {
        artifacts = saved;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts as Artifacts));
    assert.deepEqual(outputs(loaded), afterTraining);
    assert.equal(loaded.countParams(), model.countParams());
    assert.ok(expected.every(Number.isFinite));
    loaded.dispose();
    model.dispose();
    assert.equal(tf.memory().numTensors, before, "disposing frees every weight");
  });
}

test("classifiers give probabilities, and one window alone works", () => {
  for (const [name, build] of Object.entries(networks)) {
    const model = build(1);
    tf.tidy(() => {
      const out = model.predict(sample(model, 1)) as tfTypes.Tensor;
      if (out.rank === 2) {
        assert.deepEqual(out.shape, [1, 7], name);
        assert.ok(Math.abs(out.sum().dataSync()[0] - 1) < 1e-5, name);
      } else {
        assert.deepEqual(out.shape, [1, 16, 16, 1], name);
      }
    });
    model.dispose();
  }
});

test("sizes that cannot be built are refused with what they must be", () => {
  assert.throws(
    () => models.conv1d({ inputShape: [600] as never, classes: 3 }),
    /inputShape must be \[steps, channels\] of whole numbers above 0, got \[600\]/,
  );
  assert.throws(
    () => models.resnet1d({ ...series, classes: 0 }),
    /classes must be a whole number above 0, got 0/,
  );
  assert.throws(
    () => models.radarTwoPath({ inputShape: [100, 120, 4] }),
    /rows and columns must be multiples of 8 at depth 3, got 100 x 120/,
  );
  assert.throws(
    () => models.radarTwoPath({ ...frames, variant: "meant" as "intended" }),
    /variant must be submitted or intended, got meant/,
  );
  assert.throws(() => models.unet({ ...frames, outputKernel: 2 as 3 }), /outputKernel must be 1 or 3, got 2/);
  assert.throws(
    () => models.stackedRnn({ ...series, cell: "rnn" as "gru" }),
    /cell must be lstm or gru, got rnn/,
  );
  assert.throws(
    () => models.rainNet({ inputShape: [120, 120, 4] }),
    /rows and columns must be multiples of 16 at depth 4, got 120 x 120/,
  );
});

test("networks have the parameters that their docs state", () => {
  const motion = { inputShape: [600, 18] as [number, number], classes: 61 };
  const radar = { inputShape: [120, 120, 4] as [number, number, number] };
  const stated: [tfTypes.LayersModel, number][] = [
    [models.conv1d(motion), 65_245],
    [models.motionConv1d(motion), 774_333],
    [models.fftConv1d(motion), 326_077],
    [models.inceptionTime(motion), 502_845],
    [models.resnet1d(motion), 524_221],
    [models.stackedRnn(motion), 62_653],
    [models.convRnn(motion), 596_989],
    [models.twoPathRnnConv(motion), 799_677],
    [models.gruPoolGru(motion), 404_779],
    [models.unet({ ...radar, filters: 16, depth: 3 }), 484_289],
    [models.sequenceUnet({ ...radar, recurrent: "none" }), 483_905],
    [models.sequenceUnet({ ...radar, recurrent: "input" }), 495_937],
    [models.sequenceUnet({ ...radar, recurrent: "middle" }), 1_809_681],
    [models.downConvLstmUp(radar), 250_017],
    [models.convLstmStack(radar), 112_545],
  ];
  for (const [model, parameters] of stated) {
    assert.equal(model.countParams(), parameters);
    model.dispose();
  }
});
