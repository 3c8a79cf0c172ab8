import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { packageFolder, sitePackages, versionOf } from "../places.mjs";
import {
  checkNode,
  checkPlace,
  checkPlatform,
  findCompiler,
  findGpu,
  findPython,
  freeSpace,
} from "../requirements.mjs";
import { addonPlaces, addonStep } from "../steps/addon.mjs";
import { buildStep } from "../steps/build.mjs";
import { environmentStep, probePython } from "../steps/environment.mjs";
import { kernelSpec } from "../steps/kernelSpec.mjs";
import { opsStep } from "../steps/ops.mjs";
import { packagesStep } from "../steps/packages.mjs";
import { installedTensorflow, tensorflowStep, tensorflowVersion } from "../steps/tensorflow.mjs";
import { findWsl, windowsDrive } from "../wsl.mjs";

/**
 * One line of the doctor.
 *
 * @typedef {object} Finding
 * @property {string} name what was looked at
 * @property {"ok" | "problem"} status
 * @property {string} detail what was found
 * @property {string} [mend] what to do about a problem
 */

/** A step that is only asked takes no lock. */
const noLock = { track() {}, release() {} };
/** The oldest driver that runs CUDA 12. */
const leastDriver = 525;
const setUpAgain = "Run npm start (or npx podium setup): it does what is missing.";
const gibibytes = (bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** What a check returns or throws, as a finding. */
function finding(name, check) {
  try {
    return { name, status: "ok", detail: check() };
  } catch (error) {
    return { name, status: "problem", detail: error.message, mend: error.mend || setUpAgain };
  }
}

/**
 * What set-up would do, as a problem.
 *
 * @param {import("../steps/steps.mjs").Step} step
 */
function checkStep(step) {
  const why = step.needed();
  if (why) problem(why === true ? "is missing or out of date" : `set-up would do this: ${why}`);
}

/** Throws a problem with what to do. */
function problem(detail, mend = setUpAgain) {
  throw Object.assign(new Error(detail), { mend });
}

function driverAndCard() {
  const { present, cards } = findGpu();
  if (!present) return "no NVIDIA GPU: the CPU is used";
  if (cards.length === 0) {
    problem(
      "an NVIDIA device is here, but nvidia-smi shows no card",
      "Install or repair the NVIDIA driver (in WSL2: the one of Windows), then run nvidia-smi.",
    );
  }
  const [{ driver }] = cards;
  if (Number.parseInt(driver, 10) < leastDriver) {
    problem(`driver ${driver} is too old for CUDA 12`, `Install NVIDIA's driver ${leastDriver} or newer.`);
  }
  const names = cards.map((card) => `${card.name}, ${card.memory}, compute capability ${card.capability}`);
  return `driver ${driver}; ${names.join("; ")}`;
}

/**
 * The version of a library from NVIDIA's wheels, else the system's.
 *
 * @param {string} environment
 * @param {{ wheel: RegExp, library: RegExp }} names
 */
export function findCudaLibrary(environment, { wheel, library }) {
  const packages = sitePackages(environment);
  const entries = packages && existsSync(packages) ? readdirSync(packages) : [];
  const match = entries.map((entry) => wheel.exec(entry)).find(Boolean);
  if (match) return { version: match[1], where: "wheel" };
  const folders = ["/usr/local/cuda/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/wsl/lib"];
  for (const folder of folders.filter((name) => existsSync(name))) {
    const found = readdirSync(folder)
      .map((entry) => library.exec(entry))
      .filter(Boolean)
      .sort((a, b) => b[1].length - a[1].length)[0];
    if (found) return { version: found[1], where: folder };
  }
  return undefined;
}

/** Names of CUDA's runtime and of cuDNN, as wheels and as libraries. */
export const cudaLibraries = {
  CUDA: { wheel: /^nvidia_cuda_runtime_cu12-(.+)\.dist-info$/, library: /^libcudart\.so\.(12[\d.]*)$/ },
  cuDNN: { wheel: /^nvidia_cudnn_cu12-(.+)\.dist-info$/, library: /^libcudnn\.so\.(9[\d.]*)$/ },
};

function cudaFinding(places, name) {
  const found = findCudaLibrary(places.environment, cudaLibraries[name]);
  if (found) return `${found.version} (${found.where})`;
  if (findGpu().present) problem(`${name} is required with an NVIDIA GPU, got none`);
  return "not needed without a GPU";
}

/**
 * What goes wrong inside WSL2 alone.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string} [root] the file system's root
 * @returns {Finding[]} none elsewhere
 */
export function wslFindings({ home, work }, root = "/") {
  const wsl = findWsl(root);
  if (!wsl) return [];
  return [
    finding("WSL", () => {
      if (wsl.linuxDriver) {
        problem(
          `an NVIDIA driver is installed inside WSL (${wsl.linuxDriver}), which hides the one of Windows`,
          "Remove it inside WSL (sudo apt purge 'libnvidia-*' 'nvidia-driver-*' 'cuda-drivers*'), then run wsl --shutdown in Windows.",
        );
      }
      const drive = [home, work].map((folder) => windowsDrive(folder, root)).find(Boolean);
      if (drive) {
        problem(
          `Podium lies on the Windows drive ${drive}, where reading many files is slow`,
          "Clone it, and keep the data, in WSL's own file system: under your home folder.",
        );
      }
      return wsl.hasGpu ? "WSL2 with the GPU of Windows" : "WSL2 without an NVIDIA GPU";
    }),
  ];
}

/** Loads the addon in a process of its own, so that a crash is a finding too. */
function addonFindings(places) {
  const script = `
    process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
    process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
    const util = require("node:util");
    util.isNullOrUndefined = (value) => value === null || value === undefined;
    const tf = require("@tensorflow/tfjs-node-gpu");
    const [sum] = tf.add(tf.tensor1d([40]), tf.tensor1d([2])).dataSync();
    const backend = tf.backend();
    const same = require("danfojs-node").tensorflow === tf;
    const mapped = require("node:fs").readFileSync("/proc/self/maps", "utf8").match(/\\/.*$/gm);
    const libraries = [...new Set(mapped)].filter((file) => /lib(tensorflow|cudart|cudnn|cublas|cufft|curand|cuso|cusp|nccl|nvrtc|nvJit)/.test(file));
    console.log("PODIUM " + JSON.stringify({ sum, gpu: backend.isUsingGpuDevice, same, libraries }));
  `;
  const options = { cwd: places.packageRoot, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] };
  let answer;
  try {
    const said = execFileSync(process.execPath, ["-e", script], options);
    answer = JSON.parse(/^PODIUM (.*)$/m.exec(said)[1]);
  } catch (error) {
    const lines = String(error.stderr ?? error.message).split("\n");
    const line = lines.find((text) => /Error/.test(text)) ?? lines[0];
    const mend = `Remove ${addonPlaces(places)?.addon ?? "node_modules"} and run npm start: it compiles the addon anew.`;
    const failed = finding("addon", () => problem(`does not load: ${line.trim()}`, mend));
    return [failed, finding("one TensorFlow", () => problem("cannot be asked before the addon loads", mend))];
  }
  return [
    finding("addon", () => {
      checkStep(addonStep(places, noLock));
      if (answer.sum !== 42) problem(`40 + 2 gave ${answer.sum}`);
      const foreign = answer.libraries.filter((file) => !file.startsWith(realpathSync(places.environment)));
      if (foreign.length > 0) {
        problem(
          `loads ${foreign.join(", ")} in place of the libraries in ${places.environment}`,
          `Take ${path.dirname(foreign[0])} out of LD_LIBRARY_PATH (and LD_PRELOAD).`,
        );
      }
      if (findGpu().present && !answer.gpu) {
        problem(
          "loads, but computes on the CPU though a GPU is here",
          "Look at the lines on driver, CUDA and cuDNN above; TF_CPP_MIN_LOG_LEVEL=0 npm run doctor shows TensorFlow's own words.",
        );
      }
      return `loads; 40 + 2 = 42 on the ${answer.gpu ? "GPU" : "CPU"}`;
    }),
    finding("one TensorFlow", () => {
      if (!answer.same)
        problem("danfojs-node has a TensorFlow of its own", "Remove node_modules and run npm start.");
      return "danfojs-node uses this one";
    }),
  ];
}

