import { readFileSync } from "node:fs";
import path from "node:path";
import { sitePackages } from "../places.mjs";
import { readOr, writeWhole } from "../stamp.mjs";

/** Makes glibc ask for huge pages; older ones pass over it. */
export const hugePages = "glibc.malloc.hugetlb=1";

/**
 * What Jupyter is told of the kernel.
 *
 * @param {import("../places.mjs").Places} places
 */
export function kernelSpec(places) {
  return {
    argv: [
      process.execPath,
      // A cell may import TensorFlow before it imports Podium.
      "--require",
      path.join(places.dist, "engine", "prepare.js"),
      path.join(places.dist, "kernel", "launcher.js"),
      "{connection_file}",
    ],
    display_name: "TypeScript (Podium)",
    language: "typescript",
    // By message the kernel's own thread hears it, and breaks a loop that has come after an await as well.
    interrupt_mode: "message",
    // Large arrays in huge pages, as NumPy asks for by itself: touching new memory is a good part of loading.
    env: { PODIUM_PRELOAD: "podium", GLIBC_TUNABLES: hugePages },
  };
}

/** JupyterLab without its question for news, which stands over the notebook and asks the network. */
const labSettings = {
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
};

/**
 * Variables that let Jupyter find this kernel before another of its name, whatever the person has registered.
 *
 * @param {import("../places.mjs").Places} places
 */
export function jupyterVariables(places) {
  const own = path.join(places.environment, "share", "jupyter");
  return {
    JUPYTER_PATH: [own, process.env.JUPYTER_PATH].filter(Boolean).join(path.delimiter),
    JUPYTER_PREFER_ENV_PATH: "1",
  };
}

/**
 * The files by which papermill, if it is installed, finds how parameters are written in TypeScript.
 *
 * @param {string | undefined} packages the environment's packages
 * @returns {[file: string, text: string][]}
 */
function papermillFiles(packages) {
  if (!packages) return [];
  const name = "podium_papermill";
  const information = `${name}-0.1.0.dist-info`;
  const texts = {
    [`${name}.py`]: readOr(path.join(import.meta.dirname, `${name}.py`)),
    [`${information}/METADATA`]: `Metadata-Version: 2.1\nName: ${name.replace("_", "-")}\nVersion: 0.1.0\n`,
    [`${information}/entry_points.txt`]: `[papermill.engine]\npodium = ${name}:PodiumEngine\n`,
    [`${information}/INSTALLER`]: "podium\n",
  };
  const record = [...Object.keys(texts), `${information}/RECORD`].map((file) => `${file},,\n`).join("");
  const all = { ...texts, [`${information}/RECORD`]: record };
  return Object.entries(all).map(([file, text]) => [path.join(packages, file), text]);
}

/**
 * The kernel's registration inside the Python environment.
 *
 * @param {import("../places.mjs").Places} places
 * @returns {import("./steps.mjs").Step}
 */
export function kernelStep(places) {
  const text = (content) => `${JSON.stringify(content, null, 2)}\n`;
  const files = () => [
    [path.join(places.kernel, "kernel.json"), text(kernelSpec(places))],
    // Of the tile by which a new notebook is opened.
    [
      path.join(places.kernel, "logo-svg.svg"),
      readFileSync(path.join(import.meta.dirname, "logo.svg"), "utf8"),
    ],
    [
      path.join(places.environment, "share", "jupyter", "lab", "settings", "overrides.json"),
      text(labSettings),
    ],
    ...papermillFiles(sitePackages(places.environment)),
  ];
  return {
    name: "Jupyter kernel",
    needed: () => files().some(([file, content]) => readOr(file) !== content),
    run() {
      for (const [file, content] of files()) writeWhole(file, content);
    },
  };
}
