import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import path from "node:path";
import { command } from "../command.mjs";
import { SetupError } from "../failure.mjs";
import { packageFolder, versionOf } from "../places.mjs";
import { findCompiler } from "../requirements.mjs";
import { fingerprint, readOr, writeWhole } from "../stamp.mjs";
import { installedTensorflow } from "./tensorflow.mjs";

/** How the addon is compiled; the addon is compiled anew where these change. */
const flags = ["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8", "-Wl,-z,initfirst"];
/** Where its libraries are, looked at before LD_LIBRARY_PATH: another TensorFlow there is not taken. */
const searched = ["-Wl,--disable-new-dtags", "-Wl,-rpath,$ORIGIN/../../deps/lib"];
/** Our own part of it. */
const logLevel = path.join(import.meta.dirname, "logLevel.cc");
/** Node's ABI for addons that tfjs-node asks for. */
const folderName = "napi-v8";
/** The file whose presence tells tfjs-node-gpu's own installer that its library is there. */
const installersLibrary = "libtensorflow.so.2.9.1";

/**
 * Makes a link point where it should, never leaving it missing.
 *
 * @param {string} target where it points, as written into the link
 * @param {string} link
 */
export function pointLink(target, link) {
  try {
    if (readlinkSync(link) === target) return;
  } catch {
    // Missing, or no link: it is replaced.
  }
  mkdirSync(path.dirname(link), { recursive: true });
  const beside = `${link}.${process.pid}`;
  rmSync(beside, { force: true });
  symlinkSync(target, beside);
  if (existsSync(link) && !isLink(link)) rmSync(link, { recursive: true, force: true });
  renameSync(beside, link);
}

/** @param {string} file */
export function isLink(file) {
  try {
    readlinkSync(file);
    return true;
  } catch {
    return false;
  }
}

/**
 * Where the addon and its library are.
 *
 * @param {import("../places.mjs").Places} places
 */
export function addonPlaces(places) {
  const tfjs = packageFolder(places, "@tensorflow/tfjs-node-gpu");
  if (!tfjs) return undefined;
  return {
    tfjs,
    addon: path.join(tfjs, "lib", folderName, "tfjs_binding.node"),
    library: path.join(tfjs, "deps", "lib"),
    mark: path.join(tfjs, "lib", folderName, "tfjs_binding.podium"),
  };
}

/**
 * tfjs-node-gpu's own addon, compiled against TensorFlow's wheel and put where that package looks; logLevel.cc is
 * compiled with it. Its library folder is a link into the wheel, through which the library finds the CUDA wheels
 * beside it.
 *
 * @param {import("../places.mjs").Places} places
 * @param {{ track: (pid: number) => void }} lock
 * @returns {import("./steps.mjs").Step}
 */
export function addonStep(places, lock) {
  function parts() {
    const found = addonPlaces(places);
    const headers = packageFolder(places, "node-api-headers");
    const tensorflow = installedTensorflow(places.environment);
    if (!found || !headers || !tensorflow) return undefined;
    const sources = readdirSync(path.join(found.tfjs, "binding"))
      .filter((name) => /\.(cc|h)$/.test(name))
      .map((name) => path.join(found.tfjs, "binding", name))
      .sort();
    sources.push(logLevel);
    const wheel = `${tensorflow.name} ${tensorflow.version}`;
    const print = fingerprint({ texts: [...flags, ...searched, wheel, versionOf(headers)], files: sources });
    return { ...found, headers, tensorflow, sources, print };
  }
  return {
    name: "TensorFlow addon",
    needed() {
      const found = parts();
      if (!found) return "compiling";
      const isCurrent = existsSync(found.addon) && readOr(found.mark) === found.print;
      const isLinked =
        existsSync(path.join(found.library, "libtensorflow_cc.so.2")) &&
        existsSync(path.join(found.library, installersLibrary));
      if (isCurrent && isLinked) return false;
      return isCurrent ? "linking its library" : "compiling, about half a minute";
    },
    async run() {
      const found = parts();
      if (!found) {
        throw new SetupError(
          "Cannot compile the addon: @tensorflow/tfjs-node-gpu, node-api-headers and TensorFlow are required, got some missing",
          { mend: "Remove node_modules and .venv and run the same command again." },
        );
      }
      const { addon, library, headers, tensorflow, sources, print, mark } = found;
      pointLink("libtensorflow_cc.so.2", path.join(tensorflow.folder, installersLibrary));
      pointLink(path.relative(path.dirname(library), tensorflow.folder), library);
      if (existsSync(addon) && readOr(mark) === print) return;
      const { program, args: first } = findCompiler();
      mkdirSync(path.dirname(addon), { recursive: true });
      const beside = `${addon}.part`;
      const args = [
        ...first,
        ...flags,
        `-I${path.join(headers, "include")}`,
        `-I${path.join(tensorflow.folder, "include")}`,
        ...sources.filter((file) => file.endsWith(".cc")),
        `-L${tensorflow.folder}`,
        "-l:libtensorflow_cc.so.2",
        "-l:libtensorflow_framework.so.2",
        ...searched,
        "-o",
        beside,
      ];
      try {
        await command(program, args, { action: "compile the addon", onStart: lock.track });
        if (statSync(beside).size === 0)
          throw new SetupError("Cannot compile the addon: an empty file came out");
        renameSync(beside, addon);
      } finally {
        rmSync(beside, { force: true });
      }
      writeWhole(mark, print);
    },
  };
}
