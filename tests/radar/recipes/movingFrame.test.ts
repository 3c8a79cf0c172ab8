import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { frames, sampleOf } from "../../../src/core/frames";
import { randomSource } from "../../../src/core/random";
import { extrapolate } from "../../../src/features/frames/extrapolate";
import { movingFrame } from "../../../src/radar/recipes/movingFrame";
import { simulateRadar } from "../../../src/radar/simulate";

const folder = mkdtempSync(path.join(tmpdir(), "podium-moving-frame-"));
after(() => rmSync(folder, { recursive: true }));

const mask = new Uint8Array(120 * 120).fill(1);
const samples = 3;
const source = frames(new Uint8Array(samples * mask.length * 4), {
  shape: [samples, 120, 120, 4],
  unit: "pixel",
});
for (let sample = 0; sample < samples; sample++) {
  sampleOf(source, sample).set(simulateRadar(randomSource(sample), { times: 4, mask }));
}

test("images that move with the rain are held or kept in a file in whole pixels, the last is the forecast", async () => {
  const exact = await extrapolate(source);
  const held = await movingFrame(source);
  assert.deepEqual(held.shape, [samples, 120, 120, 5]);
  exact.shards[0].forEach((value, i) => assert.equal(held.shards[0][5 * i + 4], Math.round(value)));
  const file = path.join(folder, "flow.safetensors");
  const kept = await movingFrame(source, { file });
  assert.deepEqual(sampleOf(kept, 2), sampleOf(held, 2));
  assert.deepEqual(kept.shards, held.shards);
  const again = await movingFrame(source, { file, signal: AbortSignal.abort() });
  assert.deepEqual(again.shards, held.shards, "read, not forecast again");
  assert.deepEqual(readdirSync(folder), ["flow.safetensors"]);
});

test("a stopped forecast leaves no file, and one of other samples is made anew", async () => {
  const file = path.join(folder, "other.safetensors");
  await assert.rejects(movingFrame(source, { file, signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.ok(!readdirSync(folder).some((name) => name.startsWith("other")));
  await movingFrame(source, { file });
  const one = frames(source.shards[0].subarray(0, mask.length * 4), {
    shape: [1, 120, 120, 4],
    unit: "pixel",
  });
  assert.deepEqual((await movingFrame(one, { file })).shards, (await movingFrame(one)).shards);
  const changed = source.shards[0].with(5, 200);
  const earlier = await movingFrame(source, { file });
  const others = frames(changed, { shape: source.shape, unit: "pixel" });
  assert.deepEqual((await movingFrame(others, { file })).shards, (await movingFrame(others)).shards);
  assert.throws(
    () => earlier.shards[0],
    /other\.safetensors: it must be the file that was opened, got one written/,
  );
  writeFileSync(file, "damaged");
  await assert.rejects(movingFrame(others, { file }), SyntaxError);
});
