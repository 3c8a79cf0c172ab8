import { spawnSync } from "node:child_process";
import { existsSync, statfsSync } from "node:fs";
import path from "node:path";
import { SetupError } from "./failure.mjs";
import { findWsl } from "./wsl.mjs";

/** The least Node whose `require` takes ES modules. */
export const leastNode = [20, 19];
/** The Python versions that TensorFlow's wheel is made for. */
export const leastPython = [3, 10];
const newestPython = [3, 13];

/** What a program says on standard output, or nothing where it cannot be run. */
export function ask(program, args, input) {
  const { status, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    input,
    stdio: ["pipe", "pipe", "ignore"],
  });
  return status === 0 ? stdout.trim() : undefined;
}

function isBefore(version, least) {
  return version[0] < least[0] || (version[0] === least[0] && version[1] < least[1]);
}

/**
 * @param {{ platform?: string, architecture?: string }} [machine] default: this one
 * @throws {SetupError} where TensorFlow's library has no build for it
 */
export function checkPlatform({ platform = process.platform, architecture = process.arch } = {}) {
  if (platform === "linux" && (architecture === "x64" || architecture === "arm64")) return;
  const mend =
    platform === "win32"
      ? "On Windows use WSL2: run wsl --install, and clone Podium inside it."
      : "Use a Linux x64 machine, a container or a virtual machine.";
  throw new SetupError(`Cannot set up Podium: Linux on x64 is required, got ${platform} on ${architecture}`, {
    mend,
  });
}

/**
 * @param {import("./places.mjs").Places} places
 * @throws {SetupError} where Podium is installed, but not into a project: what set-up makes would lie in a program's folder
 */
export function checkPlace({ isClone, home, packageRoot }) {
  const isShared = /[\\/](_npx|(pnpm|yarn|install)[\\/]global)[\\/]/.test(packageRoot);
  if (isClone || (!isShared && existsSync(path.join(home, "package.json")))) return;
  throw new SetupError(
    `Cannot set up Podium: a project with Podium among its packages is required, got ${home}`,
    {
      mend: "Install it into a folder of your own: npm init -y && npm install --ignore-scripts podium-….tgz, then npx podium start there.",
    },
  );
}

/**
 * @param {string} [version] default: the running Node's
 * @throws {SetupError} where it is too old
 */
export function checkNode(version = process.versions.node) {
  if (!isBefore(version.split(".").map(Number), leastNode)) return;
  throw new SetupError(
    `Cannot set up Podium: Node ${leastNode.join(".")} or newer is required, got ${version}`,
    {
      mend: "Install a current Node (nvm install 22, or your distribution's package) and run the same command again.",
    },
  );
}

/**
 * The Python to make the environment with: `PODIUM_PYTHON`, or the first on the PATH that fits.
 *
 * @param {string} [only] the one version that a bundle has wheels for: "3.12"
 * @returns {{ program: string, version: string }}
 * @throws {SetupError} where there is none, only one that is too old or too new, or one without venv
 */
export function findPython(only) {
  const asked = process.env.PODIUM_PYTHON;
  const candidates = asked
    ? [asked]
    : ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"];
  const question = "import sys; print('.'.join(map(str, sys.version_info[:3])))";
  const found = candidates
    .map((program) => ({ program, version: ask(program, ["-I", "-c", question]) ?? "" }))
    .filter(({ version }) => /^\d+\.\d+\.\d+$/.test(version));
  const fitting = found.filter(({ version }) => {
    const numbers = version.split(".").map(Number);
    if (only) return version.startsWith(`${only}.`);
    return !isBefore(numbers, leastPython) && !isBefore(newestPython, numbers);
  });
  const required = only
    ? `Python ${only} is required (this bundle holds wheels for no other)`
    : `Python ${leastPython.join(".")} to ${newestPython.join(".")} is required (TensorFlow has no wheel for others)`;
  const mend =
    "Install it (Debian, Ubuntu: sudo apt install python3 python3-venv), or name one in PODIUM_PYTHON.";
  if (fitting.length === 0) {
    const got = found.length > 0 ? `${found[0].program} ${found[0].version}` : "none on the PATH";
    throw new SetupError(`Cannot make the Python environment: ${required}, got ${got}`, { mend });
  }
  const withVenv = fitting.filter(
    ({ program }) => ask(program, ["-I", "-c", "import venv, ensurepip; print('ok')"]) === "ok",
  );
  if (withVenv.length === 0) {
    const [{ program, version }] = fitting;
    throw new SetupError(
      `Cannot make the Python environment: Python's venv module is required, got ${program} ${version} without it`,
      { mend: "Install it (Debian, Ubuntu: sudo apt install python3-venv) and run the same command again." },
    );
  }
  return withVenv[0];
}

/**
 * The C++ compiler: `CXX` (a program, or a command line such as "ccache g++"), or the first on the PATH that knows C++17.
 *
 * @returns {{ program: string, args: string[], version: string }} `args`: those that go before all others
 * @throws {SetupError} where there is none
 */
export function findCompiler() {
  const asked = process.env.CXX?.trim();
  const candidates = asked ? [asked] : ["g++", "clang++", "c++"];
  for (const candidate of candidates) {
    const [program, ...args] = existsSync(candidate) ? [candidate] : candidate.split(/\s+/);
    const test = [...args, "-std=c++17", "-fsyntax-only", "-x", "c++", "-"];
    if (ask(program, test, "#include <string>\n") === undefined) continue;
    return { program, args, version: (ask(program, [...args, "--version"]) ?? "").split("\n")[0] };
  }
  throw new SetupError(
    `Cannot compile the addon: a C++17 compiler is required, got none that works (tried ${candidates.join(", ")})`,
    { mend: "Install one (Debian, Ubuntu: sudo apt install g++), or name one in CXX." },
  );
}

/**
 * @param {string} folder
 * @returns {number} free bytes on its disk
 */
export function freeSpace(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/**
 * @param {{ free: number, required: number, folder: string }} space bytes
 * @throws {SetupError} where less is free than required
 */
export function checkSpace({ free, required, folder }) {
  if (free >= required) return;
  const gigabytes = (bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  throw new SetupError(
    `Cannot set up Podium in ${folder}: ${gigabytes(required)} of free disk space is required, got ${gigabytes(free)}`,
    { mend: "Free some space, or clone Podium onto another disk." },
  );
}

/**
 * The NVIDIA cards that the driver shows, in WSL2 Windows's. `PODIUM_DEVICE=cpu` or `gpu` decides without looking.
 *
 * @param {{ root?: string }} [machine] `root`: the file system's root
 * @returns {{ present: boolean, cards: { name: string, memory: string, capability: string, driver: string }[] }}
 */
export function findGpu({ root = "/" } = {}) {
  const asked = process.env.PODIUM_DEVICE;
  if (asked === "cpu") return { present: false, cards: [] };
  const query = ["--query-gpu=name,memory.total,compute_cap,driver_version", "--format=csv,noheader"];
  const wsl = findWsl(root);
  const answer = ask("nvidia-smi", query) ?? (wsl && ask(wsl.program, query));
  const cards = (answer?.split("\n") ?? [])
    .map((line) => line.split(",").map((field) => field.trim()))
    .filter((fields) => fields.length === 4)
    .map(([name, memory, capability, driver]) => ({ name, memory, capability, driver }));
  const devices = ["proc/driver/nvidia/version", "dev/nvidiactl"];
  const present =
    asked === "gpu" ||
    cards.length > 0 ||
    wsl?.hasGpu === true ||
    devices.some((name) => existsSync(path.join(root, name)));
  return { present, cards };
}
