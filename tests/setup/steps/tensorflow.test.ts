import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { freeLock, load, put, putProgram, quiet, setVariables, temporaryFolder } from "../support";

const metadata = "Name: tensorflow\n";

/** A clone with a TensorFlow wheel, addon sources and a false compiler that writes down how often it ran. */
async function clone(context: TestContext) {
  const { placesOf } = await load("places");
  const root = temporaryFolder(context);
  const packages = path.join(root, ".venv", "lib", "python3.12", "site-packages");
  const modules = path.join(root, "node_modules");
  put(path.join(root, "package.json"), "{}");
  put(path.join(root, ".venv", ".podium-environment"), "");
  put(path.join(packages, "tensorflow", "libtensorflow_cc.so.2"), "library");
  put(path.join(packages, "tensorflow_cpu-2.21.0.dist-info", "METADATA"), metadata);
  put(path.join(modules, "node-api-headers", "package.json"), '{"version": "1.9.0"}');
  put(path.join(modules, "@tensorflow", "tfjs-node-gpu", "package.json"), '{"version": "4.22.0"}');
  const source = path.join(modules, "@tensorflow", "tfjs-node-gpu", "binding", "a.cc");
  put(source, "int a;\n");
  const compiler = path.join(root, "compiler");
  const runs = path.join(root, "runs-of-compiler");
  // Its last argument is the file to write.
  putProgram(compiler, `[ "$#" -lt 6 ] && exit 0; echo run >> ${runs}; for f; do :; done; echo addon > "$f"`);
  setVariables(context, { CXX: compiler });
  const compilations = () => (existsSync(runs) ? readFileSync(runs, "utf8").trim().split("\n").length : 0);
  return { places: placesOf(root), root, packages, source, compiler, compilations };
}

test("the CUDA wheels that TensorFlow's own metadata names are pinned", async () => {
  const { pinsOf } = await load("steps/environment");
  const pins = readFileSync(pinsOf("tensorflow"), "utf8");
  const named =
    "cublas cuda-cupti cuda-nvcc cuda-nvrtc cuda-runtime cudnn cufft curand cusolver cusparse nccl nvjitlink";
  for (const name of named.split(" ")) assert.match(pins, new RegExp(`^nvidia-${name}-cu12==`, "m"));
});

test("a wheel without its library is not taken for installed", async (context) => {
  const { installedTensorflow } = await load("steps/tensorflow");
  const environment = temporaryFolder(context);
  const packages = path.join(environment, "lib", "python3.11", "site-packages");
  assert.equal(installedTensorflow(environment), undefined);
  put(path.join(packages, "tensorflow-2.21.0.dist-info", "METADATA"), metadata);
  assert.equal(installedTensorflow(environment), undefined);
  put(path.join(packages, "tensorflow", "libtensorflow_cc.so.2"), "library");
  const { name, version } = installedTensorflow(environment);
  assert.deepEqual([name, version], ["tensorflow", "2.21.0"]);
});

test("what a stopped installation of TensorFlow left is removed before it is installed anew", async (context) => {
  const { tensorflowStep } = await load("steps/tensorflow");
  const { places, root, packages } = await clone(context);
  const library = path.join(packages, "tensorflow", "libtensorflow_cc.so.2");
  put(path.join(root, ".cache", "setup", "tensorflow-begun"), "");
  const install = `[ -e ${library} ] && exit 7
    mkdir -p ${path.dirname(library)} ${packages}/tensorflow_cpu-2.21.0.dist-info; echo new > ${library}`;
  putProgram(places.python, `case "$*" in *"pip install"*) ${install};; esac`);
  setVariables(context, { PODIUM_DEVICE: "cpu", PIP_FIND_LINKS: undefined });
  const step = tensorflowStep(places, freeLock);
  assert.ok(step.needed());
  await step.run(quiet);
  assert.equal(step.needed(), false);
  assert.equal(readFileSync(library, "utf8"), "new\n");
});

test("the addon is compiled once, and again where a source changed", async (context) => {
  const { addonStep, addonPlaces } = await load("steps/addon");
  const { places, source, packages, compilations } = await clone(context);
  const step = addonStep(places, freeLock);
  assert.ok(step.needed());
  await step.run(quiet);
  assert.equal(step.needed(), false);
  assert.equal(compilations(), 1);
  const { addon, library } = addonPlaces(places);
  assert.equal(readFileSync(addon, "utf8"), "addon\n");
  assert.equal(realpathSync(library), realpathSync(path.join(packages, "tensorflow")));
  assert.equal(path.isAbsolute(readlinkSync(library)), false);
  assert.ok(existsSync(path.join(library, "libtensorflow.so.2.9.1")));
  appendFileSync(source, "int b;\n");
  assert.ok(step.needed());
  await step.run(quiet);
  assert.equal(compilations(), 2);
});

test("a compilation that is stopped leaves the addon that was there", async (context) => {
  const { addonStep, addonPlaces } = await load("steps/addon");
  const { places, source, compiler } = await clone(context);
  const step = addonStep(places, freeLock);
  await step.run(quiet);
  appendFileSync(source, "int b;\n");
  putProgram(compiler, '[ "$#" -lt 6 ] && exit 0; for f; do :; done; echo half > "$f"; kill -9 $$');
  await assert.rejects(step.run(quiet), /Cannot compile the addon: .*SIGKILL/);
  assert.equal(readFileSync(addonPlaces(places).addon, "utf8"), "addon\n");
  assert.ok(step.needed());
});

test("a link is pointed anew, also where a folder stands in its place", async (context) => {
  const { pointLink } = await load("steps/addon");
  const folder = temporaryFolder(context);
  const link = path.join(folder, "link");
  put(path.join(link, "old"), "x");
  pointLink("first", link);
  assert.equal(readlinkSync(link), "first");
  pointLink("second", link);
  assert.equal(readlinkSync(link), "second");
});
