import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { inspect } from "node:util";
import type { DisplayOptions, Displays } from "./display";
import { escapeHtml } from "./html";

/** What `display` has beside itself, as TypeScript sees it. */
export const helperDeclarations = `
declare namespace display {
  interface DisplayOptions {
    /** Name of the display; shown again in the same cell, a display of the same name is replaced in place. */
    id?: string;
    /** Replace every display of that name, also those of earlier cells, and show no new one (default false). */
    update?: boolean;
  }
  interface ImageOptions extends DisplayOptions {
    /** Width in pixels (default the image's own). */
    width?: number;
    /** Height in pixels (default the image's own). */
    height?: number;
  }
  interface FileOptions extends DisplayOptions {
    /** Name that it is saved under (default the file's own). */
    name?: string;
  }
  /**
   * Shows HTML.
   *
   * @param text the HTML; what comes from data is to be escaped
   * @example
   * display.html("<b>bold</b>");
   */
  function html(text: string, options?: DisplayOptions): void;
  /**
   * Shows Markdown.
   *
   * @example
   * display.markdown("| fold | loss |\\n|---|---|\\n| 1 | 0.31 |");
   */
  function markdown(text: string, options?: DisplayOptions): void;
  /**
   * Shows LaTeX.
   *
   * @param text LaTeX; in a notebook formulas stand between dollar signs
   * @example
   * display.latex("$\\\\frac{1}{n} \\\\sum_i |y_i - p_i|$");
   */
  function latex(text: string, options?: DisplayOptions): void;
  /**
   * Shows a value as JSON that can be folded.
   *
   * @example
   * display.json({ folds: [1, 2, 3] });
   */
  function json(value: unknown, options?: DisplayOptions): void;
  /**
   * Shows an image.
   *
   * @param source path of a PNG, JPEG, GIF, WebP or SVG file, or its bytes
   * @throws {TypeError} if it is none of these
   * @example
   * display.image("notebooks/images/confusion.png", { width: 300 });
   */
  function image(source: string | Uint8Array, options?: ImageOptions): void;
  /**
   * Shows a link that saves a file: up to 8 MiB the file travels with the notebook, a larger one stays where it is.
   *
   * @param path the file
   * @example
   * display.file("package.json");
   */
  function file(path: string, options?: FileOptions): void;
}
`;

/** The largest file that is put into a notebook, in bytes. */
const mostBytes = 8 * 1024 * 1024;

/** Kinds of images by how their bytes begin. */
const kinds: readonly (readonly [type: string, pattern: RegExp])[] = [
  ["image/png", /^\x89PNG/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8/],
  ["image/webp", /^RIFF[\s\S]{4}WEBP/],
  ["image/svg+xml", /^(\xef\xbb\xbf)?\s*<(\?xml|!--|!DOCTYPE svg|svg)/i],
];

interface ImageOptions extends DisplayOptions {
  width?: number;
  height?: number;
}

/** What `display` has beside itself. */
export function displayHelpers(displays: Displays): Record<string, unknown> {
  const text = (type: string) => (content: unknown, options?: DisplayOptions) => {
    if (typeof content !== "string") {
      throw new TypeError(`Cannot display ${type}: a text is required, got ${inspect(content)}`);
    }
    displays.show({ [type]: content, "text/plain": content }, options);
  };
  return {
    html: text("text/html"),
    markdown: text("text/markdown"),
    latex: text("text/latex"),
    json: (value: unknown, options?: DisplayOptions) =>
      displays.show(
        { "application/json": value ?? null, "text/plain": inspect(value, { depth: 4 }) },
        options,
      ),
    image(source: string | Uint8Array, { width, height, ...options }: ImageOptions = {}) {
      const bytes = typeof source === "string" ? readFileSync(source) : Buffer.from(source);
      const start = bytes.subarray(0, 200).toString("latin1");
      const type = kinds.find(([, pattern]) => pattern.test(start))?.[0];
      if (!type) {
        const what = typeof source === "string" ? source : `bytes that begin with ${start.slice(0, 8)}`;
        throw new TypeError(
          `Cannot display image: PNG, JPEG, GIF, WebP or SVG is required, got ${inspect(what)}`,
        );
      }
      const size = { ...(width !== undefined && { width }), ...(height !== undefined && { height }) };
      const data = bytes.toString(type === "image/svg+xml" ? "utf8" : "base64");
      const name = typeof source === "string" ? path.basename(source) : "image";
      displays.show({ [type]: data, "text/plain": name }, { ...options, metadata: { [type]: size } });
    },
    file(
      source: string,
      { name = path.basename(source), ...options }: DisplayOptions & { name?: string } = {},
    ) {
      const { size } = statSync(source);
      const isSmall = size <= mostBytes;
      const address = isSmall
        ? `data:application/octet-stream;base64,${readFileSync(source).toString("base64")}`
        : `files/${path.relative(process.cwd(), source).split(path.sep).map(encodeURIComponent).join("/")}`;
      const said = `${name} (${sizeText(size)})`;
      const link = `<a href="${escapeHtml(address)}" download="${escapeHtml(name)}">${escapeHtml(name)}</a>`;
      displays.show({ "text/html": `${link} (${sizeText(size)})`, "text/plain": said }, options);
    },
  };
}

function sizeText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}
