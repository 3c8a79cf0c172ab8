import path from "node:path";
import { takeLock } from "../lock.mjs";
import {
  checkNode,
  checkPlatform,
  checkSpace,
  findCompiler,
  findGpu,
  findPython,
  freeSpace,
} from "../requirements.mjs";
import { addonStep } from "./addon.mjs";
import { buildStep, checkBuild, linkStep } from "./build.mjs";
import { danfojsStep } from "./danfojs.mjs";
import { environmentStep } from "./environment.mjs";
import { kernelStep } from "./kernelSpec.mjs";
import { packagesStep } from "./packages.mjs";
import { duration, runSteps } from "./steps.mjs";
import { tensorflowStep } from "./tensorflow.mjs";

/** Disk space that a whole installation takes, in bytes. */
const spaceRequired = { cpu: 4 * 2 ** 30, gpu: 12 * 2 ** 30 };

/**
 * Refuses a machine that cannot finish before the long downloads begin.
 *
 * @param {import("../places.mjs").Places} places
 * @param {import("./steps.mjs").Step[]} heavy the steps that need Python, a compiler and space
 * @returns {import("./steps.mjs").Step}
 */
function requirementsStep(places, heavy) {
  return {
    name: "requirements",
    async needed() {
      for (const step of heavy) if (await step.needed()) return "Python, compiler, disk space";
      return false;
    },
    async run({ note }) {
      const python = findPython();
      const compiler = findCompiler();
      note(`${python.program} ${python.version}, ${compiler.version}`);
      const [environment] = heavy;
      if (await environment.needed()) {
        const required = findGpu().present ? spaceRequired.gpu : spaceRequired.cpu;
        checkSpace({ free: freeSpace(places.home), required, folder: places.home });
      }
    },
  };
}

/**
 * Does what is missing for a working Podium; a whole one costs a fraction of a second.
 *
 * @param {import("../places.mjs").Places} places
 * @param {{ only?: "packages" }} [options] `only`: just the npm packages
 * @throws {import("../failure.mjs").SetupError} with cause and mend
 */
export async function setUp(places, { only } = {}) {
  const from = Date.now();
  checkPlatform();
  checkNode();
  checkBuild(places);
  const lock = await takeLock(places.lock, {
    onWait: (pid) =>
      process.stderr.write(`Waiting for another set-up of this folder (process ${pid}) to finish.\n`),
  });
  try {
    const packages = packagesStep(places, lock);
    const danfojs = danfojsStep(places);
    const link = linkStep(places);
    if (only === "packages") {
      await runSteps([packages, danfojs, link]);
      return;
    }
    const heavy = [environmentStep(places, lock), tensorflowStep(places, lock), addonStep(places, lock)];
    const steps = [
      requirementsStep(places, heavy),
      packages,
      danfojs,
      ...heavy,
      link,
      buildStep(places, lock),
      kernelStep(places),
    ];
    const done = await runSteps(steps);
    const what =
      done.length > 0 ? `Set-up of ${path.basename(places.home)} is complete` : "Set-up is complete";
    process.stderr.write(`${what} (${duration(Date.now() - from)}).\n`);
  } finally {
    lock.release();
  }
}
