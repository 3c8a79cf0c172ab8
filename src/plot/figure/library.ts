import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

let packed: string | undefined;

/** plotly.js as it travels in notebooks and saved pages: gzip in base64, a quarter of the file's size. */
export function packedLibrary(): string {
  packed ??= gzipSync(readFileSync(require.resolve("plotly.js-dist")), { level: 9 }).toString("base64");
  return packed;
}

/** The version of plotly.js that is installed. */
export const libraryVersion: string = require("plotly.js-dist/package.json").version;

const cellKey = Symbol.for("podium.cell");
const signalKey = Symbol.for("podium.signal");

/** Where the library was embedded last: the notebook's cell and that cell's run. */
let embedded: { cell: unknown; run: unknown } | undefined;

/**
 * Whether the figure that is displayed now has to bring the library along: the session's first figure does, and so
 * does the first figure of that same cell whenever it is run again, as its earlier output is gone then. The kernel
 * names the running cell in `globalThis[Symbol.for("podium.cell")]` and gives every run a signal of its own.
 */
export function claimEmbedding(): boolean {
  const state = globalThis as { [cellKey]?: unknown; [signalKey]?: unknown };
  const here = { cell: state[cellKey], run: state[signalKey] };
  const again = here.cell !== undefined && embedded?.cell === here.cell && embedded?.run !== here.run;
  if (embedded && !again) return false;
  embedded = here;
  return true;
}
