import { bundleOf, isForGpu } from "../bundle.mjs";
import { SetupError } from "../failure.mjs";
import { takeLock } from "../lock.mjs";
import {
  checkNode,
  checkPlace,
  checkPlatform,
  checkSpace,
  findCompiler,
  findPython,
  freeSpace,
} from "../requirements.mjs";
import { addonStep } from "./addon.mjs";
import { buildStep, checkBuild, linkStep } from "./build.mjs";
import { danfojsStep } from "./danfojs.mjs";
import { environmentStep } from "./environment.mjs";
import { kernelStep } from "./kernelSpec.mjs";
import { opsStep } from "./ops.mjs";
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
      const bundle = bundleOf(places);
      const python = findPython(bundle?.python);
      // A bundle holds the addon compiled.
      const compiler = bundle ? "no compiler needed" : findCompiler().version;
      note(`${python.program} ${python.version}, ${compiler}`);
      const [environment] = heavy;
      if (await environment.needed()) {
        const required = isForGpu(places) ? spaceRequired.gpu : spaceRequired.cpu;
        checkSpace({ free: freeSpace(places.home), required, folder: places.home });
      }
    },
  };
}

/**
 * The steps of set-up, in order.
 *
 * @param {import("../places.mjs").Places} places
 * @param {{ track: (pid: number) => void }} lock
 * @returns {{ packages: import("./steps.mjs").Step[], all: import("./steps.mjs").Step[] }} `packages`: those for the npm
 *   packages alone
 */
export function stepsOf(places, lock) {
  const packages = packagesStep(places, lock);
  const danfojs = danfojsStep(places);
  const link = linkStep(places);
  const heavy = [environmentStep(places, lock), tensorflowStep(places, lock), addonStep(places, lock)];
  const built = [opsStep(places, lock), link, buildStep(places, lock), kernelStep(places)];
  return {
    packages: [packages, danfojs, link],
    all: [requirementsStep(places, heavy), packages, danfojs, ...heavy, ...built],
  };
}

/** A lock that is not needed where nothing may be changed. */
const noLock = { track() {}, release() {} };

/**
 * Does what is missing for a working Podium; a whole one costs a fraction of a second, and serves those too who may not
 * change its folder.
 *
 * @param {import("../places.mjs").Places} places
 * @param {{ only?: "packages" }} [options] `only`: just the npm packages
 * @throws {import("../failure.mjs").SetupError} with cause and mend
 */
export async function setUp(places, { only } = {}) {
  const from = Date.now();
  checkPlatform();
  checkNode();
  checkPlace(places);
  checkBuild(places);
  const steps = stepsOf(places, noLock)[only ?? "all"];
  if (!places.canWrite) await refuseUnfinished(places, steps);
  const lock = places.canWrite ? await takeSetUpLock(places) : noLock;
  try {
    const done = await runSteps(places.canWrite ? stepsOf(places, lock)[only ?? "all"] : []);
    if (only) return;
    const what = done.length > 0 ? `Set-up in ${places.home} is complete` : "Set-up is complete";
    process.stderr.write(`${what} (${duration(Date.now() - from)}).\n`);
    if (!places.canWrite) {
      process.stderr.write(`${places.home} may not be written: your runs go to ${places.work}.\n`);
    }
  } finally {
    lock.release();
  }
}

/** Refuses a folder that may not be changed, where something is missing in it. */
async function refuseUnfinished(places, steps) {
  for (const step of steps) {
    const why = await step.needed();
    if (!why) continue;
    const missing = why === true ? step.name : `${step.name} (${why})`;
    throw new SetupError(
      `Cannot set up Podium: a folder that may be written is required, got ${places.home}, which lacks ${missing}`,
      {
        mend: "Its owner has to run npm start there once: then it serves you too. Or clone Podium into a folder of your own.",
      },
    );
  }
}

function takeSetUpLock(places) {
  return takeLock(places.lock, {
    onWait: (pid) =>
      process.stderr.write(`Waiting for another set-up of this folder (process ${pid}) to finish.\n`),
  });
}
