import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { bundleFolder } from "../bundle.mjs";
import { command } from "../command.mjs";
import { SetupError } from "../failure.mjs";
import { findGpu } from "../requirements.mjs";
import { writeWhole } from "../stamp.mjs";
import { pinsOf, probePython, runPip } from "../steps/environment.mjs";
import { duration } from "../steps/steps.mjs";
import { optionalPins, pinsFor } from "./install.mjs";

/**
 * @param {string[]} args arguments of `npm run bundle`
 * @returns {{ device: "cpu" | "gpu", out: string | undefined, extra: string[] }}
 * @throws {SetupError} where one is unknown
 */
export function bundleOptions(args) {
  const options = { device: findGpu().present ? "gpu" : "cpu", out: undefined, extra: [] };
  for (let i = 0; i < args.length; i += 2) {
    const [name, value] = args.slice(i, i + 2);
    if (name === "--device" && ["cpu", "gpu"].includes(value)) options.device = value;
    else if (name === "--with" && value) options.extra = value.split(",");
    else if (name === "--out" && value) {
      options.out = path.resolve(process.env.INIT_CWD ?? process.cwd(), value);
    } else {
      throw new SetupError(
        `Cannot make a bundle: --device cpu|gpu, --with PACKAGE,… and --out DIR are known, got ${[name, value].filter(Boolean).join(" ")}`,
      );
    }
  }
  return options;
}

/** The files of a clone as they are now, less those that git ignores. */
function ownFiles({ home }) {
  try {
    const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: home,
      encoding: "utf8",
      stdio: "pipe",
    });
    return listed.split("\0").filter((file) => file && existsSync(path.join(home, file)));
  } catch {
    throw new SetupError(`Cannot make a bundle: a git clone is required, got ${home}`, {
      mend: "Clone Podium's repository and make the bundle there.",
    });
  }
}

/**
 * The pins that a bundle holds the wheels of, as lines for pip: those of the first and of the last release of a Python.
 *
 * @param {import("../places.mjs").Places} places
 * @param {{ minor: string, device: "cpu" | "gpu", extra: readonly string[] }} wanted `minor`: "3.12"; `extra`: optional
 *   packages that Podium knows
 * @returns {string[]} the lines of two files
 * @throws {SetupError} where an optional package is unknown
 */
export function bundledPins({ python }, { minor, device, extra }) {
  const files = ["jupyter", device === "gpu" ? "tensorflow" : "tensorflow-cpu"].map(pinsOf);
  return [`${minor}.0`, `${minor}.99`].map((full) => {
    const { pins, needs } = optionalPins(python, [full]);
    const unknown = extra.filter((name) => !needs[name]);
    if (unknown.length > 0) {
      throw new SetupError(
        `Cannot make a bundle: --with takes ${Object.keys(needs).join(", ")}, got ${unknown.join(", ")}`,
      );
    }
    const chosen = new Map(files.flatMap((file) => [...pinsFor(python, file, [full])]));
    // What set-up installs comes first: optional packages take it as it is.
    for (const name of extra.flatMap((one) => needs[one])) {
      if (pins.has(name) && !chosen.has(name)) chosen.set(name, pins.get(name));
    }
    const lines = [...chosen.values()].map((pin) => pin.lines.replace(/^(\S+) ;[^\\\n]*/, "$1 "));
    return lines.map((line) => `${line}\n`).join("");
  });
}

/** The wheels that set-up installs, and those asked for. */
async function fetchWheels(places, { folder, ...wanted }) {
  const note = (line) =>
    process.stderr.isTTY && process.stderr.write(`\r\x1b[K… ${line.trim().slice(0, 70)}`);
  const flags = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--dest", folder];
  const file = path.join(path.dirname(folder), "pins.txt");
  for (const pins of bundledPins(places, wanted)) {
    writeWhole(file, pins);
    await runPip(places.environment, ["download", ...flags, "-r", file], {
      action: "fetch the wheels",
      note,
    });
  }
  rmSync(file);
}

/**
 * Writes a folder from which `npm start` sets Podium up without a network: the clone's files, its npm packages, its
 * build, the compiled addon, and wheels for one Python. It is tried before it is handed over: set-up runs in it.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} args `--device cpu|gpu` (default: this machine's), `--out DIR` (default: in `dist`), `--with A,B`:
 *   optional Python packages for `python.install`
 */
export async function bundle(places, args) {
  const { device, out, extra } = bundleOptions(args);
  const minor = probePython(places.python).version.split(".").slice(0, 2).join(".");
  const name = `podium-${process.platform}-${process.arch}-python${minor}-${device}`;
  const folder = out ?? path.join(places.dist, name);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    if (out) throw new SetupError(`Cannot make a bundle: an empty folder is required, got ${out}`);
    rmSync(folder, { recursive: true });
  }
  const from = Date.now();
  const files = ownFiles(places);
  mkdirSync(folder, { recursive: true });
  try {
    for (const file of files)
      cpSync(path.join(places.home, file), path.join(folder, file), { verbatimSymlinks: true });
    cpSync(places.modules, path.join(folder, "node_modules"), { recursive: true, verbatimSymlinks: true });
    // The bundle itself, and earlier ones, lie in dist.
    for (const part of readdirSync(places.dist).filter((entry) => !/^(podium-|docs$)/.test(entry))) {
      cpSync(path.join(places.dist, part), path.join(folder, "dist", part), { recursive: true });
    }
    await fetchWheels(places, { folder: path.join(folder, bundleFolder, "wheels"), minor, device, extra });
    const facts = { python: minor, device, platform: `${process.platform} on ${process.arch}` };
    writeWhole(path.join(folder, bundleFolder, "bundle.json"), `${JSON.stringify(facts, null, 2)}\n`);
    await command(process.execPath, [path.join(folder, "src", "setup", "cli.mjs"), "setup"], {
      cwd: folder,
      action: "set up the bundle from itself",
      env: { ...nowhere, PODIUM_PYTHON: undefined, PODIUM_DEVICE: device },
    });
    for (const made of [".venv", ".cache"]) rmSync(path.join(folder, made), { recursive: true, force: true });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const megabytes = Math.round(sizeOf(folder) / 2 ** 20);
  console.log(
    `${folder} (${megabytes} MiB, ${duration(Date.now() - from)}): copy it to a machine with Node and Python ${minor},`,
  );
  console.log("and run npm start in it; no network and no compiler are needed.");
  return 0;
}

/** Registries that nobody answers at, so that what the bundle lacks is noticed here. */
const nowhere = {
  npm_config_registry: "http://127.0.0.1:9/",
  PIP_INDEX_URL: "http://127.0.0.1:9/simple",
  PIP_EXTRA_INDEX_URL: undefined,
  PIP_FIND_LINKS: undefined,
};

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath ?? entry.path, entry.name)).size, 0);
}
