import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf, withRandomState } from "../../src/engine";
import * as models from "../../src/models";
import { frames, networks, series } from "./smallNetworks";

type Artifacts = Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0];
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

test("a U-Net without normalisation has biases in its place, and forecasts a sample the same beside any other", () => {
  const model = models.unet({ ...frames, filters: 2, depth: 1, normalization: false });
  assert.ok(model.layers.every((layer) => layer.getClassName() !== "BatchNormalization"));
  // Ten kernels (two a block, three blocks, the way up, the last), a bias each.
  assert.equal(model.weights.length, 16);
  model.dispose();
});

test("sizes that cannot be built are refused with what they must be", () => {
  assert.throws(
    () => models.conv1d({ inputShape: [600] as never, classes: 3 }),
    /inputShape must be \[steps, channels\] of whole numbers from 1 to 1048576, got \[600\]/,
  );
  assert.throws(
    () => models.resnet1d({ ...series, classes: 0 }),
    /classes must be a whole number from 1 to 65536, got 0/,
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
    () => models.rainNet({ inputShape: [120, 120, 4], depth: 4 }),
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
