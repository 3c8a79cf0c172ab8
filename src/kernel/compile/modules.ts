import { statSync } from "node:fs";
import Module, { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { packageRoot } from "./typescript";

type Resolve = (request: string, parent: { filename?: string } | undefined, ...rest: unknown[]) => string;

/** Puts these exports where the package's file of that name would be loaded. */
export function provideModule(name: string, exports: Record<string, unknown>): void {
  const file = require.resolve(name);
  const module = new Module(file);
  Object.assign(module, { filename: file, loaded: true, exports: { __esModule: true, ...exports } });
  require.cache[file] = module;
}

/**
 * Lets a notebook anywhere import what the kernel's own package has: packages that the notebook's folder lacks are
 * looked for there. Packages themselves see only their own.
 */
export function addModuleFallback(): void {
  const loader = Module as unknown as { _resolveFilename: Resolve };
  const resolve = loader._resolveFilename;
  const own = createRequire(path.join(packageRoot, "index.js"));
  loader._resolveFilename = function (request, parent, ...rest) {
    // Node resolves links by what it looked at last: after a pipe or a socket it leaves them as they are, and a package
    // that is reached by a link would be loaded a second time.
    statSync(__filename);
    try {
      return resolve.call(this, request, parent, ...rest);
    } catch (error) {
      const isPackage = !/^\.|^file:/.test(request) && !path.isAbsolute(request) && !isBuiltin(request);
      const asks = parent?.filename ?? "";
      if (!isPackage || asks.includes(`${path.sep}node_modules${path.sep}`) || asks.startsWith(packageRoot)) {
        throw error;
      }
      try {
        return own.resolve(request);
      } catch {
        throw error;
      }
    }
  };
}
