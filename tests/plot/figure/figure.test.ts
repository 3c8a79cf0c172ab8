import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { animation, Figure, labelCounts, type MimeBundle } from "../../../src/plot";

const display = Symbol.for("Jupyter.display");
const show = (figure: Figure) => (figure as unknown as Record<symbol, () => Promise<MimeBundle>>)[display]();

const heat = new Figure({
  data: [
    {
      type: "heatmap",
      z: [Float32Array.of(0, 1), Float32Array.of(Number.NaN, 1)],
      colorscale: [
        [0, "#00ff00"],
        [1, "#ff0000"],
      ],
      showscale: false,
    },
  ],
  layout: {
    width: 200,
    height: 200,
    margin: { l: 0, r: 0, t: 0, b: 0 },
    xaxis: { visible: false },
    yaxis: { visible: false, autorange: "reversed" },
    plot_bgcolor: "#0000ff",
  },
});

/** Colour of a decoded image's pixel. */
async function pixelOf(file: Buffer, x: number, y: number): Promise<number[]> {
  const image = await loadImage(file);
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  return [...context.getImageData(x, y, 1, 1).data.subarray(0, 3)];
}

test("a figure shows as plotly JSON, HTML, PNG and text, and only the first brings the library", async () => {
  const first = await show(heat);
  assert.deepEqual(Object.keys(first), [
    "application/vnd.plotly.v1+json",
    "text/html",
    "image/png",
    "text/plain",
  ]);
  assert.equal(typeof first["application/vnd.plotly.v1+json"], "object");
  const second = await show(
    new Figure({ data: [{ type: "bar", y: [1] }], layout: { title: { text: "One" } } }),
  );
  assert.match(String(first["text/html"]), /data-podium-plotly="/);
  assert.doesNotMatch(String(second["text/html"]), /<script type="text\/plain" data-podium-plotly/);
  assert.equal(second["text/plain"], "Figure: One");
  assert.ok(String(second["text/html"]).length < 60_000);
});

test("the image of a heat map has each value's colour where it belongs, missing values the background", async () => {
  const png = Buffer.from(String((await show(heat))["image/png"]), "base64");
  const image = await loadImage(png);
  assert.deepEqual([image.width, image.height], [300, 300], "1.5 image pixels a figure pixel");
  assert.deepEqual(await pixelOf(png, 75, 75), [0, 255, 0]);
  assert.deepEqual(await pixelOf(png, 225, 75), [255, 0, 0]);
  assert.deepEqual(await pixelOf(png, 75, 225), [0, 0, 255]);
  assert.deepEqual(await pixelOf(png, 225, 225), [255, 0, 0]);
});

test("a figure that cannot be drawn still shows live and says why it has no image", async () => {
  const broken = new Figure({ data: [{ type: "scatter3d", x: [1], y: [1] }] });
  const bundle = await show(broken);
  assert.ok(!("image/png" in bundle));
  assert.match(String(bundle["text/html"]), /podium-figure/);
  assert.match(String(bundle["text/plain"]), /no static image: .* must not need WebGL, got "scatter3d"/);
});

test("a figure that is redrawn often goes without its image", async () => {
  const bundle = await show(new Figure({ data: [{ type: "scatter", y: [1] }], image: false }));
  assert.ok(!("image/png" in bundle));
  assert.doesNotMatch(String(bundle["text/html"]), /<img/);
});

test("the theme gives size and margins, and a layout changes what it names", () => {
  const { layout } = new Figure({ data: [], layout: { height: 200, margin: { r: 99 } } });
  assert.equal(layout.width, 900);
  assert.equal(layout.height, 200);
  assert.deepEqual(layout.margin, { l: 60, r: 99, t: 44, b: 48 });
});

test("text is measured: a long label on the left gets its room in the image", async () => {
  const directory = mkdtempSync(path.join(tmpdir(), "podium-plot-"));
  const plotLeft = async (label: string) => {
    const file = path.join(directory, "labels.svg");
    await new Figure({ data: [{ type: "bar", orientation: "h", y: [label, "b"], x: [1, 2] }] }).save(file);
    const svg = readFileSync(file, "utf8");
    assert.ok(svg.includes(`>${label}</text>`), "the label is there");
    return Number(/class="axesclip" id="clip\w+xy"><rect x="([\d.]+)"/.exec(svg)![1]);
  };
  assert.equal(await plotLeft("a"), 60);
  const left = await plotLeft("w".repeat(40));
  // 40 letters w of 12 pixels in the bundled font are 0.736 em wide each
  assert.ok(left > 40 * 0.736 * 12 && left < 40 * 0.736 * 12 + 40, `the plot begins at ${left}`);
  rmSync(directory, { recursive: true });
});

test("every format is written whole and nothing else is left in the folder", async () => {
  const directory = mkdtempSync(path.join(tmpdir(), "podium-plot-"));
  const moving = new Figure({
    data: heat.data,
    layout: heat.layout,
    frames: [
      { name: "a", data: [{ z: [Float32Array.of(0, 0), Float32Array.of(1, 1)] }] },
      { name: "b", data: [{ z: [Float32Array.of(1, 1), Float32Array.of(0, 0)] }] },
    ],
  });
  const file = (extension: string) => path.join(directory, "deeper", `figure.${extension}`);
  for (const extension of ["html", "json", "svg", "png", "gif"]) await moving.save(file(extension));
  const read = (extension: string) => readFileSync(file(extension));
  assert.match(read("html").toString(), /^<!doctype html>[\s\S]*data-podium-plotly="[\s\S]*<\/html>\n$/);
  assert.equal(JSON.parse(read("json").toString()).data[0].type, "heatmap");
  assert.match(read("svg").toString(), /^<svg [\s\S]*<\/svg>$/);
  assert.equal((await loadImage(read("png"))).width, 400);
  assert.equal(read("gif").subarray(0, 6).toString("latin1"), "GIF89a");
  assert.deepEqual([read("gif").readUInt16LE(6), read("gif").readUInt16LE(8)], [200, 200]);
  assert.equal(read("gif").toString("latin1").split("\x21\xf9\x04").length - 1, 2, "two frames");
  assert.deepEqual(readdirSync(path.join(directory, "deeper")).length, 5);
  rmSync(directory, { recursive: true });
});

test("an unknown extension, and an animation without frames, are refused before anything is written", async () => {
  const directory = mkdtempSync(path.join(tmpdir(), "podium-plot-"));
  await assert.rejects(heat.save(path.join(directory, "x.pdf")), {
    name: "RangeError",
    message: /^Cannot save a figure: the extension must be one of \.html, .*got "\.pdf"/,
  });
  await assert.rejects(heat.save(path.join(directory, "x.gif")), { name: "RangeError", message: /frames/ });
  assert.deepEqual(readdirSync(directory), []);
  rmSync(directory, { recursive: true });
});

// plotly/Kaleido#157 and plotly/plotly.js#3238: letters that the font lacks become boxes, entities in a name end the image
test("names of all kinds reach the image: Hangul, entities, tags, control characters", async () => {
  const directory = mkdtempSync(path.join(tmpdir(), "podium-plot-"));
  const names = [
    "팔굽혀펴기",
    "a &copy; b",
    "&foo; & &amp; &lt;b&gt;",
    "<b>bold</b>",
    "nul \0 end",
    "half \ud83d",
    "]]>",
    "%{x}",
  ];
  const figure = labelCounts([0, 1, 2, 3, 4, 5, 6, 7], { names, sort: "label" });
  const file = path.join(directory, "names.svg");
  await figure.save(file);
  const svg = readFileSync(file, "utf8");
  const plain = (text: string) =>
    text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  const labels = [...svg.matchAll(/<g class="ytick"><text[^>]*>([^<]*)</g)].map(([, text]) => plain(text));
  const shown = names.map((name) => name.replace(/[\0\ud83d]/g, "\ufffd"));
  assert.deepEqual(labels, shown);
  rmSync(directory, { recursive: true });
});

test("Hangul is drawn with the letters of a font, not with boxes", async () => {
  // boxes are all alike: three syllables of one width would give one image
  const pictures = await Promise.all(
    ["가", "힣", "뷁"].map(async (text) => {
      const layout = { width: 80, height: 60, title: { text } };
      const bundle = await show(
        new Figure({ data: [], layout: { ...layout, xaxis: { visible: false }, yaxis: { visible: false } } }),
      );
      return String(bundle["image/png"]);
    }),
  );
  assert.equal(new Set(pictures).size, 3);
});

// python-pillow/Pillow#3304: a delay that is not read
test("a GIF shows its frames as long as the figure's play button, or as long as it is told", async () => {
  const directory = mkdtempSync(path.join(tmpdir(), "podium-plot-"));
  const file = path.join(directory, "film.gif");
  const source = { data: Uint8Array.from({ length: 32 }, (_, i) => i), shape: [1, 4, 4, 2] };
  const delays = () => {
    // a frame's delay stands behind the mark of its control block
    const [, ...blocks] = readFileSync(file).toString("latin1").split("\x21\xf9\x04");
    return blocks.map((block) => Buffer.from(block, "latin1").readUInt16LE(1));
  };
  await animation(source, { delay: 900 }).save(file);
  assert.deepEqual(delays(), [90, 90]);
  await animation(source, { delay: 900 }).save(file, { delay: 250 });
  assert.deepEqual(delays(), [25, 25]);
  await animation(source).save(file);
  assert.deepEqual(delays(), [60, 60]);
  for (const options of [{ delay: 0 }, { delay: Number.NaN }, { scale: 0 }, { scale: 1e9 }]) {
    await assert.rejects(animation(source).save(file, options), RangeError);
  }
  rmSync(directory, { recursive: true });
});

test("a static image is drawn beside the kernel, not in its way", async () => {
  const labels = Array.from({ length: 600 }, (_, i) => i % 300);
  let turns = 0;
  let drawing = true;
  const drawn = show(labelCounts(labels)).finally(() => {
    drawing = false;
  });
  while (drawing) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
  assert.ok("image/png" in (await drawn));
  assert.ok(turns > 100, `the event loop turned ${turns} times meanwhile`);
});

test("a figure's size is checked, and a huge one is drawn less finely", async () => {
  for (const size of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e9]) {
    for (const layout of [{ width: size }, { height: size }]) {
      assert.throws(() => new Figure({ data: [], layout }), /from 10 to 50000, got/);
    }
  }
  const bundle = await show(new Figure({ data: [], layout: { width: 900, height: 40_000 } }));
  const image = await loadImage(Buffer.from(String(bundle["image/png"]), "base64"));
  assert.ok(
    image.width * image.height <= 41_000_000 && image.width > 900,
    `${image.width} x ${image.height}`,
  );
});
