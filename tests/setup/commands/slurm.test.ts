import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { load, put, temporaryFolder } from "../support";

test("the command line of a notebook on Slurm becomes options of cluster.slurm", async (context) => {
  const { slurmOptions } = await load("commands/slurm");
  const root = temporaryFolder(context);
  const notebook = path.join(root, "a.ipynb");
  put(notebook, "{}");
  assert.deepEqual(slurmOptions([notebook]), { notebook, options: {} });
  const args = [
    "--partition",
    "gpu",
    "--gpus=1",
    "--time",
    "4:00:00",
    notebook,
    "--at-once",
    "8",
    "--",
    "--exclusive",
  ];
  assert.deepEqual(slurmOptions(args), {
    notebook,
    options: { flags: ["--exclusive"], partition: "gpu", gpus: 1, time: "4:00:00", atOnce: 8 },
  });
  assert.throws(() => slurmOptions([]), /one notebook is required, got none/);
  assert.throws(() => slurmOptions([path.join(root, "b.ipynb")]), /one notebook is required, got .*b\.ipynb/);
  assert.throws(() => slurmOptions([notebook, "--gpus", "many"]), /--gpus N.* is required, got .*many/);
  assert.throws(() => slurmOptions([notebook, "--gpu", "1"]), /is required/);
});
