import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { command } from "../command.mjs";
import { fingerprint, workMark } from "../stamp.mjs";

/**
 * The npm packages, without their install scripts: tfjs-node-gpu's own would fetch an old library.
 *
 * @param {import("../places.mjs").Places} places
 * @param {{ track: (pid: number) => void }} lock
 * @returns {import("./steps.mjs").Step}
 */
export function packagesStep(places, lock) {
  const manifest = path.join(places.packageRoot, "package.json");
  const lockFile = path.join(places.packageRoot, "package-lock.json");
  const mark = workMark(
    path.join(places.marks, "packages-begun"),
    path.join(places.modules, ".podium-packages"),
  );
  function print() {
    const { dependencies, devDependencies, overrides } = JSON.parse(readFileSync(manifest, "utf8"));
    const texts = [JSON.stringify({ dependencies, devDependencies, overrides })];
    return fingerprint({ texts, files: existsSync(lockFile) ? [lockFile] : [] });
  }
  return {
    name: "npm packages",
    needed: () => places.isClone && !mark.isDone(print()) && "installing, without install scripts",
    async run({ note }) {
      // A folder that was left half-way may hold half a package, which npm would take for a whole one.
      if (mark.wasStopped) rmSync(places.modules, { recursive: true, force: true });
      mark.begin();
      // Not npm ci: it refuses a lock file that lacks the packages of other platforms.
      const flags = ["--ignore-scripts", "--no-save", "--no-audit", "--no-fund", "--fetch-retries=1"];
      await command("npm", ["install", ...flags, "--loglevel=http"], {
        cwd: places.packageRoot,
        action: "install the npm packages",
        onLine: note,
        onStart: lock.track,
      });
      mark.finish(print());
    },
  };
}
