import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bundleOf } from "../bundle.mjs";
import { SetupError } from "../failure.mjs";
import { takeLock } from "../lock.mjs";
import { environmentMark, sitePackages } from "../places.mjs";
import { ask } from "../requirements.mjs";
import { installedVersions, pinsOf, pipInstall, removeHalfInstalled } from "../steps/environment.mjs";

const question = `import json, re, sys
from packaging.requirements import Requirement
full = sys.argv[2:]
here = {"python_full_version": full[0], "python_version": ".".join(full[0].split(".")[:2])} if full else {}
lines = re.findall(r"^[\\w.-]+==[^\\\\\\n]+", open(sys.argv[1]).read(), re.M)
holding = [one for one in map(Requirement, lines) if one.marker is None or one.marker.evaluate(here)]
print(json.dumps({one.name: str(one.specifier)[2:] for one in holding}))`;

/**
 * The pins of a file that hold for a Python: by name, the version and the lines with hashes.
 *
 * @param {string} python a program, of an environment that set-up has made
 * @param {string} file
 * @param {string[]} [full] one version in the place of that Python's own: "3.11.2"
 */
export function pinsFor(python, file, full = []) {
  const versions = JSON.parse(ask(python, ["-I", "-c", question, file, ...full]) ?? "{}");
  const pins = readFileSync(file, "utf8").split(/\n(?! )/);
  return new Map(
    Object.entries(versions).map(([name, version]) => {
      const lines = pins.find((pin) => pin.startsWith(`${name}==${version} `));
      return [name, { version, lines }];
    }),
  );
}

/**
 * The pins of optional packages for a Python, and the packages that each brings.
 *
 * @param {string} python a program, of an environment that set-up has made
 * @param {string[]} [full] one version in the place of that Python's own
 * @returns {{ pins: ReturnType<typeof pinsFor>, needs: Record<string, string[]> }}
 */
export function optionalPins(python, full) {
  const file = path.join(import.meta.dirname, "..", "pins", "optional.json");
  return { pins: pinsFor(python, pinsOf("optional"), full), needs: JSON.parse(readFileSync(file, "utf8")) };
}

const request = /^([A-Za-z0-9][\w.-]*)(\[[\w,.-]+\])?((?:[<>=!~]=?|===)[\w.*+!<>=~,]+)?$/;

/**
 * Sorts what is asked for into pins and packages that have none, less what is there.
 *
 * @param {string[]} asked such as "catboost", "seaborn" or "catboost==1.2.8"
 * @param {{ pins: Map<string, { version: string, lines: string }>, needs: Record<string, string[]>, installed: Map<string, string> }} known
 * @throws {SetupError} for what is no package's name
 */
export function planInstall(asked, { pins, needs, installed }) {
  const wrong = asked.find((spec) => !request.test(spec));
  if (asked.length === 0 || wrong !== undefined) {
    throw new SetupError(
      `Cannot install: names of packages are required, such as catboost or "catboost==1.2.10", got ${wrong ?? "none"}`,
    );
  }
  const plain = (name) => name.toLowerCase().replaceAll(/[-_.]+/g, "-");
  const pinned = new Map();
  const others = [];
  for (const spec of asked) {
    const [, name, extra, version] = request.exec(spec);
    const needed = !extra && needs[plain(name)];
    const own = pins.get(plain(name));
    if (!needed || !own || (version && version !== `==${own.version}`)) {
      if (version || extra || !installed.has(plain(name))) others.push(spec);
      continue;
    }
    for (const one of needed) {
      const pin = pins.get(one);
      // One that the person has at another version stays, unless it is the one that is asked for.
      const present = installed.get(one);
      const isWanted = present === undefined || (one === plain(name) && present !== pin?.version);
      if (pin && isWanted) pinned.set(one, pin);
    }
  }
  return { pinned, others };
}

/**
 * Installs Python packages into the environment: those that Podium knows at its pins, with hashes, others as the
 * index has them, without a change of those that are pinned.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} asked
 */
export async function install(places, asked) {
  const { environment, python } = places;
  if (!existsSync(path.join(environment, environmentMark))) {
    throw new SetupError(
      `Cannot install ${asked.join(", ")}: Podium's Python environment is required, got none`,
      {
        mend: "Run npm run build first.",
      },
    );
  }
  const { pins, needs } = optionalPins(python);
  const lock = await takeLock(places.lock, {
    onWait: (pid) => console.log(`Waiting for process ${pid}, which changes the environment`),
  });
  const folder = mkdtempSync(path.join(tmpdir(), "podium-install-"));
  const wheels = [bundleOf(places)?.wheels, process.env.PIP_FIND_LINKS].filter(Boolean);
  if (wheels.length > 0) process.env.PIP_FIND_LINKS = wheels.join(" ");
  try {
    removeHalfInstalled(sitePackages(environment) ?? "");
    const { pinned, others } = planInstall(asked, { pins, needs, installed: installedVersions(environment) });
    const options = { action: `install ${asked.join(", ")}`, note: console.log, track: lock.track };
    if (pinned.size > 0) {
      const file = path.join(folder, "pins.txt");
      writeFileSync(file, `${[...pinned.values()].map(({ lines }) => lines).join("\n")}\n`);
      const flags = ["--require-hashes", "--only-binary", ":all:", "--no-deps"];
      await pipInstall(environment, [...flags, "-r", file], options);
    }
    if (others.length > 0) {
      const file = path.join(folder, "constraints.txt");
      const present = installedVersions(environment);
      const named = new Set(
        others.map((spec) =>
          request
            .exec(spec)?.[1]
            .toLowerCase()
            .replaceAll(/[-_.]+/g, "-"),
        ),
      );
      const kept = [...pins].filter(([name]) => present.has(name) && !named.has(name));
      writeFileSync(file, kept.map(([name]) => `${name}==${present.get(name)}\n`).join(""));
      await pipInstall(environment, ["-c", file, ...others], options);
    }
    const made = [...pinned].map(([name, pin]) => `${name} ${pin.version}`);
    console.log(
      made.length + others.length === 0
        ? `Already there: ${asked.join(", ")}`
        : `Installed in ${path.basename(environment)}: ${[...made, ...others].join(", ")}`,
    );
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    lock.release();
  }
}
