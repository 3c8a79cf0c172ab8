/** The driver of Ray with a stand-in for Ray; Ray itself, with nodes that are killed, is in `npm run test:cluster`. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { after, before, beforeEach } from "node:test";
import { blobs, bytesOf, enterFolder, podium, root } from "./support/experiment";

const { cluster, validate } = podium;
const quiet = { progress: false } as const;
const python = path.join(root, ".venv", "bin", "python");
let folder: ReturnType<typeof enterFolder>;
before(() => {
  folder = enterFolder();
});
after(() => {
  for (const name of ["PODIUM_RAY_PYTHON", "PYTHONPATH", "STANDIN_BLIND", "PODIUM_SCRATCH"])
    delete process.env[name];
  folder.leave();
});
beforeEach(() => {
  process.env.PODIUM_RAY_PYTHON = python;
  process.env.PYTHONPATH = path.join(__dirname, "support", "standin");
  process.env.PODIUM_SCRATCH = path.join(folder.folder, "scratch");
  delete process.env.STANDIN_BLIND;
});

test("folds that go over the driver are those of one process, two runs at a time on one driver", async () => {
  const on = cluster.ray();
  const options = [
    { folds: 2, epochs: 1 },
    { folds: 2, epochs: 2 },
  ];
  const run = async (own: (typeof options)[number], place?: typeof on) =>
    bytesOf(
      (
        await validate.crossValidate({
          ...(await blobs(own)),
          directory: place && "shared",
          on: place,
          ...quiet,
        })
      ).predictions,
    );
  const there = await Promise.all(options.map((own) => run(own, on)));
  assert.deepEqual(there, [await run(options[0]), await run(options[1])]);
  await on.close();
  const left = readdirSync("shared").flatMap((name) => readdirSync(path.join("shared", name)));
  assert.deepEqual(
    left.filter((name) => name.startsWith(".")),
    [],
  );
});

test("where a machine does not see the folders, files go there once and folds come back as bytes", async () => {
  process.env.STANDIN_BLIND = "1";
  writeFileSync("samples.json", JSON.stringify(Array.from({ length: 160 }, (_, i) => Math.sin(i * i))));
  const on = cluster.ray({ files: ["samples.json"] });
  const made = await blobs({ folds: 2, epochs: 1, file: "samples.json" });
  const there = await validate.crossValidate({ ...made, directory: "blind", on, ...quiet });
  const here = await validate.crossValidate({ ...made, ...quiet });
  assert.equal(bytesOf(there.predictions), bytesOf(here.predictions));
  const scratch = path.join("scratch", `podium-${process.getuid!()}`);
  assert.equal(readdirSync(path.join(scratch, "files")).length, 1);
  assert.ok(!existsSync(path.join(there.directory!, ".attempts")));
  await on.close();
});

test("a driver that ends is told, and the same call continues", async () => {
  const on = cluster.ray();
  const made = await blobs({ folds: 2, epochs: 2, pause: 1000 });
  const run = validate.crossValidate({ ...made, directory: "ended", on, ...quiet });
  // It ends when the notebook gives it up.
  const closing = new Promise((resolve) => setTimeout(resolve, 1500)).then(() => on.close());
  await assert.rejects(
    run,
    /the driver of Ray must run, got its end; finished tasks are kept|must be finished|Cannot start Ray/,
  );
  await closing;
  const there = await validate.crossValidate({ ...made, directory: "ended", on, ...quiet });
  const here = await validate.crossValidate({ ...(await blobs({ folds: 2, epochs: 2 })), ...quiet });
  assert.equal(bytesOf(there.predictions), bytesOf(here.predictions));
  await on.close();
});
