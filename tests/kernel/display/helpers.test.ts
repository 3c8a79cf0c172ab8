import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { helperDeclarations } from "../../../src/kernel/display/helpers";
import { Client, type Received } from "../client";

const folder = mkdtempSync(path.join(tmpdir(), "helpers-"));
let client: Client;

before(async () => {
  client = await Client.start();
});
after(async () => {
  await client.stop();
  rmSync(folder, { recursive: true });
});

async function shown(code: string): Promise<Received["content"]> {
  const { outputs, reply } = await client.run(code);
  assert.equal(reply.status, "ok", reply.evalue);
  return outputs[0].content;
}

test("text is shown as HTML, Markdown and LaTeX, and a value as JSON", async () => {
  for (const [name, type] of [
    ["html", "text/html"],
    ["markdown", "text/markdown"],
    ["latex", "text/latex"],
  ]) {
    const { data } = await shown(`display.${name}("<b>a</b>")`);
    assert.deepEqual(data, { [type]: "<b>a</b>", "text/plain": "<b>a</b>" });
  }
  assert.deepEqual((await shown("display.json({ a: [1, null] })")).data["application/json"], {
    a: [1, null],
  });
  const { outputs } = await client.run('display.html("a", { id: "h" }); display.html("b", { id: "h" });');
  assert.deepEqual(
    outputs.map(({ type }) => type),
    ["display_data", "update_display_data"],
  );
});

test("an image is known by its bytes, whatever its file is called, and keeps the size that is asked for", async () => {
  const bytes: Record<string, string> = {
    "image/png": "\x89PNG\r\n\x1a\n0",
    "image/jpeg": "\xff\xd8\xff\xe0",
    "image/gif": "GIF89a",
    "image/webp": "RIFF0000WEBPVP8 ",
  };
  for (const [type, text] of Object.entries(bytes)) {
    const file = path.join(folder, "image.bin");
    writeFileSync(file, text, "latin1");
    const { data, metadata } = await shown(`display.image(${JSON.stringify(file)}, { width: 30 })`);
    assert.equal(Buffer.from(data[type], "base64").toString("latin1"), text);
    assert.deepEqual(metadata, { [type]: { width: 30 } });
  }
  const svg = "<svg xmlns='http://www.w3.org/2000/svg'/>";
  const drawn = await shown(`display.image(new TextEncoder().encode(${JSON.stringify(svg)}))`);
  assert.deepEqual(drawn.data, { "image/svg+xml": svg, "text/plain": "image" });
  const { reply } = await client.run('display.image("package.json")');
  assert.match(
    reply.evalue,
    /^Cannot display image: PNG, JPEG, GIF, WebP or SVG is required, got 'package.json'/,
  );
  assert.match((await client.run('display.image("nowhere.png")')).reply.evalue, /ENOENT/);
});

test("a file is a link that saves it, with its name escaped; a large one is not put into the notebook", async () => {
  const file = path.join(folder, "a <b>.csv");
  writeFileSync(file, "id,label\n");
  const { data } = await shown(`display.file(${JSON.stringify(file)})`);
  assert.equal(data["text/plain"], "a <b>.csv (9 B)");
  assert.match(data["text/html"], /download="a &lt;b&gt;.csv">a &lt;b&gt;.csv<\/a> \(9 B\)$/);
  assert.ok(data["text/html"].includes(`base64,${Buffer.from("id,label\n").toString("base64")}`));
  truncateSync(file, 9 * 1024 * 1024);
  const large = (await shown(`display.file(${JSON.stringify(file)}, { name: "b.csv" })`)).data;
  assert.match(large["text/html"], /href="files\/[^"]*a%20%3Cb%3E.csv" download="b.csv"/);
  assert.match(large["text/plain"], /^b.csv \(9.0 MiB\)$/);
});

test("every example of the helpers runs", async () => {
  const examples = [...helperDeclarations.matchAll(/@example\n([\s\S]*?)\n\s*\*\//g)].map(([, lines]) =>
    lines.replaceAll(/^\s*\* ?/gm, ""),
  );
  assert.equal(examples.length, 6);
  for (const example of examples) await shown(example);
  const latex = await shown(examples[2]);
  assert.ok(latex.data["text/latex"].includes("\\frac{1}{n} \\sum_i"), latex.data["text/latex"]);
});

test("completion finds them behind display", async () => {
  const { reply } = await client.request("complete_request", { code: "display.", cursor_pos: 8 }).answer;
  for (const name of ["html", "markdown", "latex", "json", "image", "file"])
    assert.ok(reply.matches.includes(name));
});
