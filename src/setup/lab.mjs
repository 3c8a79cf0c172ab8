import { existsSync } from "node:fs";
import { foreground } from "./command.mjs";
import { provideNotebooks } from "./start.mjs";

/**
 * JupyterLab on the notebooks, with the kernel; arguments are passed on.
 *
 * @param {import("./places.mjs").Places} places
 * @param {string[]} args
 */
export function lab(places, args) {
  provideNotebooks(places);
  const folder = existsSync(places.notebooks) ? places.notebooks : places.home;
  return foreground(places.python, ["-m", "jupyterlab", ...args], { cwd: folder });
}
