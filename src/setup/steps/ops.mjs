import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { command } from "../command.mjs";
import { SetupError } from "../failure.mjs";
import { packageFolder, versionOf } from "../places.mjs";
import { findCompiler } from "../requirements.mjs";
import { filesBelow, fingerprint, readOr, writeWhole } from "../stamp.mjs";
import { addonPlaces } from "./addon.mjs";
import { installedTensorflow } from "./tensorflow.mjs";

/** How all of the library is compiled; it is compiled anew where these change. */
const common = ["-std=c++17", "-fPIC", "-w", "-fvisibility=hidden"];
const forTensorflow = ["-O2", "-DNDEBUG", "-DEIGEN_MAX_ALIGN_BYTES=64", "-DNAPI_VERSION=8"];
/** Products and sums may be fused, nothing may be reordered. */
const forKernels = ["-O3", "-ffp-contract=fast"];
const avx2 = ["-mavx2", "-mfma"];
/** The builds of the kernels, one of which is chosen when the library is opened: it serves every processor. */
const kernels = {
  baselineKernels: [],
  ...(process.arch === "x64" && {
    avx2Kernels: avx2,
    avx512Kernels: [...avx2, "-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw"],
  }),
};
/** Where its libraries are, as the addon's. */
const linked = [
  "-shared",
  "-l:libtensorflow_cc.so.2",
  "-l:libtensorflow_framework.so.2",
  "-Wl,--disable-new-dtags",
  "-Wl,-rpath,$ORIGIN/../../deps/lib",
];

/**
 * Our own ops for LSTM and GRU (src/engine/ops), compiled beside TensorFlow's addon. Podium works without them: where
 * they do not compile, that is said once, and tried again with another compiler.
 *
 * @param {import("../places.mjs").Places} places
 * @param {{ track: (pid: number) => void }} lock
 * @returns {import("./steps.mjs").Step & { failure(): string | undefined }} `failure`: why they are not there
 */
export function opsStep(places, lock) {
  function parts() {
    const addon = addonPlaces(places);
    const headers = packageFolder(places, "node-api-headers");
    const tensorflow = installedTensorflow(places.environment);
    const folder = path.join(places.packageRoot, "src", "engine", "ops");
    const sources = filesBelow(folder, (name) => /\.(cc|h)$/.test(name));
    if (!addon || !headers || !tensorflow || sources.length === 0) return undefined;
    const file = path.join(path.dirname(addon.addon), "podium_ops.node");
    const settings = JSON.stringify([common, forTensorflow, forKernels, kernels, linked]);
    const wheel = `${tensorflow.name} ${tensorflow.version}`;
    const print = fingerprint({ texts: [settings, wheel, versionOf(headers)], files: sources });
    return { file, mark: `${file}.podium`, folder, headers, tensorflow, print };
  }

  /** The mark of a failed compilation: what for, with which compiler, why. */
  function failedBefore(found) {
    const [state, print, version, cause] = readOr(found.mark).split("\n");
    return state === "failed" && print === found.print ? { version, cause } : undefined;
  }

  /** Compiles an object file. */
  async function compile(compiler, { source, object, args }) {
    const { program, args: first } = compiler;
    await command(program, [...first, ...common, ...args, "-c", source, "-o", object], {
      action: "compile the recurrent ops",
      onStart: lock.track,
    });
    return object;
  }

  async function build(compiler, found) {
    const { file, folder, headers, tensorflow } = found;
    mkdirSync(path.dirname(file), { recursive: true });
    const beside = mkdtempSync(`${file}.part`);
    const object = (name) => path.join(beside, `${name}.o`);
    const includes = [path.join(headers, "include"), path.join(tensorflow.folder, "include")];
    try {
      // All are waited for: none may write into a folder that is being removed.
      const compilations = await Promise.allSettled([
        compile(compiler, {
          source: path.join(folder, "ops.cc"),
          object: object("ops"),
          args: [...forTensorflow, ...includes.map((include) => `-I${include}`)],
        }),
        ...Object.entries(kernels).map(([name, flags]) =>
          compile(compiler, {
            source: path.join(folder, "recurrence.cc"),
            object: object(name),
            args: [...forKernels, ...flags, `-DPODIUM_KERNELS=${name}`],
          }),
        ),
      ]);
      const failed = compilations.find(({ status }) => status === "rejected");
      if (failed) throw failed.reason;
      const objects = compilations.map(({ value }) => value);
      const library = path.join(beside, "library");
      const args = [...compiler.args, ...objects, `-L${tensorflow.folder}`, ...linked, "-o", library];
      await command(compiler.program, args, { action: "link the recurrent ops", onStart: lock.track });
      renameSync(library, file);
    } finally {
      rmSync(beside, { recursive: true, force: true });
    }
  }

  return {
    name: "recurrent ops",
    failure() {
      const found = parts();
      return found && failedBefore(found)?.cause;
    },
    needed() {
      const found = parts();
      // Without sources there is nothing to compile; without the rest the steps before have failed.
      if (!found) return false;
      if (existsSync(found.file) && readOr(found.mark) === found.print) return false;
      const failed = failedBefore(found);
      if (failed && failed.version === compilerVersion()) return false;
      return "compiling, some ten seconds";
    },
    async run() {
      const found = parts();
      if (!found) return;
      // One for other sources or another TensorFlow must not be opened.
      rmSync(found.file, { force: true });
      try {
        await build(findCompiler(), found);
        writeWhole(found.mark, found.print);
      } catch (error) {
        if (!(error instanceof SetupError) || error.exitCode === 130) throw error;
        writeWhole(found.mark, ["failed", found.print, compilerVersion(), error.message].join("\n"));
        process.stderr.write(`${error.message}. LSTM and GRU use TensorFlow's ops, which are slower.\n`);
      }
    },
  };
}

/** The compiler's first words, empty where there is none. */
function compilerVersion() {
  try {
    return findCompiler().version;
  } catch {
    return "";
  }
}
