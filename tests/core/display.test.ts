import assert from "node:assert/strict";
import test from "node:test";
import { escapeHtml, tableBundle } from "../../src/core/display";

test("columns of numbers stand at the right, others at the left, and text is escaped", () => {
  const bundle = tableBundle(
    ["name", "value", "count"],
    [
      ["<a>", 0.5, "1,000"],
      ["b", 12, ""],
    ],
  );
  assert.equal(bundle["text/plain"], "name   value  count\n<a>   0.5000  1,000\nb         12");
  assert.match(bundle["text/html"], /<td style="text-align:left;white-space:nowrap">&lt;a&gt;<\/td>/);
  assert.match(bundle["text/html"], /<th style="text-align:right;white-space:nowrap">value<\/th>/);
  assert.equal(escapeHtml(`<"&'>`), "&lt;&quot;&amp;&#39;&gt;");
});
