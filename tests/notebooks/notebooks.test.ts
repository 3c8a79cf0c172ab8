/** Every notebook, executed by the kernel on small sample data in its short setting. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import test, { after, before } from "node:test";
import { motion, radar } from "../../src";
import { load, repository } from "../setup/support";

const cache = path.join(repository, ".cache");
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(path.join(cache, "notebooks-"));
const data = path.join(folder, "data");
const run = path.join(folder, "runs", "2026-01-02T00-00-00");

/** Files beside notebook and report, and scores that must be there. */
const results: Record<string, { files?: string[]; scores?: string[] }> = {
  motion: { files: ["submission.csv", "submission-blend.csv"], scores: ["logLoss", "accuracy", "folds"] },
  radar: { files: ["submission.csv"], scores: ["best", "network", "opticalFlow", "persistence"] },
  "own-competition": { files: ["submission.csv"] },
  "motion-third-place": { scores: ["as submitted", "fresh roll per window", "stacked LSTM", "miniRocket"] },
  "radar-first-place": {
    scores: ["opticalFlow", "two paths as submitted", "two paths as intended", "7 both"],
  },
};
/** Those that a test of their own executes. */
const elsewhere: string[] = ["many-machines"];

before(async () => {
  await motion.writeSample(path.join(data, "motion"), {
    windows: 120,
    testWindows: 12,
    classes: 6,
    subjects: 6,
  });
  await radar.writeSample(path.join(data, "radar"), { samples: 24, testSamples: 3 });
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface Cell {
  cell_type: string;
  source: string | string[];
  outputs?: { output_type: string; ename?: string; evalue?: string; data?: Record<string, unknown> }[];
}

async function execute(name: string): Promise<{ status: number | null; cells: Cell[]; said: string }> {
  const { placesOf } = await load("places");
  const { jupyterVariables } = await load("steps/kernelSpec");
  const places = placesOf(repository);
  const script = path.join(places.setup, "commands", "execute.py");
  const out = path.join(run, name);
  const notebook = path.join(places.notebooks, `${name}.ipynb`);
  const variables = { PODIUM_SETTING: "short", PODIUM_DATA: data, PODIUM_RUN: run };
  const child = spawn(
    places.python,
    ["-I", "-W", "ignore", script, notebook, out, `${name}.ipynb`, "report.html"],
    {
      env: { ...process.env, ...jupyterVariables(places), ...variables },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      said = (said + text).slice(-4000);
    });
  }
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  const file = path.join(out, `${name}.ipynb`);
  return { status, said, cells: existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).cells : [] };
}

const names = readdirSync(path.join(repository, "notebooks"))
  .flatMap((file) => /^(.+)\.ipynb$/.exec(file)?.[1] ?? [])
  .filter((name) => !elsewhere.includes(name));

for (const name of names) {
  test(`${name}.ipynb runs without a failed cell, and leaves its results`, async () => {
    const { status, cells, said } = await execute(name);
    assert.equal(status, 0, said);
    const failed = cells.flatMap(({ outputs = [] }) => outputs.filter((one) => one.output_type === "error"));
    assert.deepEqual(failed, []);
    const out = path.join(run, name);
    const { files = [], scores = [] } = results[name] ?? {};
    for (const file of ["report.html", ...files]) assert.ok(existsSync(path.join(out, file)), file);
    if (scores.length > 0) {
      const found = JSON.parse(readFileSync(path.join(out, "scores.json"), "utf8"));
      assert.deepEqual(
        scores.filter((score) => !(score in found)),
        [],
      );
    }
    const report = readFileSync(path.join(out, "report.html"), "utf8");
    assert.doesNotMatch(report, /<script[^>]* src="https?:/, "the report needs no network");
    if (name === "environment") return; // it says where things are on this machine
    const shown = JSON.stringify(cells.map(({ outputs }) => outputs));
    const absolute = shown
      .split(repository)
      .slice(1)
      .map((rest) => rest.slice(0, 60));
    assert.deepEqual(absolute, [], "paths in outputs are relative");
  });
}

test("committed notebooks hold no outputs, and each cell an id of its own", () => {
  for (const name of names) {
    const { cells } = JSON.parse(readFileSync(path.join(repository, "notebooks", `${name}.ipynb`), "utf8"));
    const outputs = cells.flatMap((cell: Cell) => cell.outputs ?? []);
    assert.deepEqual(outputs, [], name);
    const ids = cells.map(({ id }: { id: string }) => id);
    assert.equal(new Set(ids).size, ids.length, name);
  }
});
