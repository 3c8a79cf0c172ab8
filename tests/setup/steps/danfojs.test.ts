import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { load, put, temporaryFolder } from "../support";

const overrides = { "@tensorflow/tfjs-node": "$@tensorflow/tfjs-node", xlsx: "0.18.5" };
const asked = { "@tensorflow/tfjs-node": "^3.13.0", table: "6.7.1", xlsx: "https://elsewhere/xlsx.tgz" };

/** A clone, or an installed package, with danfojs-node as npm installs it. */
async function installed(context: TestContext, where = ".") {
  const { placesOf } = await load("places");
  const { danfojsStep } = await load("steps/danfojs");
  const root = path.join(realpathSync(temporaryFolder(context)), where);
  put(path.join(root, "package.json"), JSON.stringify({ overrides }));
  put(path.join(root, "src", "setup", "tfjs-node", "package.json"), '{"version": "4.22.0"}');
  const places = placesOf(root);
  const folder = path.join(places.modules, "danfojs-node");
  put(path.join(folder, "package.json"), JSON.stringify({ main: "dist/index.js", dependencies: asked }));
  return { places, folder, step: danfojsStep(places) };
}

test("danfojs-node asks for what the overrides give it, so that nobody's npm fetches anything else", async (context) => {
  const { folder, step } = await installed(context);
  assert.ok(step.needed());
  step.run();
  assert.deepEqual(JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")), {
    main: "dist/index.js",
    dependencies: { "@tensorflow/tfjs-node": "4.22.0", table: "6.7.1", xlsx: "0.18.5" },
  });
  assert.equal(step.needed(), false);
  assert.equal(existsSync(path.join(folder, "node_modules")), false);
});

test("its stand-in for tfjs-node, which npm points into nothing, is pointed to its place", async (context) => {
  const { places, folder, step } = await installed(context);
  step.run();
  const link = path.join(folder, "node_modules", "@tensorflow", "tfjs-node");
  mkdirSync(path.dirname(link), { recursive: true });
  symlinkSync("../../src/setup/tfjs-node", link);
  assert.ok(step.needed());
  step.run();
  assert.equal(realpathSync(link), path.join(places.setup, "tfjs-node"));
  assert.equal(step.needed(), false);
});

test("an installed package leaves another danfojs-node of the project alone", async (context) => {
  const { step } = await installed(context, "node_modules/podium");
  assert.equal(step.needed(), false);
});
