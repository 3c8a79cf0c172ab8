import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { series } from "../../../src/core";
import { tf } from "../../../src/engine";
import { standardScaler } from "../../../src/features";
import { latestTime } from "../../../src/layers";
import * as models from "../../../src/models";
import { exportKeras } from "../../../src/train";
import { exported } from "./exported";

const directory = mkdtempSync(path.join(tmpdir(), "podium-export-"));
after(() => rmSync(directory, { recursive: true }));

/** Checksums of the files that Keras has read and found equal (tests/compare/exportKeras.ts). */
const golden: Record<string, string> = JSON.parse(
  readFileSync(path.join(__dirname, "..", "..", "golden", "exportKeras.json"), "utf8"),
);

/** A file of the archive as Python's zipfile reads it. */
function fileOf(archive: string, name: string): string {
  const code = "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";
  return execFileSync("python3", ["-c", code, archive, name]).toString("latin1");
}

test("every network is written byte by byte as Keras has read it with equal outputs", () => {
  assert.deepEqual(Object.keys(golden), Object.keys(exported));
  for (const [name, build] of Object.entries(exported)) {
    const model = build();
    const { model: file } = exportKeras(model, directory, { name: "one" });
    model.dispose();
    const checksum = createHash("sha256").update(readFileSync(file)).digest("hex");
    assert.equal(checksum, golden[name], `${name}: run tests/compare/exportKeras.ts`);
  }
});

test("every network of models is among those that Keras has read", () => {
  const made = new Set(Object.keys(golden).map((name) => name.split(/[ ,]/)[0]));
  const networks = Object.entries(models)
    .filter(([, value]) => typeof value === "function" && String(value).includes("checkNetwork"))
    .map(([name]) => name);
  assert.ok(networks.length > 12, `networks are found, got ${networks.length}`);
  assert.deepEqual(
    networks.filter((name) => !made.has(name)),
    [],
  );
});

test("the archive is whole, and names that a person gave stay", () => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 2, inputShape: [3], name: "mine" }),
      tf.layers.dense({ units: 2, trainable: false }),
    ],
  });
  const { model: file, layers, preprocessing } = exportKeras(model, path.join(directory, "plain"));
  assert.equal(path.basename(file), "model.keras");
  const config = JSON.parse(fileOf(file, "config.json"));
  const written = config.config.layers as { name: string; config: { trainable?: boolean } }[];
  assert.deepEqual(
    written.map(({ name }) => name),
    ["mine_input", "mine", "dense"],
  );
  assert.equal(written[2].config.trainable, false);
  assert.equal(fileOf(file, "model.weights.h5").slice(1, 4), "HDF");
  assert.equal(layers, undefined, "Keras has all of its layers");
  assert.equal(preprocessing, undefined);
  assert.deepEqual(readdirSync(path.dirname(file)), ["model.keras"]);
});

test("layers of our own come with a module of Python that compiles", () => {
  const input = tf.input({ shape: [4, 4, 2] });
  const model = tf.model({ inputs: input, outputs: latestTime().apply(input) as typeof input });
  const { layers } = exportKeras(model, directory, { name: "latest" });
  assert.ok(layers && existsSync(layers));
  execFileSync("python3", ["-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())", layers]);
});

test("preprocessing is a table from which the same numbers come", () => {
  const windows = series(Float32Array.of(1, 10, 3, 30, 5, 50, 7, 90), {
    steps: 2,
    channels: ["a", 'b,"c"'],
  });
  const scaler = standardScaler().fit(windows);
  const model = models.conv1d({ inputShape: [12, 2], classes: 2, filters: [2] });
  const { preprocessing } = exportKeras(model, directory, { name: "scaled", preprocessing: scaler.state });
  const [header, first, second] = readFileSync(preprocessing as string, "utf8")
    .trimEnd()
    .split("\n");
  assert.equal(header, "name,centre,scale,offset");
  const [name, centre, scale, offset] = first.split(",");
  assert.equal(name, "a");
  assert.equal(
    Math.fround((3 - Number(centre)) / Number(scale) + Number(offset)),
    scaler.transform(windows).data[2],
  );
  assert.ok(second.startsWith('"b,""c""",'));
  assert.throws(
    () => exportKeras(model, directory, { preprocessing: { ...scaler.state, scale: [1] } }),
    /Cannot export preprocessing: need one centre and scale a channel \(2\), got 2 and 1/,
  );
});

test("a layer that Keras has not is named", () => {
  class Unknown extends tf.layers.Layer {
    static readonly className = "Unknown";
  }
  const input = tf.input({ shape: [3] });
  const model = tf.model({
    inputs: input,
    outputs: new Unknown({ name: "odd" } as never).apply(input) as typeof input,
  });
  assert.throws(() => exportKeras(model, directory), {
    name: "RangeError",
    message: /^Cannot export "odd" to Keras: layers must be of InputLayer, Conv1D, .*, got Unknown$/,
  });
});

test("an export leaves no tensor behind", () => {
  const model = exported.unet();
  const before = tf.memory().numTensors;
  exportKeras(model, directory);
  assert.equal(tf.memory().numTensors, before);
});
