/*
 * Writes the pins beside this file anew: every Python package that set-up installs, with its version for each Python
 * that is supported, and the hashes of its files. Run it with `node src/setup/pins/pin.mjs` after a change of `wanted`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findPython } from "../requirements.mjs";
import { tensorflowVersion } from "../steps/tensorflow.mjs";

/** The resolver, which knows which version of a package serves which Python. */
const resolver = "uv==0.13.9";
const nvidia = /^(tensorflow|nvidia-)/;

/** What is wanted of each file of pins, and which of what it brings is kept (default: all). */
const wanted = {
  jupyter: {
    packages: [
      "jupyterlab==4.6.6",
      // The front end of a cell's controls.
      "jupyterlab-widgets==3.0.17",
      // Checks of the protocol, for the tests.
      "jupyter-kernel-test==0.7.0",
      "nbclient==0.11.0",
      "nbconvert==7.17.2",
      "nbformat==5.11.1",
    ],
  },
  "tensorflow-cpu": { packages: [`tensorflow-cpu==${tensorflowVersion}`], kept: nvidia },
  tensorflow: { packages: [`tensorflow[and-cuda]==${tensorflowVersion}`], kept: nvidia },
};

/**
 * Packages that are installed when they are first used. Their pins go together, and with those of JupyterLab, so that
 * each can be installed beside any other.
 */
const optional = [
  "numpy",
  "pandas",
  "scipy",
  "scikit-learn",
  "matplotlib",
  "plotly",
  "optuna==5.0.0",
  "cmaes",
  "jupyterlab-optuna==0.3.0",
  "lightgbm==4.7.0",
  "xgboost-cpu==3.2.0",
  "catboost==1.2.10",
  "ray==2.60.0",
];

/** The first release of each Python, and those that distributions ship. */
const pythons = ["3.10.0", "3.10.12", "3.11.0", "3.11.2", "3.12.0", "3.12.3", "3.13.0"];

const folder = mkdtempSync(path.join(tmpdir(), "podium-pins-"));
const run = (program, ...args) =>
  execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** Resolves a project's packages, for every Python that is supported. */
function lock(uv, dependencies, constraints = []) {
  const extras = constraints.length > 0 ? dependencies.map((name) => [extraOf(name), [name]]) : [];
  const project = `
    [project]
    name = "podium-pins"
    version = "0"
    requires-python = ">=3.10.0,<3.14"
    dependencies = ${JSON.stringify(dependencies)}
    [project.optional-dependencies]
    ${extras.map(([name, packages]) => `${name} = ${JSON.stringify(packages)}`).join("\n")}
    [tool.uv]
    environments = ["sys_platform == 'linux' and implementation_name == 'cpython'"]
    constraint-dependencies = ${JSON.stringify(constraints)}
    no-build = true`;
  writeFileSync(path.join(folder, "pyproject.toml"), project);
  rmSync(path.join(folder, "uv.lock"), { force: true });
  run(uv, "lock", "--quiet");
}

const extraOf = (name) => name.split("==")[0];

/** The locked packages, each with its hashes. */
function exported(uv, ...flags) {
  const all = run(uv, "export", "--frozen", "--no-emit-project", "--no-annotate", "--no-header", ...flags);
  return all
    .split(/\n(?! )/)
    .filter((pin) => /==/.test(pin))
    .map((pin) =>
      pin.replace(/(?: and|( ;)) (?:implementation_name == 'cpython' and )?sys_platform == 'linux'/, ""),
    );
}

/** Writes pins, and finds them right for every Python. */
function write(uv, name, { packages, pins, flags = [] }) {
  const file = path.join(import.meta.dirname, `${name}.txt`);
  writeFileSync(file, `# Made by pin.mjs from ${packages.join(", ")}.\n${pins.join("\n")}\n`);
  for (const python of pythons) {
    const target = ["--python-version", python, "--target", "target", "--only-binary", ":all:"];
    run(uv, "pip", "install", "--dry-run", "--quiet", "--require-hashes", ...flags, ...target, "-r", file);
  }
  console.log(`${name}: ${pins.length} pins, for Python ${pythons.join(", ")}`);
}

/** The pins of the optional packages, and which of them each one needs. */
function pinOptional(uv) {
  const jupyter = readFileSync(path.join(import.meta.dirname, "jupyter.txt"), "utf8");
  const constraints = jupyter.match(/^[\w.-]+==.*?(?= \\$)/gm);
  lock(uv, optional, constraints);
  write(uv, "optional", { packages: optional, pins: exported(uv) });
  // Without the dependencies of the project itself each extra stands alone.
  const project = readFileSync(path.join(folder, "pyproject.toml"), "utf8");
  writeFileSync(
    path.join(folder, "pyproject.toml"),
    project.replace(/^\s*dependencies = .*$/m, "dependencies = []"),
  );
  run(uv, "lock", "--quiet");
  const needs = optional.map(extraOf).map((name) => {
    const pins = exported(uv, "--no-hashes", "--extra", name);
    return [name, [...new Set(pins.map((pin) => pin.split("==")[0]))]];
  });
  const file = path.join(import.meta.dirname, "optional.json");
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(needs), undefined, 2)}\n`);
}

try {
  run(findPython().program, "-m", "venv", "resolver");
  run("resolver/bin/python", "-m", "pip", "install", "--quiet", resolver);
  const uv = path.join(folder, "resolver", "bin", "uv");
  const chosen = process.argv.slice(2);
  for (const [name, { packages, kept = /./ }] of Object.entries(wanted)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    lock(uv, packages);
    const pins = exported(uv).filter((pin) => kept.test(pin));
    write(uv, name, { packages, pins, flags: kept === nvidia ? ["--no-deps"] : [] });
  }
  if (chosen.length === 0 || chosen.includes("optional")) pinOptional(uv);
} finally {
  rmSync(folder, { recursive: true });
}
