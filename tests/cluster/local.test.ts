/** Folds side by side as processes of this machine; two on the CPU stand in for two GPUs. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import test, { after, before } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { blobs, bytesOf, enterFolder, podium } from "./support/experiment";

const { crossValidate } = podium.validate;
const { local } = podium.cluster;
let folder: ReturnType<typeof enterFolder>;
before(() => {
  folder = enterFolder();
});
after(() => folder.leave());

const quiet = { progress: false } as const;

test("two processes side by side give the bytes of one after another, also where one is killed", async () => {
  const made = await blobs({ folds: 3, epochs: 3, pause: 150, journal: "side.txt" });
  const here = await crossValidate({
    ...(await blobs({ folds: 3, epochs: 3 })),
    directory: "here",
    ...quiet,
  });
  const running = crossValidate({ ...made, directory: "there", on: local({ processes: 2 }), ...quiet });
  while (!existsSync("side.txt") || !/ended 1/.test(readFileSync("side.txt", "utf8"))) await wait(50);
  const children = execFileSync("pgrep", ["-P", String(process.pid), "-f", "cli.mjs task"], {
    encoding: "utf8",
  });
  const [first, ...others] = children.trim().split("\n").map(Number);
  assert.equal(others.length, 1, "two at a time");
  process.kill(first, "SIGKILL");
  const there = await running;
  assert.equal(bytesOf(there.predictions), bytesOf(here.predictions));
});

test("an interrupt ends the tasks and keeps what is finished", async () => {
  const controller = new AbortController();
  const made = await blobs({ folds: 3, epochs: 40, pause: 100, journal: "stop.txt" });
  const options = { ...made, directory: "stopped", on: local(), signal: controller.signal, ...quiet };
  const running = crossValidate(options);
  while (!existsSync("stop.txt")) await wait(50);
  controller.abort();
  await assert.rejects(running, /abort/i);
  assert.throws(() => execFileSync("pgrep", ["-P", String(process.pid), "-f", "cli.mjs task"]));
});

test("a task that fails is named with its reason, after all others have ended", async () => {
  const made = await blobs({ folds: 2, file: "missing.json" }).catch((error: Error) => error);
  assert.match(String(made), /missing\.json/);
  const { folds, estimator, data } = await blobs({ folds: 2 });
  await assert.rejects(
    crossValidate({ folds, estimator, data, directory: "closure", on: local(), ...quiet }),
    /experiment/,
  );
});

test("options of local are checked", () => {
  assert.throws(() => local({ processes: 0 }), /processes must be a whole number from 1, got 0/);
  assert.throws(() => local({ devices: [] }), /devices must be "all" or numbers/);
  assert.throws(() => local({ device: 1 } as never), /device/);
});

test("a GPU that is not there is refused", async () => {
  await assert.rejects(
    crossValidate({ ...(await blobs()), directory: "gpu", on: local({ devices: [7] }), ...quiet }),
    /Cannot use GPU 7: .* got 0 GPUs/,
  );
});
