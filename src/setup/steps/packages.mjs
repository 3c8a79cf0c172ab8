import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { command } from "../command.mjs";
import { SetupError } from "../failure.mjs";
import { fingerprint, readOr, workMark } from "../stamp.mjs";

/** Whether a package's list of systems, processors or C libraries holds one; without a list all fit. */
function fits(list, name) {
  if (!list) return true;
  return list.includes(name) || (list.some((entry) => entry.startsWith("!")) && !list.includes(`!${name}`));
}

/**
 * The packages of the lock file that this machine needs and that are not installed at their version.
 *
 * @param {import("../places.mjs").Places} places
 * @returns {string[]} their places below the clone
 */
export function missingPackages(places) {
  const { packages = {} } = JSON.parse(readOr(path.join(places.packageRoot, "package-lock.json"), "{}"));
  return Object.entries(packages).flatMap(([place, { version, link, os, cpu, libc }]) => {
    const isWanted =
      place.includes("node_modules/") &&
      !link &&
      version &&
      fits(os, process.platform) &&
      fits(cpu, process.arch) &&
      fits(libc, "glibc");
    if (!isWanted) return [];
    const manifest = JSON.parse(readOr(path.join(places.packageRoot, place, "package.json"), "{}"));
    return manifest.version === version ? [] : [place];
  });
}

/** The person's own npm settings that would leave packages out or put them elsewhere. */
const settings = [
  "--include=dev",
  "--include=optional",
  "--include=peer",
  "--global=false",
  "--dry-run=false",
  "--package-lock=true",
  "--package-lock-only=false",
  "--install-strategy=hoisted",
  "--install-links=false",
  "--bin-links=true",
  "--workspaces=false",
  "--legacy-peer-deps=false",
];

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
    needed() {
      if (!places.isClone) return false;
      if (!mark.isDone(print())) return "installing, without install scripts";
      const [first, ...more] = missingPackages(places);
      return first ? `installing ${first}${more.length > 0 ? ` and ${more.length} more` : ""}` : false;
    },
    async run({ note }) {
      // A folder that was left half-way may hold half a package, which npm would take for a whole one.
      if (mark.wasStopped) rmSync(places.modules, { recursive: true, force: true });
      mark.begin();
      // Not npm ci: it refuses a lock file that lacks the packages of other platforms.
      const flags = [
        "--ignore-scripts",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--fetch-retries=1",
        ...settings,
      ];
      await command("npm", ["install", ...flags, "--loglevel=http"], {
        cwd: places.packageRoot,
        action: "install the npm packages",
        onLine: note,
        onStart: lock.track,
      });
      const missing = missingPackages(places);
      if (missing.length > 0) {
        throw new SetupError(
          `Cannot install the npm packages: all of package-lock.json are required, got none of ${missing.join(", ")}`,
          {
            mend: "Look for settings that leave packages out (npm config list) and run the same command again.",
          },
        );
      }
      mark.finish(print());
    },
  };
}
