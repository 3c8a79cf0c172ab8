import path from "node:path";
import { foreground } from "../command.mjs";
import { SetupError } from "../failure.mjs";
import { filesBelow } from "../stamp.mjs";

/**
 * The test files, benches and golden files left out.
 *
 * @param {string} root folder above `tests`
 * @param {string[]} [parts] only files whose path holds one of these (default: all)
 * @returns {string[]} by path from the root
 */
export function testFiles(root, parts = []) {
  const leftOut = /^(bench|golden)[\\/]/;
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
