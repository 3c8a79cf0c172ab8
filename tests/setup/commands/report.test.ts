import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { load, put, repository, temporaryFolder } from "../support";

const code = (source: string, text: string, tags: string[] = []) => ({
  cell_type: "code",
  id: source.replace("()", ""),
  source,
  metadata: { tags },
  execution_count: 1,
  outputs: [{ output_type: "stream", name: "stdout", text }],
});

test("a report begins with scores beside those of the run before, results and facts; code is folded", async (context) => {
  const { placesOf } = await load("places");
  const { command } = await load("command");
  const places = placesOf(repository);
  const root = temporaryFolder(context);
  const now = path.join(root, "2026-01-03T00-00-00", "wave");
  put(path.join(root, "2026-01-01T00-00-00", "wave", "scores.json"), '{"loss": 9}');
  put(path.join(root, "2026-01-02T00-00-00", "wave", "scores.json"), '{"loss": 0.5, "old": 1}');
  put(path.join(root, "2026-01-04T00-00-00", "wave", "scores.json"), '{"loss": 7}');
  put(path.join(root, "notebook", "wave", "scores.json"), '{"loss": 8}');
  put(path.join(now, "scores.json"), '{"loss": 0.25, "nested": {"<b>": 2}}');
  const config = { estimator: "ridge", folds: "3 folds, checksum 1", seeds: "0", settings: { "a<b": 1 } };
  put(path.join(now, "ridge-1", "run.json"), JSON.stringify({ name: "ridge", device: "a machine", config }));
  const heading = { cell_type: "markdown", id: "h", source: "## Curves", metadata: {} };
  const cells = [code("plain()", "plain output"), heading, code("curves()", "curve output", ["report"])];
  const notebook = path.join(root, "in.json");
  put(notebook, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  const script = `import sys; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv[1])
import nbformat; from report import page
open(sys.argv[4], "w").write(page(nbformat.read(sys.argv[2], as_version=4), "Wave", sys.argv[3], {"date": "today", "failed": None}))`;
  const file = path.join(root, "report.html");
  const commands = path.join(places.setup, "commands");
  await command(places.python, ["-I", "-W", "ignore", "-c", script, commands, notebook, now, file]);
  const html = readFileSync(file, "utf8").replace(/^[\s\S]*<body/, "");
  const order = ["2026-01-02T00-00-00", ">Curves", "curve output", "plain()", "plain output", "curves()"].map(
    (text) => html.replace(/<[/]?span[^>]*>/g, "").indexOf(text),
  );
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
    "score table, results, then the notebook",
  );
  assert.ok(
    order.every((place) => place >= 0),
    String(order),
  );
  assert.match(
    html,
    /<td>loss<\/td><td class="number">0\.25<\/td><td class="number">0\.5<\/td><td class="number">-0\.25/,
  );
  assert.match(html, /nested &lt;b&gt;/);
  assert.match(html, /a machine/);
  assert.match(html, /ridge: ridge, 3 folds, seeds 0/);
  assert.equal(html.split("curve output").length, 2, "a result is shown once");
  assert.equal(html.split('<details class="podium-code">').length, 3, "both cells' code is folded");
});
