import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import test, { after, before } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { blobs, bytesOf, enterFolder, podium } from "../support/experiment";
import { SlurmForTests } from "../support/slurmCluster";

const { cluster, validate } = podium;
const machines = new SlurmForTests();
let folder: ReturnType<typeof enterFolder>;
before(async () => {
  folder = enterFolder();
  await machines.start();
});
after(async () => {
  await machines.stop();
  folder.leave();
});

const quiet = { progress: false } as const;
test("folds are those of one machine, byte for byte, though tasks run out of time and a node is killed", async () => {
  const made = await blobs({
    folds: 4,
    epochs: 8,
    pause: 250,
    journal: path.join(folder.folder, "journal.txt"),
  });
  const there = validate.crossValidate({
    ...made,
    directory: "there",
    on: cluster.slurm({ interval: 1 }),
    ...quiet,
  });
  while (!existsSync("journal.txt") || !/ended 2/.test(readFileSync("journal.txt", "utf8"))) await wait(100);
  // What Slurm sends before a task's time is over.
  const running = execFileSync("squeue", ["-h", "-r", "-w", "n1", "-t", "R", "-o", "%A"], {
    encoding: "utf8",
  });
  for (const job of running.trim().split("\n")) execFileSync("scancel", ["--batch", "--signal=USR2", job]);
  machines.killNode("n2");
  const result = await there;
  const here = await validate.crossValidate({ ...(await blobs({ folds: 4, epochs: 8 })), ...quiet });
  assert.equal(bytesOf(result.predictions), bytesOf(here.predictions));
  assert.match(readFileSync("journal.txt", "utf8"), /begun at [1-9]/, "a task went on from its last epoch");
  assert.ok(
    !existsSync(path.join(result.directory!, ".slurm")) &&
      !existsSync(path.join(result.directory!, ".attempts")),
  );
});
