import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { features, metrics, motion } from "../../src/index";

const folder = mkdtempSync(path.join(tmpdir(), "motion-table-"));
test.after(() => rmSync(folder, { recursive: true }));

test("the windows are a frame of ids, labels, persons and statistics, and so are what is made of them", async () => {
  await motion.writeSample(folder, { windows: 12, testWindows: 4, classes: 3, subjects: 3 });
  const competition = await motion.load(folder, { cache: false });
  const table = competition.table();
  assert.deepEqual(table.columns.slice(0, 6), [
    "id",
    "label",
    "name",
    "subject",
    "acc_x.mean",
    "acc_x.deviation",
  ]);
  assert.deepEqual(table.shape, [12, 16]);
  const statistics = features.windowStatistics(competition.train);
  const expected = statistics.toFrame().column("acc_x.deviation").values as number[];
  (table.column("acc_x.deviation").values as number[]).forEach((value, row) => {
    assert.ok(Math.abs(value - expected[row]) < 1e-5);
  });
  const counts = table.groupby(["name"]).col(["id"]).count();
  assert.equal(counts.column("id_count").sum(), 12);
  assert.deepEqual(competition.table({ part: "test" }).shape, [4, 13]);
  assert.throws(() => competition.table({ part: "all" as "test" }), /part must be train or test, got all/);

  const back = features.tableFromFrame(statistics.toFrame());
  assert.deepEqual([back.columns, back.data], [statistics.columns, statistics.data]);
  assert.throws(() => features.tableFromFrame(table), /must be numbers, got ".*" in row 0 of name/);
  const chosen = features.tableFromFrame(table, { columns: ["acc_x.mean", "label"] });
  assert.deepEqual(chosen.shape, [12, 2]);

  // Another choice of windows keeps its own table.
  const fewer = { ...competition, trainIds: competition.trainIds.slice(0, 1) };
  assert.throws(() => fewer.table(), /one length/);

  const { testIds: ids, template } = competition;
  const shares = { data: new Float32Array(4 * template.columns.length), shape: [4, template.columns.length] };
  for (let row = 0; row < 4; row++) shares.data[row * template.columns.length] = 1;
  const submission = motion.checkSubmission(shares, { ids, template }).toFrame();
  assert.deepEqual(submission.columns.slice(0, 2), ["id", template.columns[0]]);
  assert.deepEqual(submission.column("id").values, [...template.ids]);

  const { labels } = competition;
  const report = metrics.classReport(labels, labels, { names: competition.labelNames }).toFrame();
  assert.deepEqual(report.column("f1").unique().values, [1]);
  const worst = metrics.worstWindows([0, 1], { data: [0.9, 0.1, 0.8, 0.2], shape: [2, 2] }).toFrame();
  assert.deepEqual(worst.column("index").values, [1, 0]);
});
