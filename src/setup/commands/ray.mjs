import { existsSync } from "node:fs";
import path from "node:path";
import { foreground } from "../command.mjs";
import { install } from "./install.mjs";

/**
 * Ray's own command line, of the version that tasks run on, with its token asked for; Ray is installed at its first use.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} args such as `start --head`
 * @returns {Promise<number>} exit status
 */
export async function ray(places, args) {
  const program = path.join(places.environment, "bin", "ray");
  if (!existsSync(program)) await install(places, ["ray"]);
  const env = { RAY_AUTH_MODE: process.env.RAY_AUTH_MODE ?? "token", RAY_USAGE_STATS_ENABLED: "0" };
  return foreground(places.python, [program, ...args], { env });
}
