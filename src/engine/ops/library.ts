/**
 * Our own ops for LSTM, GRU and ConvLSTM, which TensorFlow gets when the library that set-up compiled beside its addon is opened. Where there is
 * none, or on a GPU, layers use TensorFlow's ops.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { tf } from "../load";
import { backend } from "../native";

/** What the library says of itself. */
interface OpsLibrary {
  /** The table of kernels that this processor runs: "avx512Kernels". */
  readonly kernels: string;
}

/** The names of processors that the library has kernels for. */
const processors: Readonly<Record<string, string>> = {
  avx512Kernels: "AVX-512",
  avx2Kernels: "AVX2",
  baselineKernels: "any processor",
};

let state: { library?: OpsLibrary; reason?: string } | undefined;

function open(): { library?: OpsLibrary; reason?: string } {
  if (process.env.PODIUM_OPS === "off") return { reason: "turned off by PODIUM_OPS" };
  const folder = path.dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json"));
  const file = path.join(folder, "lib", "napi-v8", "podium_ops.node");
  if (!existsSync(file)) return { reason: "set-up could not compile them" };
  try {
    // Its libraries are in the process by now.
    tf.backend();
    return { library: require(file) };
  } catch (error) {
    return { reason: `they do not load: ${(error as Error).message.split("\n")[0]}` };
  }
}

function opened(): { library?: OpsLibrary; reason?: string } {
  state ??= open();
  return state;
}

let isReference = false;

/** Runs `f`, and what it awaits, with TensorFlow's ops in the place of our own. */
export function withReferenceOps<T>(f: () => T): T {
  const before = isReference;
  const end = () => {
    isReference = before;
  };
  isReference = true;
  let awaits = false;
  try {
    const result = f();
    awaits = result instanceof Promise;
    return awaits ? ((result as Promise<unknown>).finally(end) as T) : result;
  } finally {
    if (!awaits) end();
  }
}

/** Whether layers use our own ops now. */
export function usesOwnOps(): boolean {
  return !isReference && !backend().isUsingGpuDevice && opened().library !== undefined;
}

/** What computes recurrent layers, in words. */
export function recurrentOps(): string {
  if (backend().isUsingGpuDevice) return "TensorFlow's ops (our own are for CPUs)";
  const { library, reason } = opened();
  if (!library) return `TensorFlow's ops, which are slower (our own: ${reason})`;
  return `our own ops, for ${processors[library.kernels] ?? library.kernels}`;
}
