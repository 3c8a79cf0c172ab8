import assert from "node:assert/strict";
import { mkdirSync, realpathSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { load, put, putProgram, setVariables, temporaryFolder } from "./support";

/** A PATH that holds only these programs. */
function onlyPrograms(context: TestContext, programs: Record<string, string>): void {
  const folder = temporaryFolder(context);
  for (const [name, script] of Object.entries(programs)) putProgram(path.join(folder, name), script);
  setVariables(context, { PATH: folder, CXX: undefined, PODIUM_PYTHON: undefined, PODIUM_DEVICE: undefined });
}

/** A python that tells a version, and has or has not venv. */
function python(version: string, hasVenv = true): string {
  return `case "$*" in *version_info*) echo ${version};; *) ${hasVenv ? "echo ok" : "exit 1"};; esac`;
}

test("platforms without a TensorFlow library are refused, Windows with the way to WSL2", async () => {
  const { checkPlatform } = await load("requirements");
  checkPlatform({ platform: "linux", architecture: "x64" });
  assert.throws(
    () => checkPlatform({ platform: "win32", architecture: "x64" }),
    (error: { message: string; mend: string }) => /got win32/.test(error.message) && /WSL2/.test(error.mend),
  );
  assert.throws(() => checkPlatform({ platform: "darwin", architecture: "arm64" }), /got darwin on arm64/);
});

test("an installation that belongs to no project is refused, one that does is taken", async (context) => {
  const { checkPlace } = await load("requirements");
  const { placesOf } = await load("places");
  const folder = realpathSync(temporaryFolder(context));
  const installed = (...parts: string[]) => {
    const root = path.join(folder, ...parts, "podium");
    mkdirSync(root, { recursive: true });
    return placesOf(root);
  };
  const global = installed("usr", "lib", "node_modules");
  assert.throws(
    () => checkPlace(global),
    /a project with Podium among its packages is required, got .*usr\/lib$/,
  );
  put(path.join(folder, "_npx", "1a2b", "package.json"), "{}");
  assert.throws(() => checkPlace(installed("_npx", "1a2b", "node_modules")), /got .*_npx/);
  put(path.join(folder, "work", "package.json"), "{}");
  checkPlace(installed("work", "node_modules"));
  const strict = installed("work", "node_modules", ".pnpm", "podium@0.1.0", "node_modules");
  checkPlace(strict);
  assert.equal(strict.home, path.join(folder, "work"));
  checkPlace(installed("clone"));
});

test("Node before 20.19 is refused", async () => {
  const { checkNode } = await load("requirements");
  for (const version of ["20.19.0", "22.0.0", "25.1.0"]) checkNode(version);
  for (const version of ["20.18.9", "18.20.0"]) {
    assert.throws(() => checkNode(version), new RegExp(`20.19 or newer is required, got ${version}`));
  }
});

test("a Python that is too old or too new is refused with its version", async (context) => {
  const { findPython } = await load("requirements");
  onlyPrograms(context, { python3: python("3.9.2") });
  assert.throws(findPython, /Python 3\.10 to 3\.13 is required .*, got python3 3\.9\.2/);
  onlyPrograms(context, { python3: python("3.14.0") });
  assert.throws(findPython, /got python3 3\.14\.0/);
});

test("a machine without Python is told how to get it", async (context) => {
  const { findPython } = await load("requirements");
  onlyPrograms(context, {});
  assert.throws(
    findPython,
    (error: { message: string; mend: string }) =>
      /got none on the PATH/.test(error.message) && /apt install python3/.test(error.mend),
  );
});

test("a Python without venv is refused with the package to install", async (context) => {
  const { findPython } = await load("requirements");
  onlyPrograms(context, { python3: python("3.12.1", false) });
  assert.throws(
    findPython,
    (error: { message: string; mend: string }) =>
      /got python3 3.12.1 without it/.test(error.message) && /python3-venv/.test(error.mend),
  );
});

test("a Python that TensorFlow has a wheel for goes before an old and a too new one", async (context) => {
  const { findPython } = await load("requirements");
  onlyPrograms(context, {
    python3: python("3.15.0"),
    "python3.12": python("3.12.4"),
    "python3.10": python("3.10.1"),
  });
  assert.deepEqual(findPython(), { program: "python3.12", version: "3.12.4" });
});

test("a missing compiler and one that does not know C++17 are refused", async (context) => {
  const { findCompiler } = await load("requirements");
  onlyPrograms(context, { "g++": "exit 1" });
  assert.throws(
    findCompiler,
    (error: { message: string; mend: string }) =>
      /C\+\+17 compiler is required, got none/.test(error.message) && /apt install g\+\+/.test(error.mend),
  );
});

test("the next compiler serves where the first does not work", async (context) => {
  const { findCompiler } = await load("requirements");
  onlyPrograms(context, { "g++": "exit 1", "clang++": "echo clang version 19.1" });
  assert.deepEqual(findCompiler(), { program: "clang++", args: [], version: "clang version 19.1" });
});

test("CXX may be a command line, and a program's path may hold a space", async (context) => {
  const { findCompiler } = await load("requirements");
  onlyPrograms(context, { ccache: 'shift; echo "behind ccache"', "my g++": "echo spaced" });
  process.env.CXX = "ccache g++ -m64";
  assert.deepEqual(findCompiler(), { program: "ccache", args: ["g++", "-m64"], version: "behind ccache" });
  process.env.CXX = path.join(process.env.PATH!, "my g++");
  assert.equal(findCompiler().version, "spaced");
});

test("too little disk space is refused before anything is fetched", async () => {
  const { checkSpace } = await load("requirements");
  checkSpace({ free: 2 ** 32, required: 2 ** 32, folder: "/x" });
  assert.throws(
    () => checkSpace({ free: 2 ** 30, required: 2 ** 32, folder: "/x" }),
    /4\.0 GiB of free disk space is required, got 1\.0 GiB/,
  );
});

test("cards are read from nvidia-smi, and PODIUM_DEVICE=cpu leaves them alone", async (context) => {
  const { findGpu } = await load("requirements");
  onlyPrograms(context, { "nvidia-smi": "echo 'NVIDIA H100, 81559 MiB, 9.0, 570.86.15'" });
  assert.deepEqual(findGpu(), {
    present: true,
    cards: [{ name: "NVIDIA H100", memory: "81559 MiB", capability: "9.0", driver: "570.86.15" }],
  });
  process.env.PODIUM_DEVICE = "cpu";
  assert.deepEqual(findGpu(), { present: false, cards: [] });
});
