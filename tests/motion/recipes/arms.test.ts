import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { motion } from "../../../src";
import { readRunFile } from "../../../src/validate/runFolder";

const folder = mkdtempSync(path.join(tmpdir(), "motion-arms-"));
test.after(() => rmSync(folder, { recursive: true }));

test("a recipe joins windows of both arms by one option, in each fold's train part", async () => {
  await motion.writeSample(folder, { windows: 24, testWindows: 3, classes: 3, subjects: 4 });
  const competition = await motion.load(folder, { cache: false });
  const groups = competition.subjects;
  const options = { folds: 2, groups, rocket: { features: 84 }, directory: folder, progress: false };
  const trainOf = async (arms: boolean | object) => {
    const { directory } = await motion.recipes.miniRocket(competition, { ...options, arms });
    return readRunFile(directory as string).data["train x"];
  };
  const pairs = [{ first: 0, second: 1, joined: 2 }];
  const [without, none, joined] = [
    await trainOf(false),
    await trainOf(true),
    await trainOf({ pairs, copies: 3 }),
  ];
  // The sample has no windows of the competition's pairs.
  assert.equal(none, without);
  const windows = (words: string) => Number(/(\d+)/.exec(words)![1]);
  assert.ok(windows(joined) > windows(without), `${joined}, without ${without}`);
});
