import path from "node:path";
import { command, foreground } from "../command.mjs";
import { SetupError } from "../failure.mjs";
import { ask } from "../requirements.mjs";
import { filesBelow } from "../stamp.mjs";

/** The tests that start several machines on this one. */
const machines = path.join("tests", "cluster", "machines");

/**
 * The test files, benches and golden files left out, and those that start machines where no part names their folder.
 *
 * @param {string} root folder above `tests`
 * @param {string[]} [parts] only files whose path holds one of these (default: all)
 * @returns {string[]} by path from the root
 */
export function testFiles(root, parts = []) {
  const withMachines = parts.some((part) => path.normalize(part).startsWith(machines));
  const leftOut = withMachines ? /^(bench|golden)[\\/]/ : /^(bench|golden|cluster[\\/]machines)[\\/]/;
  return filesBelow(path.join(root, "tests"), (name) => name.endsWith(".test.ts") && !leftOut.test(name))
    .map((file) => path.relative(root, file))
    .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)));
}

/**
 * The test suite under Node's runner. Arguments that begin with a dash are the runner's own, others choose files.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} args
 */
export function runTests(places, args) {
  const parts = args.filter((arg) => !arg.startsWith("-"));
  const files = testFiles(places.packageRoot, parts);
  if (files.length === 0) {
    throw new SetupError(
      `Cannot run tests: a file in tests with ${parts.join(" or ")} in its path is required, got none`,
    );
  }
  const reporter = process.stdout.isTTY ? "spec" : "tap";
  const options = [
    "--import",
    import.meta.resolve("tsx"),
    "--test",
    "--test-concurrency=2",
    // A test that fails may leave a process or socket open; the run has to end all the same.
    "--test-force-exit",
    `--test-reporter=${reporter}`,
  ];
  const own = args.filter((arg) => arg.startsWith("-"));
  return foreground(process.execPath, [...options, ...own, ...files], { cwd: places.packageRoot });
}

/**
 * The tests of clusters: two nodes of Ray and Slurm's controller with two nodes, all on this machine. What of Slurm is
 * missing is installed from Debian's packages, where this user may.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} args the runner's own options
 * @throws {SetupError} where Slurm is missing and cannot be installed
 */
export async function runClusterTests(places, args) {
  if (!ask("slurmctld", ["-V"]) || !ask("slurmd", ["-V"])) {
    const action = "run the tests of clusters";
    const mend = "Install it: sudo apt install slurm-wlm.";
    if (process.getuid?.() !== 0) {
      throw new SetupError(`Cannot ${action}: Slurm (slurm-wlm) is required, got none`, { mend });
    }
    try {
      const env = { DEBIAN_FRONTEND: "noninteractive" };
      await command("apt-get", ["update", "-q"], { action, env });
      await command("apt-get", ["install", "-q", "-y", "--no-install-recommends", "slurm-wlm"], {
        action,
        env,
      });
    } catch (error) {
      const words = `${error.message}${error.detail ? `\n${error.detail}` : ""}`;
      throw new SetupError(`Cannot ${action}: Slurm (slurm-wlm) could not be installed: ${words}`, { mend });
    }
  }
  return runTests(places, ["--test-concurrency=1", ...args, machines]);
}
