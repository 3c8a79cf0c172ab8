import { existsSync, realpathSync, rmSync } from "node:fs";
import path from "node:path";
import { command } from "../command.mjs";
import { SetupError } from "../failure.mjs";
import { filesBelow, fingerprint, readOr, writeWhole } from "../stamp.mjs";
import { pointLink } from "./addon.mjs";

/**
 * `dist` from `src`, where a source changed.
 *
 * @param {import("../places.mjs").Places} places
 * @param {{ track: (pid: number) => void }} lock
 * @returns {import("./steps.mjs").Step}
 */
export function buildStep(places, lock) {
  const source = path.join(places.packageRoot, "src");
  const mark = path.join(places.dist, ".podium-build");
  const isSource = (name) => name.endsWith(".ts") && !name.startsWith(`setup${path.sep}`);
  function print() {
    const files = filesBelow(source, isSource);
    const names = files.map((file) => path.relative(source, file));
    const settings = ["package-lock.json", "tsconfig.json"].map((name) =>
      path.join(places.packageRoot, name),
    );
    return fingerprint({ texts: names, files: [...settings.filter((file) => existsSync(file)), ...files] });
  }
  return {
    name: "TypeScript build",
    needed: () => places.isClone && readOr(mark) !== print() && "compiling src to dist",
    async run() {
      const before = print();
      const compiler = path.join(places.modules, "typescript", "bin", "tsc");
      await command(process.execPath, [compiler, "-p", "tsconfig.json"], {
        cwd: places.packageRoot,
        action: "build Podium",
        onStart: lock.track,
      });
      // What a source that is gone left behind would still be importable.
      const isOurs = (name) => !name.startsWith(`docs${path.sep}`);
      for (const file of filesBelow(places.dist, isOurs)) {
        const stem = /^(.*?)\.(js|d\.ts)(\.map)?$/.exec(path.relative(places.dist, file))?.[1];
        if (stem !== undefined && !existsSync(path.join(source, `${stem}.ts`))) rmSync(file);
      }
      writeWhole(mark, before);
    },
  };
}

/**
 * An installed package brings its build and cannot make it; npm packs a bare clone without a word.
 *
 * @param {import("../places.mjs").Places} places
 * @throws {SetupError} where the package has none
 */
export function checkBuild(places) {
  if (places.isClone || existsSync(path.join(places.dist, "index.js"))) return;
  throw new SetupError(
    `Cannot set up Podium: a package with its build is required, got none in ${places.packageRoot}`,
    { mend: "Pack it again with npm run pack in Podium's clone, and install that." },
  );
}

/**
 * `podium` in node_modules, so that notebooks and type checks find it under its name.
 *
 * @param {import("../places.mjs").Places} places
 * @returns {import("./steps.mjs").Step}
 */
export function linkStep(places) {
  const link = path.join(places.modules, "podium");
  const isRight = () => existsSync(link) && realpathSync(link) === places.packageRoot;
  return {
    name: "podium link",
    needed: () => !isRight(),
    run: () => pointLink(path.relative(places.modules, places.packageRoot) || ".", link),
  };
}
