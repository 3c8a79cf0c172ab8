import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { api, recipes } from "../../publicApi";
import { load, put, repository, temporaryFolder } from "../support";

const cell = (source: string, outputs: object[] = []) => ({
  cell_type: "code",
  source,
  outputs,
  metadata: {},
  execution_count: 1,
});
const heading = { cell_type: "markdown", source: "# Two waves\n\nWhat a wave is.", metadata: {} };
const notebook = (...cells: object[]) =>
  JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 4 });

test("the documentation's options are read, and an unknown one is refused", async () => {
  const { docsOptions } = await load("commands/docs");
  assert.deepEqual(docsOptions([], "/site"), { out: "/site", withNotebooks: true });
  assert.deepEqual(docsOptions(["--reference", "--out", "/other"], "/site"), {
    out: "/other",
    withNotebooks: false,
  });
  assert.throws(() => docsOptions(["--outt"], "/site"), /got --outt/);
});

test("the newest executed copy counts that is of the notebook as it is now and has not failed", async (context) => {
  const { executedCopy } = await load("commands/docs");
  const root = temporaryFolder(context);
  const places = { notebooks: path.join(root, "notebooks"), runs: path.join(root, "runs") };
  put(path.join(places.notebooks, "wave.ipynb"), notebook(cell("1 + 1")));
  assert.equal(executedCopy(places, "wave"), undefined);
  const copy = (run: string, text: string, seconds: number): string => {
    const file = path.join(places.runs, run, "wave", "wave.ipynb");
    put(file, text);
    utimesSync(file, seconds, seconds);
    return file;
  };
  copy("a", notebook(cell("1 + 1", [{ output_type: "stream", text: "2" }])), 1);
  const newest = copy("b", notebook(cell("1 + 1")), 2);
  copy("c", notebook(cell("1 + 2")), 3);
  copy("d", notebook(cell("1 + 1", [{ output_type: "error" }])), 4);
  assert.equal(executedCopy(places, "wave"), newest);
});

test("an executed notebook becomes a guide with pictures, tables and a place in the gallery", async (context) => {
  const { command } = await load("command");
  const { placesOf } = await load("places");
  const places = placesOf(repository);
  const folder = temporaryFolder(context);
  const pixel =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const figure = {
    "application/vnd.plotly.v1+json": { data: [], layout: { title: { text: "A <b>wave</b>" } } },
    "image/png": pixel,
    "text/html": "<script>draw()</script>",
  };
  const table = { "text/html": "<table>\n\n<tr><td>1</td></tr></table>", "text/plain": "1" };
  const outputs = [figure, table].map((data) => ({ output_type: "display_data", data, metadata: {} }));
  const file = path.join(folder, "in", "wave.ipynb");
  put(file, notebook(heading, cell("plot()", outputs)));
  const script = path.join(places.setup, "commands", "guides.py");
  await command(places.python, ["-I", "-W", "ignore", script, folder, file]);
  const page = readFileSync(path.join(folder, "wave.md"), "utf8");
  assert.match(page, /^---\ntitle: "Two waves"\n---/);
  assert.match(page, /```ts\nplot\(\)\n```/);
  assert.match(page, /<div class="output"><table>\n<tr>/);
  assert.doesNotMatch(page, /draw\(\)/);
  const [, picture] = /!\[png\]\((.+?)\)/.exec(page) ?? [];
  assert.ok(existsSync(path.join(folder, picture)));
  assert.match(readFileSync(path.join(folder, "wave.html"), "utf8"), /draw\(\)/);
  assert.match(
    readFileSync(path.join(folder, "guides.md"), "utf8"),
    /\[Two waves\]\(wave\.md\)\. What a wave is\./,
  );
  const gallery = readFileSync(path.join(folder, "gallery.md"), "utf8");
  assert.ok(gallery.includes(`(${picture}) A  wave`), gallery);
});

test("every export has a page, no link leads nowhere, and no page needs a network", async (context) => {
  const { docs } = await load("commands/docs");
  const { placesOf } = await load("places");
  const out = path.join(temporaryFolder(context), "site");
  context.mock.method(process.stderr, "write", () => true);
  context.mock.method(console, "log", () => {});
  await docs(placesOf(repository), ["--reference", "--out", out]);
  context.mock.restoreAll();
  const pages = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".html"),
  );
  const documented = new Set(pages.map((page) => path.basename(page, ".html")));
  const missing = [...api, ...recipes]
    .map(({ name }) => name)
    .filter((name) => !documented.has(`podium.${name}`));
  assert.deepEqual(missing, []);
  const dead: string[] = [];
  for (const page of pages) {
    const html = readFileSync(path.join(out, page), "utf8").replace(/<pre>[\s\S]*?<\/pre>/g, "");
    assert.doesNotMatch(html, /(<script|<img)[^>]* src="https?:|<link[^>]* href="https?:/, page);
    for (const [, target] of html.matchAll(/ href="([^"#?:]+)[^":]*"/g)) {
      if (!existsSync(path.join(out, path.dirname(page), decodeURI(target)))) dead.push(`${page}: ${target}`);
    }
  }
  assert.deepEqual(dead, []);
});
