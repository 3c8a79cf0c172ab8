/**
 * Prepares the process for TensorFlow, before its library is opened: the environment that it reads then (threads,
 * logging, memory growth, determinism), and what its package needs of Node. Kernels require this file before all else,
 * so that a cell which imports TensorFlow itself, before Podium, gets the same.
 */
import util from "node:util";
import { threadsAsked } from "../core/concurrency";

/** Sets an environment variable that the caller has not set. */
function setDefault(name: string, value: string): void {
  process.env[name] ??= value;
}

/** The threads that `PODIUM_THREADS` asks for, of one op and of ops beside each other; TensorFlow's choice without it. */
function setThreads(): void {
  try {
    const threads = threadsAsked("load TensorFlow");
    if (threads === undefined) return;
    setDefault("TF_NUM_INTRAOP_THREADS", String(threads));
    setDefault("TF_NUM_INTEROP_THREADS", String(threads));
  } catch {
    // Podium refuses it when it loads TensorFlow.
  }
}

setThreads();
setDefault("TF_CPP_MIN_LOG_LEVEL", "2");
// Without AVX-512 TensorFlow leaves it off, though with AVX2 it gains more for images than it loses for series.
setDefault("TF_ENABLE_ONEDNN_OPTS", "1");
setDefault("TF_FORCE_GPU_ALLOW_GROWTH", "true");
// Same seed, same machine, same result: kernels that add in a racing order are refused or replaced by TensorFlow.
setDefault("TF_DETERMINISTIC_OPS", "1");

// tfjs-node 4.22 calls helpers at which Node 22 warns and which Node 23 removed.
const legacyUtil = util as unknown as Record<string, (value: unknown) => boolean>;
legacyUtil.isNullOrUndefined = (value) => value === null || value === undefined;
legacyUtil.isArray = Array.isArray;
