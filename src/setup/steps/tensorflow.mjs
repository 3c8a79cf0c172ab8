import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { bundleOf, isForGpu } from "../bundle.mjs";
import { command } from "../command.mjs";
import { SetupError } from "../failure.mjs";
import { sitePackages } from "../places.mjs";
import { fingerprint, workMark } from "../stamp.mjs";
import { installedPackages, pinsOf, pipInstall } from "./environment.mjs";

/** The TensorFlow that Podium is tested with. */
export const tensorflowVersion = "2.21.0";

/**
 * The TensorFlow wheel in an environment.
 *
 * @param {string} environment the environment's folder
 * @returns {{ name: "tensorflow" | "tensorflow_cpu", version: string, folder: string } | undefined}
 */
export function installedTensorflow(environment) {
  const packages = sitePackages(environment);
  if (!packages || !existsSync(packages)) return undefined;
  for (const entry of readdirSync(packages)) {
    const match = /^(tensorflow|tensorflow_cpu)-(.+)\.dist-info$/.exec(entry);
    if (!match) continue;
    const folder = path.join(packages, "tensorflow");
    if (!existsSync(path.join(folder, "libtensorflow_cc.so.2"))) continue;
    return { name: match[1], version: match[2], folder };
  }
  return undefined;
}

/** Removes what a stopped installation left: pip itself would set it aside first, which takes its space twice. */
function removeTensorflow(environment) {
  const packages = sitePackages(environment);
  const entries = packages ? readdirSync(packages) : [];
  for (const entry of entries.filter((name) => /^tensorflow(_cpu)?(-.*)?$/.test(name))) {
    rmSync(path.join(packages, entry), { recursive: true, force: true });
  }
}

/**
 * TensorFlow's library and headers, from its wheel without the Python packages it would bring: only these are needed.
 * With an NVIDIA card its CUDA wheels come too. A wheel with CUDA serves where the card is gone, too.
 *
 * @param {import("../places.mjs").Places} places
 * @param {{ track: (pid: number) => void }} lock
 * @returns {import("./steps.mjs").Step}
 */
export function tensorflowStep(places, lock) {
  const { environment, python } = places;
  const mark = workMark(
    path.join(places.marks, "tensorflow-begun"),
    path.join(environment, ".podium-tensorflow"),
  );
  const bundle = bundleOf(places);
  let wantedWheel;
  function device() {
    wantedWheel ??= isForGpu(places) ? "tensorflow" : "tensorflow_cpu";
    return wantedWheel;
  }
  const packageOf = (wheel) => wheel.replace("_", "-");
  const print = (wheel) => fingerprint({ files: [pinsOf(packageOf(wheel))] });
  const serves = (wheel) => wheel === "tensorflow" || wheel === device();
  function isWhole() {
    const installed = installedTensorflow(environment);
    const present = installedPackages(environment);
    return (
      installed?.version === tensorflowVersion &&
      serves(installed.name) &&
      mark.isDone(print(installed.name)) &&
      mark.made.every((name) => present.includes(name))
    );
  }
  return {
    name: "TensorFlow",
    needed() {
      if (isWhole()) return false;
      const cuda = device() === "tensorflow" ? " and its CUDA libraries" : "";
      return `${packageOf(device())} ${tensorflowVersion}${cuda}`;
    },
    async run({ note }) {
      const wanted = device();
      if (mark.wasStopped) removeTensorflow(environment);
      mark.begin();
      const before = installedTensorflow(environment);
      if (before && before.name !== wanted) {
        // Both wheels fill the same folder.
        await command(python, ["-I", "-m", "pip", "uninstall", "-y", packageOf(before.name)], {
          action: `remove ${before.name} ${before.version}`,
          onStart: lock.track,
        });
      }
      // Nobody imports it in Python: compiling its modules would only take time.
      const flags = ["--no-deps", "--no-compile"];
      const pins = ["--require-hashes", "--only-binary", ":all:", "-r", pinsOf(packageOf(wanted))];
      const options = { action: "install TensorFlow", wheels: bundle?.wheels, note, track: lock.track };
      await pipInstall(environment, [...flags, ...pins], options);
      if (!installedTensorflow(environment)) {
        throw new SetupError(
          "Cannot install TensorFlow: its wheel is required to hold libtensorflow_cc.so.2, got none",
          { mend: `Remove ${environment} and run the same command again.` },
        );
      }
      const made = installedPackages(environment).filter((name) => /^(tensorflow|nvidia_)/.test(name));
      mark.finish(print(wanted), made);
    },
  };
}
