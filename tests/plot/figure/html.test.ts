import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { figureHtml, figurePage } from "../../../src/plot/figure/html";
import { claimEmbedding, libraryVersion, packedLibrary } from "../../../src/plot/figure/library";

interface Page {
  window: { eval(code: string): unknown; close(): void };
}
const { JSDOM, VirtualConsole } = require("jsdom") as {
  JSDOM: new (html: string, options: Record<string, unknown>) => Page;
  VirtualConsole: new () => { on(event: string, listener: (error: Error) => void): void };
};

const spec = {
  data: [{ type: "scatter", y: [1, 2, 3] }],
  layout: { width: 700, height: 300, title: { text: 'A "title" &lt;i&gt; </script>' } },
};
const image = Buffer.from("image");

/** A stand-in for plotly.js with its module wrapper: it notes what is drawn, and what it met on loading. */
const fakeLibrary = gzipSync(`
  if (typeof define === "function" && define.amd) define([], function () {});
  window.loads = (window.loads || 0) + 1;
  window.Plotly = { drawn: [], newPlot: function (element, figure) {
    window.drawn.push([element.parentNode.id, figure]); return Promise.resolve(); } };
`).toString("base64");

/** Opens HTML in a page that runs scripts and waits until the figures are drawn, or for a little while. */
async function open(html: string, options: { figures: number; before?: string }) {
  const errors: string[] = [];
  const virtualConsole = new VirtualConsole();
  virtualConsole.on("jsdomError", (error) => errors.push(error.message));
  const body = html.replaceAll(packedLibrary(), fakeLibrary);
  const page = new JSDOM(`<body><script>window.drawn = [];${options.before ?? ""}</script>${body}</body>`, {
    runScripts: "dangerously",
    virtualConsole,
    beforeParse(window: Record<string, unknown>) {
      Object.assign(window, { Blob, Response, DecompressionStream });
    },
  });
  const read = <T>(code: string) => JSON.parse(String(page.window.eval(`JSON.stringify(${code})`))) as T;
  for (let i = 0; i < 100 && read<number>("drawn.length") < options.figures; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  const result = {
    errors,
    drawn: read<[string, typeof spec][]>("drawn"),
    loads: read<number>("window.loads || 0"),
    images: read<number>("document.querySelectorAll('img').length"),
    defined: read<number>("window.defined || 0"),
    other: read<boolean>("Boolean(window.Plotly && window.Plotly.other)"),
  };
  page.window.close();
  return result;
}

test("a figure draws itself in the page and its image goes", async () => {
  const page = await open(figureHtml(spec, { image, embed: true }), { figures: 1 });
  assert.deepEqual(page.errors, []);
  assert.deepEqual(page.drawn[0][1], spec);
  assert.equal(page.images, 0);
});

test("figures before and after the one with the library all draw, and the library loads once", async () => {
  const light = (name: string) =>
    figureHtml({ ...spec, data: [{ type: "bar", name }] }, { image, embed: false });
  const page = await open(light("first") + figureHtml(spec, { embed: true }) + light("last"), { figures: 3 });
  assert.deepEqual(page.errors, []);
  assert.equal(page.drawn.length, 3);
  assert.equal(new Set(page.drawn.map(([id]) => id)).size, 3);
  assert.equal(page.loads, 1);
});

test("two copies of the library, as after a restart, load once", async () => {
  const one = figureHtml(spec, { embed: true });
  const page = await open(one + one, { figures: 2 });
  assert.equal(page.drawn.length, 2);
  assert.equal(page.loads, 1);
});

test("the library meets no RequireJS while it loads and leaves the page's own plotly alone", async () => {
  const before =
    "window.define = function () { window.defined = 1; }; define.amd = {}; window.Plotly = { other: true };";
  const page = await open(figureHtml(spec, { embed: true }), { figures: 1, before });
  assert.equal(page.drawn.length, 1);
  assert.equal(page.defined, 0);
  assert.equal(page.other, true);
});

test("a figure without a library in the page keeps its image", async () => {
  const page = await open(figureHtml(spec, { image, embed: false }), { figures: 0 });
  assert.deepEqual(page.errors, []);
  assert.equal(page.images, 1);
  assert.equal(page.drawn.length, 0);
});

test("a large figure travels compressed and arrives whole", async () => {
  const large = { ...spec, data: [{ type: "scatter", y: Array.from({ length: 5000 }, (_, i) => i % 10) }] };
  const html = figureHtml(large, { embed: true });
  assert.ok(html.length - packedLibrary().length < 8000);
  const page = await open(html, { figures: 1 });
  assert.deepEqual(page.drawn[0][1], large);
});

test("titles are escaped in attributes, scripts and pages", () => {
  const html = figureHtml(spec, { image, embed: false });
  assert.ok(
    html.includes('alt="A &quot;title&quot; &lt;i&gt; "'),
    "plotly's entities and tags are read first",
  );
  assert.equal(html.split("</script>").length - 1, 1, "only the figure's own script ends");
  assert.ok(figurePage(spec, {}).includes("<title>A &quot;title&quot;"));
});

test("the library travels whole", () => {
  const original = readFileSync(require.resolve("plotly.js-dist"));
  assert.ok(gunzipSync(Buffer.from(packedLibrary(), "base64")).equals(original));
  assert.ok(original.subarray(0, 100).toString().includes(libraryVersion));
});

test("the library is embedded once, and again when its own cell runs again", () => {
  const state = globalThis as Record<symbol, unknown>;
  const run = (cell: string | undefined) => {
    state[Symbol.for("podium.cell")] = cell;
    state[Symbol.for("podium.signal")] = new AbortController().signal;
  };
  run("a");
  assert.equal(claimEmbedding(), true);
  assert.equal(claimEmbedding(), false, "a second figure of the same run");
  run("b");
  assert.equal(claimEmbedding(), false, "another cell");
  run("a");
  assert.equal(claimEmbedding(), true, "the cell whose output is gone");
  assert.equal(claimEmbedding(), false);
  run(undefined);
  assert.equal(claimEmbedding(), false, "a kernel that names no cells");
  delete state[Symbol.for("podium.cell")];
  delete state[Symbol.for("podium.signal")];
});
