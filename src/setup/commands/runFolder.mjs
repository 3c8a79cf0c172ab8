import { mkdirSync } from "node:fs";
import path from "node:path";
import { pointLink } from "../steps/addon.mjs";

/**
 * Makes the folder of a new run, named after its time, and points `latest` at it.
 *
 * @param {string} runs folder of all runs
 * @param {Date} [time] default: now
 * @returns {string} the new folder
 */
export function makeRunFolder(runs, time = new Date()) {
  mkdirSync(runs, { recursive: true });
  const two = (number) => String(number).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const stem = `${day}T${two(time.getHours())}-${two(time.getMinutes())}-${two(time.getSeconds())}`;
  for (let attempt = 1; ; attempt++) {
    const name = attempt === 1 ? stem : `${stem}-${attempt}`;
    try {
      mkdirSync(path.join(runs, name));
    } catch (error) {
      if (error.code === "EEXIST") continue;
      throw error;
    }
    pointLink(name, path.join(runs, "latest"));
    return path.join(runs, name);
  }
}