/** Whether LSTM and GRU have ops of their own. */
function opsFinding(places) {
  return finding("recurrent ops", () => {
    const step = opsStep(places, noLock);
    const failure = step.failure();
    if (failure) {
      problem(
        `${failure}; LSTM and GRU use TensorFlow's ops, which are slower`,
        "Install a current g++, or name another compiler in CXX, and run npm start.",
      );
    }
    checkStep(step);
    return "compiled";
  });
}

/**
 * Looks at all that Podium needs. Works before set-up too, and then names what is missing.
 *
 * @param {import("../places.mjs").Places} places
 * @returns {Finding[]}
 */
export function inspect(places) {
  const findings = [
    finding("platform", () => {
      checkPlatform();
      return `${os.type()} ${os.release()}, ${process.arch}`;
    }),
    finding("Node", () => {
      checkNode();
      return process.versions.node;
    }),
    finding("folder", () => {
      checkPlace(places);
      return places.canWrite ? places.home : `${places.home} may not be written: runs go to ${places.work}`;
    }),
    finding("compiler", () => findCompiler().version),
    finding("Python", () => {
      const { program, version } = findPython();
      return `${program} ${version}`;
    }),
    finding("npm packages", () => {
      const { dependencies } = JSON.parse(
        readFileSync(path.join(places.packageRoot, "package.json"), "utf8"),
      );
      const names = Object.keys(dependencies);
      const missing = names.filter((name) => !packageFolder(places, name));
      if (missing.length > 0)
        problem(`${missing.length} of ${names.length} are missing: ${missing.join(", ")}`);
      checkStep(packagesStep(places, noLock));
      return `${names.length} installed`;
    }),
    ...wslFindings(places),
    finding("GPU", driverAndCard),
    finding("CUDA", () => cudaFinding(places, "CUDA")),
    finding("cuDNN", () => cudaFinding(places, "cuDNN")),
    finding("TensorFlow", () => {
      const installed = installedTensorflow(places.environment);
      if (!installed) problem(`its wheel is not installed in ${path.basename(places.environment)}`);
      const { name, version } = installed;
      if (version !== tensorflowVersion) problem(`${tensorflowVersion} is required, got ${version}`);
      checkStep(tensorflowStep(places, noLock));
      return `${name.replace("_", "-")} ${version}`;
    }),
  ];
  const addon = addonPlaces(places)?.addon;
  if (addon && existsSync(addon)) findings.push(...addonFindings(places), opsFinding(places));
  else findings.push(finding("addon", () => problem("is not compiled yet")));
  findings.push(
    finding("build", () => {
      const launcher = path.join(places.dist, "kernel", "launcher.js");
      if (!existsSync(launcher)) problem("dist is not built yet");
      checkStep(buildStep(places, noLock));
      return `podium ${versionOf(places.packageRoot)} in ${path.relative(places.home, places.dist)}`;
    }),
    finding("JupyterLab", () => {
      const packages = sitePackages(places.environment);
      const entries = packages && existsSync(packages) ? readdirSync(packages) : [];
      const version = entries.map((entry) => /^jupyterlab-(.+)\.dist-info$/.exec(entry)).find(Boolean)?.[1];
      if (!version) problem(`is not installed in ${path.basename(places.environment)}`);
      checkStep(environmentStep(places, noLock));
      return `${version} on Python ${probePython(places.python).version} in ${path.basename(places.environment)}`;
    }),
    finding("kernel", () => {
      const file = path.join(places.kernel, "kernel.json");
      if (!existsSync(file)) problem(`is not registered in ${path.basename(places.environment)}`);
      const { argv, display_name } = JSON.parse(readFileSync(file, "utf8"));
      const wanted = kernelSpec(places).argv;
      const wrong = wanted.findIndex((arg, index) => arg !== argv[index]);
      if (wrong >= 0) problem(`is registered with ${argv[wrong]}, where ${wanted[wrong]} is required`);
      const gone = argv.find((file) => path.isAbsolute(file) && !existsSync(file));
      if (gone) problem(`is registered with ${gone}, which does not exist`);
      return display_name;
    }),
    finding("disk", () => {
      const free = freeSpace(existsSync(places.work) ? places.work : os.homedir());
      if (free < 2 ** 30)
        problem(`${gibibytes(free)} free`, "Free some space: runs and caches need at least 1 GiB.");
      return `${gibibytes(free)} free`;
    }),
    finding("memory", () => {
      const total = os.totalmem();
      if (total < 4 * 2 ** 30) {
        problem(`${gibibytes(total)} in all`, "Use a machine with 4 GiB or more, or only the sample data.");
      }
      return `${gibibytes(total)} in all, ${gibibytes(os.freemem())} free`;
    }),
  );
  return findings;
}

/**
 * What the engine reports of the machine beside what TensorFlow itself says.
 *
 * @param {import("../places.mjs").Places} places
 */
export function machineFacts(places) {
  const version = (name) => findCudaLibrary(places.environment, cudaLibraries[name])?.version ?? null;
  return { cards: findGpu().cards, cuda: version("CUDA"), cudnn: version("cuDNN") };
}
