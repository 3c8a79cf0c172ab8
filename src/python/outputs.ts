import type { Content } from "../kernel/wire/wire";
import { Figure, type Layout, type PlotFrame, type Trace } from "../plot";

/** How a notebook asks a value for what it shows. */
const bundleKey = Symbol.for("Jupyter.display");
/** Where the kernel puts its `display` and its `clearOutput`. */
const displayKey = Symbol.for("podium.display");
const clearKey = Symbol.for("podium.clearOutput");

type Bundle = Readonly<Record<string, unknown>>;
type Display = (value: unknown, options?: { id?: string; update?: boolean }) => Promise<void>;

/**
 * What the last line of Python code showed; a notebook shows it as Python's own would: a table, a figure, a text.
 *
 * @example
 * const shown = await python.run("2 + 2");
 * shown?.text; // "4"
 */
export class PythonResult {
  /** What it shows, by MIME type. */
  readonly bundle: Bundle;

  constructor(bundle: Bundle) {
    this.bundle = bundle;
  }

  /** What Python prints of it. */
  get text(): string {
    return plainText(this.bundle);
  }

  [bundleKey](): Bundle | Promise<Bundle> {
    return shownBundle(this.bundle);
  }
}

const plotlyType = "application/vnd.plotly.v1+json";

/** What a notebook shows of a bundle: a figure of plotly's as one of Podium's, offline and with an image. */
function shownBundle(bundle: Bundle): Bundle | Promise<Bundle> {
  const figure = bundle[plotlyType] as { data: Trace[]; layout?: Layout; frames?: PlotFrame[] } | undefined;
  if (!figure) return bundle;
  const { data, layout = {}, frames } = figure;
  const own = new Figure({ data, layout, frames }) as unknown as { [bundleKey](): Promise<Bundle> };
  return own[bundleKey]();
}

function plainText(bundle: Bundle): string {
  const text = bundle["text/plain"] ?? "";
  return Array.isArray(text) ? text.join("") : String(text);
}

/** The display that is not yet shown, and those after it. */
let pending: Promise<void> | undefined;

/** Shows what Python shows, in its order: in a notebook below the cell, else in the terminal. */
export function showOutput(type: string, content: Content): void {
  const shown = pending ? pending.then(() => show(type, content)) : show(type, content);
  if (!(shown instanceof Promise)) return;
  const settled = shown
    .catch((error) => void process.stderr.write(`Cannot show what Python shows: ${error}\n`))
    .then(() => {
      if (pending === settled) pending = undefined;
    });
  pending = settled;
}

/** Waits until all that Python showed so far is shown. */
export async function outputsShown(): Promise<void> {
  while (pending) await pending;
}

function show(type: string, content: Content): void | Promise<void> {
  const global = globalThis as Record<symbol, unknown>;
  switch (type) {
    case "stream":
      process[content.name === "stderr" ? "stderr" : "stdout"].write(String(content.text));
      return;
    case "clear_output":
      (global[clearKey] as ((options: object) => void) | undefined)?.({ wait: content.wait === true });
      return;
    case "display_data":
    case "update_display_data": {
      const bundle = content.data as Bundle;
      const display = global[displayKey] as Display | undefined;
      if (!display) {
        if (type === "display_data") process.stdout.write(`${plainText(bundle)}\n`);
        return;
      }
      const id = (content.transient as { display_id?: string } | undefined)?.display_id;
      const options = id === undefined ? {} : { id: `python-${id}`, update: type === "update_display_data" };
      const shown = shownBundle(bundle);
      if (!(shown instanceof Promise)) return void display({ [bundleKey]: () => shown }, options);
      return shown.then((ready) => void display({ [bundleKey]: () => ready }, options));
    }
  }
}
