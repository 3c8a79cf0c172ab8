import assert from "node:assert/strict";
import test from "node:test";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../src/engine";
import { attentionGate, channelAttention, groupedConv2d, spatialAttention } from "../../src/layers";

// That these layers compute what Keras does is tested with the networks made of them (models/unet.test.ts).

test("attention only ever weakens: every value keeps its sign and loses size", () => {
  tf.tidy(() => {
    const x = tf.randomNormal([2, 6, 5, 8], 0, 1, "float32", 1);
    const gate = tf.randomNormal([2, 6, 5, 3], 0, 1, "float32", 2);
    const layers = [channelAttention({ reduction: 4 }), spatialAttention(), attentionGate()];
    for (const layer of layers) {
      const input = layer.getClassName() === "AttentionGate" ? [x, gate] : x;
      const out = layer.apply(input) as tfTypes.Tensor;
      assert.deepEqual(out.shape, x.shape);
      const share = tf.div(out, x);
      assert.ok(share.min().dataSync()[0] > 0 && share.max().dataSync()[0] < 1, layer.getClassName());
      layer.dispose();
    }
  });
});

test("shapes that cannot be attended to are refused", () => {
  assert.throws(
    () => attentionGate().apply([tf.input({ shape: [8, 8, 4] }), tf.input({ shape: [4, 4, 4] })]),
    /need two inputs of equal rows and columns/,
  );
  assert.throws(() => channelAttention({ reduction: 0 }), /reduction must be above 0, got 0/);
  assert.throws(
    () => spatialAttention({ kernelSize: 0 }),
    /kernelSize must be a whole number above 0, got 0/,
  );
});

test("groups do not see each other", () => {
  tf.tidy(() => {
    const layer = groupedConv2d({ filters: 8, groups: 4 });
    const x = tf.randomNormal([1, 5, 5, 4], 0, 1, "float32", 1);
    const changed = tf.concat([x.slice([0, 0, 0, 0], [-1, -1, -1, 3]), tf.zeros([1, 5, 5, 1])], 3);
    const difference = tf.abs(
      tf.sub(layer.apply(x) as tfTypes.Tensor, layer.apply(changed) as tfTypes.Tensor),
    );
    const byChannel = difference.max([0, 1, 2]).dataSync();
    assert.deepEqual([...byChannel.slice(0, 6)], [0, 0, 0, 0, 0, 0]);
    assert.ok(byChannel[6] > 0 && byChannel[7] > 0);
    layer.dispose();
  });
});

test("groups that do not divide the channels are refused", () => {
  assert.throws(() => groupedConv2d({ filters: 6, groups: 4 }), /got 6 filters in 4 groups/);
  assert.throws(
    () => groupedConv2d({ filters: 8, groups: 4 }).apply(tf.input({ shape: [8, 8, 6] })),
    /channels must be a multiple of 4 groups, got 6/,
  );
});
