/**
 * Gives TypeDoc the compiler that notebooks use: it needs an older one than the sources are built by, and npm has room for one
 * `typescript` only.
 */
import { register } from "node:module";

const hooks = `
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
export function resolve(specifier, context, next) {
  if (specifier !== "typescript") return next(specifier, context);
  const require = createRequire(${JSON.stringify(import.meta.url)});
  return { url: pathToFileURL(require.resolve("@tslab/typescript-for-tslab")).href, format: "commonjs", shortCircuit: true };
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
