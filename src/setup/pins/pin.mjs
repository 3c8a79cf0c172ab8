/*
 * Writes the pins beside this file anew: every Python package that set-up installs, with its version for each Python
 * that is supported, and the hashes of its files. Run it with `node src/setup/pins/pin.mjs` after a change of `wanted`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findPython } from "../requirements.mjs";
import { tensorflowVersion } from "../steps/tensorflow.mjs";

/** The resolver, which knows which version of a package serves which Python. */
const resolver = "uv==0.13.9";
const nvidia = /^(tensorflow|nvidia-)/;

/** What is wanted of each file of pins, and which of what it brings is kept (default: all). */
const wanted = {
  jupyter: { packages: ["jupyterlab==4.6.6", "nbclient==0.11.0", "nbconvert==7.17.2", "nbformat==5.11.1"] },
  "tensorflow-cpu": { packages: [`tensorflow-cpu==${tensorflowVersion}`], kept: nvidia },
  tensorflow: { packages: [`tensorflow[and-cuda]==${tensorflowVersion}`], kept: nvidia },
};

/** The first release of each Python, and those that distributions ship. */
const pythons = ["3.10.0", "3.10.12", "3.11.0", "3.11.2", "3.12.0", "3.12.3", "3.13.0"];

const folder = mkdtempSync(path.join(tmpdir(), "podium-pins-"));
const run = (program, ...args) =>
  execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
try {
  run(findPython().program, "-m", "venv", "resolver");
  run("resolver/bin/python", "-m", "pip", "install", "--quiet", resolver);
  const uv = path.join(folder, "resolver", "bin", "uv");
  for (const [name, { packages, kept = /./ }] of Object.entries(wanted)) {
    const project = `
      [project]
      name = "podium-pins"
      version = "0"
      requires-python = ">=3.10.0,<3.14"
      dependencies = ${JSON.stringify(packages)}
      [tool.uv]
      environments = ["sys_platform == 'linux' and implementation_name == 'cpython'"]
      no-build = true`;
    writeFileSync(path.join(folder, "pyproject.toml"), project);
    rmSync(path.join(folder, "uv.lock"), { force: true });
    run(uv, "lock", "--quiet");
    const exported = run(uv, "export", "--frozen", "--no-emit-project", "--no-annotate", "--no-header");
    const pins = exported
      .split(/\n(?! )/)
      .filter((pin) => /==/.test(pin) && kept.test(pin))
      .map((pin) =>
        pin.replace(/(?: and|( ;)) (?:implementation_name == 'cpython' and )?sys_platform == 'linux'/, ""),
      );
    const file = path.join(import.meta.dirname, `${name}.txt`);
    writeFileSync(file, `# Made by pin.mjs from ${packages.join(", ")}.\n${pins.join("\n")}\n`);
    for (const python of pythons) {
      const target = ["--python-version", python, "--target", "target", "--only-binary", ":all:"];
      const flags = ["--dry-run", "--quiet", "--require-hashes", ...(kept === nvidia ? ["--no-deps"] : [])];
      run(uv, "pip", "install", ...flags, ...target, "-r", file);
    }
    console.log(`${name}: ${pins.length} pins, for Python ${pythons.join(", ")}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
