/**
 * TensorFlow, loaded once per process. Every other file takes it from here, so that the process is prepared before its
 * library is opened.
 */
import "./prepare";
import type * as TensorFlow from "@tensorflow/tfjs-node-gpu";
import { threadsAsked } from "../core/concurrency";

// Refused here, and not where the process is prepared: that is also done for kernels that never load TensorFlow.
threadsAsked("load TensorFlow");

/** Loads the package; its finder of the addon would read the script's own arguments, `--directory` among them. */
function loadWithoutArguments(): typeof TensorFlow {
  const given = process.argv;
  process.argv = given.slice(0, 2);
  try {
    return require("@tensorflow/tfjs-node-gpu");
  } finally {
    process.argv = given;
  }
}

/** The one TensorFlow of this process: the same instance as `import * as tf from "@tensorflow/tfjs-node-gpu"`. */
export const tf: typeof TensorFlow = loadWithoutArguments();
