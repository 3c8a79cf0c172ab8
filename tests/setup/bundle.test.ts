import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { freeLock, load, put, putProgram, repository, setVariables, temporaryFolder } from "./support";

const platform = `${process.platform} on ${process.arch}`;

/** A folder with what a bundle says of itself. */
function bundle(context: TestContext, facts: object = {}) {
  const home = temporaryFolder(context);
  const text = JSON.stringify({ python: "3.12", device: "gpu", platform, ...facts });
  put(path.join(home, "bundle", "bundle.json"), text);
  return home;
}

test("a bundle is known by its facts, and refused on another kind of machine", async (context) => {
  const { bundleOf } = await load("bundle");
  assert.equal(bundleOf({ home: temporaryFolder(context) }), undefined);
  const home = bundle(context);
  assert.deepEqual(bundleOf({ home }), {
    python: "3.12",
    device: "gpu",
    wheels: path.join(home, "bundle", "wheels"),
  });
  assert.throws(
    () => bundleOf({ home: bundle(context, { platform: "linux on arm64" }) }),
    (error: { message: string; mend: string }) =>
      /this bundle is for linux on arm64, got/.test(error.message) && /npm run bundle/.test(error.mend),
  );
});

test("from a bundle the one Python that its wheels are for is taken, or asked for", async (context) => {
  const { findPython } = await load("requirements");
  const programs = temporaryFolder(context);
  setVariables(context, { PATH: programs, PODIUM_PYTHON: undefined });
  const python = (version: string) => `case "$3" in *version*) echo ${version};; *) echo ok;; esac`;
  putProgram(path.join(programs, "python3"), python("3.11.2"));
  assert.throws(
    () => findPython("3.12"),
    /Python 3\.12 is required \(this bundle holds wheels for no other\), got python3 3\.11\.2/,
  );
  putProgram(path.join(programs, "python3.12"), python("3.12.3"));
  assert.deepEqual(findPython("3.12"), { program: "python3.12", version: "3.12.3" });
  assert.equal(findPython().program, "python3");
});

test("a bundle's wheels are taken from its folder alone, whatever index is set", async (context) => {
  const { pipInstall } = await load("steps/environment");
  const folder = temporaryFolder(context);
  const said = path.join(folder, "said");
  setVariables(context, { PIP_INDEX_URL: "https://mirror.example/simple", PIP_FIND_LINKS: "/other" });
  putProgram(
    path.join(folder, "bin", "python"),
    `[ "$4" = config ] && exit 0; echo "$@ links=$PIP_FIND_LINKS" >> ${said}`,
  );
  await pipInstall(folder, ["thing"], { action: "install", wheels: "/bundle/wheels" });
  assert.match(
    readFileSync(said, "utf8"),
    /pip install .*--no-index --find-links \/bundle\/wheels thing links=\n$/,
  );
});

test("a bundle says which device it is for, without a look at the machine", async (context) => {
  const { tensorflowStep } = await load("steps/tensorflow");
  const { placesOf } = await load("places");
  setVariables(context, { PODIUM_DEVICE: "cpu" });
  assert.match(tensorflowStep(placesOf(bundle(context)), freeLock).needed(), /^tensorflow 2.*CUDA/);
  const onCpu = placesOf(bundle(context, { device: "cpu" }));
  setVariables(context, { PODIUM_DEVICE: "gpu" });
  assert.match(tensorflowStep(onCpu, freeLock).needed(), /^tensorflow-cpu/);
});

test("options of a bundle are checked", async (context) => {
  const { bundleOptions } = await load("commands/bundle");
  setVariables(context, { PODIUM_DEVICE: "cpu", INIT_CWD: "/work" });
  assert.deepEqual(bundleOptions([]), { device: "cpu", out: undefined, extra: [] });
  assert.deepEqual(bundleOptions(["--device", "gpu", "--out", "b", "--with", "optuna,catboost"]), {
    device: "gpu",
    out: "/work/b",
    extra: ["optuna", "catboost"],
  });
  assert.throws(
    () => bundleOptions(["--device", "tpu"]),
    /--device cpu\|gpu, --with PACKAGE,… and --out DIR are known, got --device tpu/,
  );
  assert.throws(() => bundleOptions(["--out"]), /known, got --out/);
});

test("a container gets what set-up asks for, as a user without rights, and nothing of this clone's set-up", () => {
  const recipe = readFileSync(path.join(repository, "Dockerfile"), "utf8");
  for (const needed of ["g++", "python3", "python3-venv"])
    assert.match(recipe, new RegExp(` ${needed.replaceAll("+", "\\+")}[ \n]`));
  const major = Number(/^FROM node:(\d+)-/m.exec(recipe)?.[1]);
  assert.ok(major >= 22);
  assert.ok(recipe.indexOf("\nUSER 1001") < recipe.indexOf("npm run build"));
  const left = readFileSync(path.join(repository, ".dockerignore"), "utf8").split("\n");
  for (const made of ["node_modules", ".venv", ".cache", "dist", "runs"])
    assert.ok(left.includes(made), made);
});

test("a bundle holds the wheels of every release of its Python", async () => {
  const { bundledPins } = await load("commands/bundle");
  const { placesOf } = await load("places");
  const places = placesOf(repository);
  const pinned = (options: object): string[] =>
    bundledPins(places, { minor: "3.11", device: "cpu", extra: [], ...options });
  const [first, last] = pinned({});
  assert.match(first, /^soupsieve==2\.10 \s*\\\n +--hash=sha256/m);
  assert.match(last, /^soupsieve==4\.1\.3 /m);
  for (const pins of [first, last]) {
    assert.match(pins, /^tensorflow-cpu==/m);
    assert.doesNotMatch(pins, / ; |nvidia|lightgbm/);
  }
  const [withTrees] = pinned({ extra: ["lightgbm"], device: "gpu" });
  for (const name of ["lightgbm", "numpy", "scipy", "tensorflow", "nvidia-cudnn-cu12"]) {
    assert.match(withTrees, new RegExp(`^${name}==`, "m"));
  }
  assert.throws(() => pinned({ extra: ["tabnet"] }), /--with takes numpy, .*, got tabnet/);
});
