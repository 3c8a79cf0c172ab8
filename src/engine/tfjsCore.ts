/**
 * tfjs-core's own exports object. tfjs-layers reads its functions from it at each call, so one replaced here is
 * replaced for every layer.
 */
import { createRequire } from "node:module";
import type * as TensorFlow from "@tensorflow/tfjs-node-gpu";

function resolveThrough(packages: readonly string[]): string {
  let from = __filename;
  for (const name of packages) from = createRequire(from).resolve(name);
  return from;
}

/** tfjs-core as tfjs-layers and tfjs-node see it; assignable, unlike the `tf` namespace. */
export const core: { -readonly [Name in keyof typeof TensorFlow]: (typeof TensorFlow)[Name] } = require(
  resolveThrough(["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs", "@tensorflow/tfjs-core"]),
);
