import path from "node:path";
import { SetupError } from "./failure.mjs";
import { findGpu } from "./requirements.mjs";
import { readOr } from "./stamp.mjs";

/** The folder of a bundle that holds wheels and what they are for. */
export const bundleFolder = "bundle";

/**
 * What a bundle (`npm run bundle`) holds beside Podium and its npm packages: from one, set-up asks no network.
 *
 * @param {import("./places.mjs").Places} places
 * @returns {{ python: string, device: "cpu" | "gpu", wheels: string } | undefined} nothing outside a bundle; `python`: the
 *   version that its wheels are for; `wheels`: their folder
 * @throws {SetupError} where it was made for another kind of machine
 */
export function bundleOf({ home }) {
  const folder = path.join(home, bundleFolder);
  const text = readOr(path.join(folder, "bundle.json"));
  if (!text) return undefined;
  const { python, device, platform } = JSON.parse(text);
  const here = `${process.platform} on ${process.arch}`;
  if (platform !== here) {
    throw new SetupError(`Cannot set up Podium: this bundle is for ${platform}, got ${here}`, {
      mend: "Make one with npm run bundle on a machine like this one.",
    });
  }
  return { python, device, wheels: path.join(folder, "wheels") };
}

/**
 * Whether set-up is for a GPU: a bundle says so, else this machine does.
 *
 * @param {import("./places.mjs").Places} places
 */
export function isForGpu(places) {
  const bundle = bundleOf(places);
  return bundle ? bundle.device === "gpu" : findGpu().present;
}
