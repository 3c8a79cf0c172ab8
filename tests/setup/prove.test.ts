import assert from "node:assert/strict";
import test from "node:test";
import * as models from "../../src/models";
import { load, temporaryFolder } from "./support";

test("every network stands among those that the doctor proves", async () => {
  const { networks } = await load("prove/networks");
  const built = Object.entries(models)
    .filter(([name, value]) => typeof value === "function" && !/Rocket|ridge|logistic|summary/i.test(name))
    .map(([name]) => name);
  assert.deepEqual(Object.keys(networks).sort(), built.sort());
  for (const build of Object.values(networks) as ((given: typeof models) => { dispose(): void })[]) {
    build(models).dispose();
  }
});

test("networks on this device are within a thousandth of the plain processor's, in outputs and gradients", async (context) => {
  const { proveNetworks } = await load("commands/prove");
  const found: { name: string; ok: boolean; outputs: number; gradients: number }[] = await proveNetworks(
    temporaryFolder(context),
    ["motionConv1d", "stackedRnn", "rainNet"],
  );
  assert.equal(found.length, 3);
  for (const { name, ok, outputs, gradients } of found) assert.ok(ok, `${name}: ${outputs}, ${gradients}`);
});

test("a difference is told by the array that it lies in, and NaN is one", async () => {
  const { differenceOf } = await load("commands/prove");
  const sizes = [2, 2, 1];
  const theirs = Float32Array.of(0.5, 1, 10, -20, 1e-9);
  assert.deepEqual(differenceOf(theirs, theirs, sizes), { outputs: 0, gradients: 0 });
  const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6 * Math.abs(b), `${a} ${b}`);
  near(differenceOf(Float32Array.of(0.5, 1.25, 10, -20, 1e-9), theirs, sizes).outputs, 0.25);
  near(differenceOf(Float32Array.of(0.5, 1, 11, -20, 1e-9), theirs, sizes).gradients, 0.05);
  // A gradient that is nothing but rounding is measured by the others.
  assert.ok(differenceOf(Float32Array.of(0.5, 1, 10, -20, 3e-9), theirs, sizes).gradients < 1e-6);
  assert.ok(Number.isNaN(differenceOf(Float32Array.of(Number.NaN, 1, 10, -20, 0), theirs, sizes).outputs));
  assert.ok(Number.isNaN(differenceOf(Float32Array.of(0.5, 1, 10, Number.NaN, 0), theirs, sizes).gradients));
});
