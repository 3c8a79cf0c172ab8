import path from "node:path";
import { readOr, writeWhole } from "./stamp.mjs";

/**
 * What Jupyter is told of the kernel.
 *
 * @param {import("./places.mjs").Places} places
 */
export function kernelSpec(places) {
  return {
    argv: [process.execPath, path.join(places.dist, "kernel", "launcher.js"), "{connection_file}"],
    display_name: "TypeScript (Podium)",
    language: "typescript",
    // By message the kernel's own thread hears it, and breaks a loop that has come after an await as well.
    interrupt_mode: "message",
    env: { PODIUM_PRELOAD: "podium" },
  };
}

/**
 * The kernel's registration inside the Python environment.
 *
 * @param {import("./places.mjs").Places} places
 * @returns {import("./steps.mjs").Step}
 */
export function kernelStep(places) {
  const file = path.join(places.kernel, "kernel.json");
  const text = () => `${JSON.stringify(kernelSpec(places), null, 2)}\n`;
  return {
    name: "Jupyter kernel",
    needed: () => readOr(file) !== text(),
    run: () => writeWhole(file, text()),
  };
}
