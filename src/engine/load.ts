/**
 * TensorFlow, loaded once a process. Every other file takes it from here, so that the environment TensorFlow reads
 * at load time (threads, logging, memory growth, determinism) is set before its library is opened.
 */
import util from "node:util";
import type * as TensorFlow from "@tensorflow/tfjs-node-gpu";
import { threadsAsked } from "../data/threads";

/** Sets an environment variable that the caller has not set. TensorFlow reads these when its library is opened. */
function setDefault(name: string, value: string): void {
  process.env[name] ??= value;
}

/** The threads that `PODIUM_THREADS` asks for, of one op and of ops beside each other; TensorFlow's choice without it. */
function setThreads(): void {
  const threads = threadsAsked("load TensorFlow");
  if (threads === undefined) return;
  setDefault("TF_NUM_INTRAOP_THREADS", String(threads));
  setDefault("TF_NUM_INTEROP_THREADS", String(threads));
}

setThreads();
setDefault("TF_CPP_MIN_LOG_LEVEL", "2");
setDefault("TF_FORCE_GPU_ALLOW_GROWTH", "true");
// Same seed, same machine, same result: kernels that add in a racing order are refused or replaced by TensorFlow.
setDefault("TF_DETERMINISTIC_OPS", "1");

// tfjs-node 4.22 calls helpers that Node 23 removed, and one at which it warns.
const legacyUtil = util as unknown as Record<string, ((value: unknown) => boolean) | undefined>;
legacyUtil.isNullOrUndefined ??= (value) => value === null || value === undefined;
legacyUtil.isArray = Array.isArray;

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
