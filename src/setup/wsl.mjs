import { existsSync } from "node:fs";
import path from "node:path";
import { readOr } from "./stamp.mjs";

/** Where Windows's driver puts its libraries and nvidia-smi; login shells alone have it on the PATH. */
const driverFolder = "usr/lib/wsl/lib";
/** Where a distribution's driver would put the same library. */
const linuxFolders = ["usr/lib/x86_64-linux-gnu", "usr/lib64", "lib/x86_64-linux-gnu"];

/**
 * What is known of WSL2, where the GPU is Windows's: its device is /dev/dxg, and there is no /proc/driver/nvidia.
 *
 * @param {string} [root] the file system's root
 * @returns {{ hasGpu: boolean, program: string, linuxDriver: string | undefined } | undefined} nothing outside WSL.
 *   `hasGpu`: an NVIDIA card is passed through; `program`: Windows's nvidia-smi; `linuxDriver`: a driver's library that
 *   was installed inside WSL, which hides Windows's
 */
export function findWsl(root = "/") {
  if (!/microsoft/i.test(readOr(path.join(root, "proc/version")))) return undefined;
  const has = (...names) => existsSync(path.join(root, ...names));
  const driver = linuxFolders.find((folder) => has(folder, "libcuda.so.1"));
  return {
    hasGpu: has("dev/dxg") && has(driverFolder, "libcuda.so.1"),
    program: path.join(root, driverFolder, "nvidia-smi"),
    linuxDriver: driver && path.join(root, driver, "libcuda.so.1"),
  };
}

/**
 * The Windows drive that a folder lies on, as WSL shows it: reading there is slow.
 *
 * @param {string} folder
 * @param {string} [root] the file system's root
 * @returns {string | undefined} "/mnt/c"
 */
export function windowsDrive(folder, root = "/") {
  const mounts = readOr(path.join(root, "proc/mounts"))
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([source, , kind]) => kind === "9p" && /^([A-Z]:|drvfs)/i.test(source ?? ""))
    .map(([, place]) => place);
  return mounts.find((place) => folder === place || folder.startsWith(`${place}/`));
}
