/** Where Podium and its parts are. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { tf } from "../engine";

/** Podium's own folder: the clone, or the installed package. */
export const packageRoot = path.join(__dirname, "..", "..");

/** Podium's command, which starts without the package's link. */
export const commandFile = path.join(packageRoot, "src", "setup", "cli.mjs");

/** Everything of a program that a result depends on besides experiment and data. */
export interface Versions {
  /** Podium's version and a checksum of its compiled code. */
  readonly podium: string;
  readonly tensorflow: string;
}

let build: string | undefined;

/** A checksum of the compiled code, by which two builds of one version are told apart. */
function buildOf(dist: string): string {
  if (build !== undefined) return build;
  const hash = createHash("sha256");
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) =>
    /^(?!docs\/).*\.js$/.test(file),
  );
  for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(path.join(dist, file)));
  build = hash.digest("hex").slice(0, 12);
  return build;
}

/** The versions that this process computes with. */
export async function versionsHere(): Promise<Versions> {
  await tf.ready();
  const { version } = JSON.parse(readFileSync(path.join(packageRoot, "package.json"), "utf8"));
  const { binding } = tf.backend() as unknown as { binding?: { TF_Version?: string } };
  return {
    podium: `${version}, build ${buildOf(path.join(packageRoot, "dist"))}`,
    tensorflow: binding?.TF_Version ?? "unknown",
  };
}
