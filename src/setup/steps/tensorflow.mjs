import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { command } from "../command.mjs";
import { SetupError } from "../failure.mjs";
import { sitePackages } from "../places.mjs";
import { findGpu } from "../requirements.mjs";
import { workMark } from "../stamp.mjs";
import { pipInstall } from "./environment.mjs";

/** The TensorFlow that Podium is tested with. */
export const tensorflowVersion = "2.21.0";

/**
 * The TensorFlow wheel in an environment.
 *
 * @param {string} environment the environment's folder
 * @returns {{ name: "tensorflow" | "tensorflow_cpu", version: string, folder: string, metadata: string } | undefined}
 */
export function installedTensorflow(environment) {
  const packages = sitePackages(environment);
  if (!packages || !existsSync(packages)) return undefined;
  for (const entry of readdirSync(packages)) {
    const match = /^(tensorflow|tensorflow_cpu)-(.+)\.dist-info$/.exec(entry);
    if (!match) continue;
    const folder = path.join(packages, "tensorflow");
    if (!existsSync(path.join(folder, "libtensorflow_cc.so.2"))) continue;
    const metadata = readFileSync(path.join(packages, entry, "METADATA"), "utf8");
    return { name: match[1], version: match[2], folder, metadata };
  }
  return undefined;
}

/**
 * The CUDA wheels that TensorFlow's own metadata names, with their versions.
 *
 * @param {string} metadata the wheel's METADATA
 * @returns {string[]} pip requirements
 */
export function cudaRequirements(metadata) {
  return metadata
    .split("\n")
    .map((line) => /^Requires-Dist: (.+?)\s*;\s*extra == ["']and-cuda["']/.exec(line)?.[1])
    .filter((requirement) => requirement !== undefined);
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
  const mark = workMark(
    path.join(places.marks, "tensorflow-begun"),
    path.join(places.environment, ".podium-tensorflow"),
  );
  let wantedWheel;
  function device() {
    wantedWheel ??= findGpu().present ? "tensorflow" : "tensorflow_cpu";
    return wantedWheel;
  }
  const isServed = (wanted, installed) =>
    installed?.version === tensorflowVersion &&
    (installed.name === wanted || installed.name === "tensorflow");
  return {
    name: "TensorFlow",
    needed() {
      const wanted = device();
      const installed = installedTensorflow(places.environment);
      const done =
        mark.isDone(`tensorflow ${tensorflowVersion}`) ||
        (wanted === "tensorflow_cpu" && mark.isDone(`tensorflow_cpu ${tensorflowVersion}`));
      if (done && isServed(wanted, installed)) return false;
      return `${wanted.replace("_", "-")} ${tensorflowVersion}${wanted === "tensorflow" ? " and its CUDA libraries" : ""}`;
    },
    async run({ note }) {
      const wanted = device();
      const options = { action: "install TensorFlow", note, track: lock.track };
      const stopped = mark.wasStopped;
      mark.begin();
      const before = installedTensorflow(places.environment);
      if (before && !isServed(wanted, before)) {
        // Both wheels fill the same folder.
        await command(places.python, ["-m", "pip", "uninstall", "-y", before.name.replace("_", "-")], {
          action: `remove ${before.name} ${before.version}`,
          onStart: lock.track,
        });
      }
      // Nobody imports it in Python: compiling its modules would only take time.
      const flags = ["--no-deps", "--no-compile"];
      const exact = `${wanted.replace("_", "-")}==${tensorflowVersion}`;
      if (stopped || !isServed(wanted, before)) {
        await pipInstall(places.environment, [...flags, "--force-reinstall", exact], options);
      }
      const installed = installedTensorflow(places.environment);
      if (!installed) {
        throw new SetupError(
          "Cannot install TensorFlow: its wheel is required to hold libtensorflow_cc.so.2, got none",
          { mend: "Remove .venv and run the same command again." },
        );
      }
      if (installed.name === "tensorflow" && wanted === "tensorflow") {
        await pipInstall(places.environment, [...flags, ...cudaRequirements(installed.metadata)], {
          ...options,
          action: "install TensorFlow's CUDA libraries",
        });
      }
      mark.finish(`${installed.name} ${installed.version}`);
    },
  };
}
