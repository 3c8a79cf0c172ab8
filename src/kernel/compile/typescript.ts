import path from "node:path";
import type * as ts from "@tslab/typescript-for-tslab";
import { type CachedModule, loadCached } from "./codeCache";

/** The folder of the package that this kernel is part of. */
export const packageRoot = path.join(__dirname, "..", "..", "..");

let kept: CachedModule | undefined;

/** TypeScript as tslab brings it. */
export function loadTypeScript(): typeof ts {
  const file = require.resolve("@tslab/typescript-for-tslab");
  if (!require.cache[file]) {
    kept = loadCached(file, path.join(packageRoot, ".cache", "kernel", "typescript.code"));
  }
  return require(file);
}

/** Keeps TypeScript's compiled code, so that the next kernel loads it in half the time. */
export function keepTypeScript(): void {
  kept?.keep();
}
