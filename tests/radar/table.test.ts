import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { features, metrics, radar } from "../../src/index";

const folder = mkdtempSync(path.join(tmpdir(), "radar-table-"));
test.after(() => rmSync(folder, { recursive: true }));

test("the samples are a frame of rain, wet pixels, trend and the dams' rain, and so are scores and submission", async () => {
  await radar.writeSample(folder, { samples: 3, testSamples: 2 });
  const competition = await radar.load(folder);
  const table = competition.table();
  assert.deepEqual(table.columns, [
    ...["file", "rain", "wet", "greatest", "trend", "damRain", "nextRain", "nextWet", "nextDamRain"],
  ]);
  const { target, inputs } = features.splitTarget(competition.train);
  const rain = features.convertFrames(target, { to: "rain" }).shards[0] as Float32Array;
  const first = rain.subarray(0, 14400).reduce((sum, value) => sum + value, 0) / 14400;
  const [nextRain, nextDam] = ["nextRain", "nextDamRain"].map(
    (name) => table.column(name).values[0] as number,
  );
  assert.ok(Math.abs(nextRain - first) < 1e-5 * Math.max(1, first));
  const dams = radar.dams.map(({ row, column }) => rain[row * 120 + column]);
  assert.ok(Math.abs(nextDam - dams.reduce((sum, value) => sum + value, 0) / 7) < 1e-4);
  assert.deepEqual(competition.table({ part: "test" }).shape, [2, 6]);

  const scores = metrics.verify(target, { forecast: features.persist(inputs) });
  const frame = scores.toFrame();
  const fss = frame.groupby(["score"]).getGroup(["fss"]);
  assert.deepEqual(fss.column("scale").values, [1, 5, 17]);
  assert.deepEqual(
    fss.column("value").values,
    scores.fractions.map((each) => each.fss),
  );

  const { testNames: names, template } = competition;
  const forecast = features.persist(competition.test);
  const summary = await radar.writeSubmission(path.join(folder, "out.csv"), forecast, { names, template });
  const written = summary.toFrame();
  assert.deepEqual(written.column("file").values, [...template!.names]);
  assert.ok(Math.abs(written.column("mean").mean() - summary.mean) < 1e-9);
});
