import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { load, put, repository, setVariables, temporaryFolder } from "../support";

test("the doctor works on a bare clone and says what is missing and what to do", (context) => {
  const root = temporaryFolder(context);
  cpSync(path.join(repository, "src", "setup"), path.join(root, "src", "setup"), { recursive: true });
  cpSync(path.join(repository, "package.json"), path.join(root, "package.json"));
  const program = path.join(root, "src", "setup", "cli.mjs");
  const environment = { ...process.env, PODIUM_DEVICE: "cpu" };
  const json = spawnSync(process.execPath, [program, "doctor", "--json"], {
    encoding: "utf8",
    env: environment,
  });
  assert.equal(json.status, 1);
  const findings: { name: string; status: string; detail: string; mend?: string }[] = JSON.parse(json.stdout);
  const problems = findings.filter(({ status }) => status === "problem");
  assert.deepEqual(
    problems.map(({ name }) => name),
    ["npm packages", "TensorFlow", "addon", "build", "JupyterLab", "kernel"],
  );
  assert.ok(problems.every(({ mend }) => /npm start/.test(mend ?? "")));
  assert.match(findings.find(({ name }) => name === "npm packages")!.detail, /tslab/);
  assert.match(findings.find(({ name }) => name === "GPU")!.detail, /the CPU is used/);
  const text = spawnSync(process.execPath, [program, "doctor"], { encoding: "utf8", env: environment });
  assert.match(text.stdout, /^ok +Node +\d+\.\d+/m);
  assert.match(text.stdout, /^problem +kernel/m);
  assert.equal(text.status, 1);
});

test("CUDA and cuDNN are found in their wheels", async (context) => {
  const { cudaLibraries, findCudaLibrary } = await load("commands/inspection");
  const environment = temporaryFolder(context);
  const packages = path.join(environment, "lib", "python3.12", "site-packages");
  put(path.join(packages, "nvidia_cudnn_cu12-9.10.2.21.dist-info", "METADATA"), "");
  put(path.join(packages, "nvidia_cuda_runtime_cu12-12.8.57.dist-info", "METADATA"), "");
  assert.equal(findCudaLibrary(environment, cudaLibraries.cuDNN).version, "9.10.2.21");
  assert.equal(findCudaLibrary(environment, cudaLibraries.CUDA).version, "12.8.57");
});

test("a kernel's registration is written where it is missing or points elsewhere", async (context) => {
  const { kernelStep } = await load("steps/kernelSpec");
  const { placesOf } = await load("places");
  const places = placesOf(temporaryFolder(context));
  const step = kernelStep(places);
  assert.equal(step.needed(), true);
  step.run();
  assert.equal(step.needed(), false);
  const { argv } = JSON.parse(readFileSync(path.join(places.kernel, "kernel.json"), "utf8"));
  assert.deepEqual(argv.slice(1, 3), ["--require", path.join(places.dist, "engine", "prepare.js")]);
  put(path.join(places.kernel, "kernel.json"), '{"argv": ["node", "/elsewhere/launcher.js"]}');
  assert.equal(step.needed(), true);
});

test("Jupyter finds this kernel before another of its name", async (context) => {
  const { jupyterVariables } = await load("steps/kernelSpec");
  const { placesOf } = await load("places");
  const places = placesOf(temporaryFolder(context));
  setVariables(context, { JUPYTER_PATH: "/theirs" });
  const { JUPYTER_PATH } = jupyterVariables(places);
  assert.equal(JUPYTER_PATH, `${path.join(places.environment, "share", "jupyter")}:/theirs`);
  assert.ok(places.kernel.startsWith(JUPYTER_PATH.split(":")[0]));
});

test("an unknown command is refused with the known ones", () => {
  const program = path.join(repository, "src", "setup", "cli.mjs");
  const { status, stderr } = spawnSync(process.execPath, [program, "strat"], { encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(stderr, /Cannot run strat/);
  assert.match(stderr, /Known commands: start, setup, lab, .*doctor/);
});
