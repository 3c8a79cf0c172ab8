import { format } from "node:util";
import type { MimeBundle } from "./bundle";
import { describeArray, isArrayLike } from "./summary";
import { describeTable, isTable } from "./table";
import { shortText } from "./text";

/** The method by which a value says how it is shown. */
export const displayKey = Symbol.for("Jupyter.display");

/** Longest text that a value without a representation of its own is given, in characters. */
const mostText = 100_000;

/**
 * How a notebook shows a value: `undefined` for one that shows nothing.
 *
 * A method under `Symbol.for("Jupyter.display")` decides; tables, tensors and typed arrays are recognised by what they
 * offer; everything else is shown as `console.log` prints it.
 */
export function describeValue(value: unknown): MimeBundle | undefined | Promise<MimeBundle | undefined> {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Promise) return value.then(describeValue);
  const own = displayMethod(value);
  if (own) {
    const bundle = own();
    return bundle instanceof Promise ? bundle.then(normalize) : normalize(bundle);
  }
  if (isTable(value)) return describeTable(value);
  if (isArrayLike(value)) return describeArray(value);
  const layers = layerSummary(value);
  if (layers !== undefined) return { "text/plain": layers };
  return { "text/plain": shortText(format(value), mostText) };
}

function displayMethod(value: unknown): (() => unknown) | undefined {
  if (typeof value !== "object" && typeof value !== "function") return undefined;
  const method = (value as Record<symbol, unknown>)[displayKey];
  return typeof method === "function" ? () => method.call(value) : undefined;
}

/** A bundle as it goes over the wire: bytes in base64, nothing undefined. */
function normalize(bundle: unknown): MimeBundle {
  if (typeof bundle !== "object" || bundle === null || Array.isArray(bundle)) {
    throw new TypeError(
      `Cannot display value: its Symbol.for("Jupyter.display") must return a record of MIME types, got ${format(bundle)}`,
    );
  }
  const out: MimeBundle = {};
  for (const [type, content] of Object.entries(bundle)) {
    if (content === undefined) continue;
    out[type] = content instanceof Uint8Array ? Buffer.from(content).toString("base64") : content;
    // A notebook with anything else in it is refused when it is opened again.
    if (!/[/+]json$/.test(type) && !isText(out[type])) {
      throw new TypeError(`Cannot display value: its ${type} must be text or bytes, got ${format(content)}`);
    }
  }
  return out;
}

function isText(content: unknown): boolean {
  return (Array.isArray(content) ? content : [content]).every((line) => typeof line === "string");
}

/** The table of layers that a network prints of itself. */
function layerSummary(value: unknown): string | undefined {
  const model = value as { layers?: unknown; summary?: unknown };
  if (typeof value !== "object" || !Array.isArray(model.layers) || typeof model.summary !== "function") {
    return undefined;
  }
  const lines: string[] = [];
  model.summary(undefined, undefined, (line: string) => lines.push(line));
  return lines.join("\n");
}
