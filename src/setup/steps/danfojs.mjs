import { existsSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { versionOf } from "../places.mjs";
import { writeWhole } from "../stamp.mjs";
import { isLink, pointLink } from "./addon.mjs";

/**
 * Makes danfojs-node ask for what it gets here instead: overrides hold in a clone alone, and the package brings
 * danfojs-node along. Its manifest names a file of another host, which npm would fetch whenever something is installed
 * beside Podium; and npm points its stand-in for tfjs-node into nothing (it takes an override's path for one from
 * there, npm/cli issue 5584), at which packing ends without a word.
 *
 * @param {import("../places.mjs").Places} places
 * @returns {import("./steps.mjs").Step}
 */
export function danfojsStep(places) {
  const folder = path.join(places.modules, "danfojs-node");
  const manifest = path.join(folder, "package.json");
  const standIn = path.join(places.setup, "tfjs-node");
  const link = path.join(folder, "node_modules", "@tensorflow", "tfjs-node");
  const isAstray = () => isLink(link) && !(existsSync(link) && realpathSync(link) === standIn);

  /** The manifest as it should be. */
  function mended() {
    const { overrides } = JSON.parse(readFileSync(path.join(places.packageRoot, "package.json"), "utf8"));
    const content = JSON.parse(readFileSync(manifest, "utf8"));
    const { dependencies } = content;
    for (const name of Object.keys(dependencies)) {
      const asked = overrides[name];
      if (asked) dependencies[name] = asked.startsWith("$") ? versionOf(standIn) : asked;
    }
    return `${JSON.stringify(content, null, 2)}\n`;
  }

  return {
    name: "danfojs-node",
    needed: () =>
      places.isClone &&
      existsSync(manifest) &&
      (isAstray() || readFileSync(manifest, "utf8") !== mended()) &&
      "pointing to the one TensorFlow",
    run() {
      if (isAstray()) pointLink(path.relative(path.dirname(link), standIn), link);
      writeWhole(manifest, mended());
    },
  };
}
