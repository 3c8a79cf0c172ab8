import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { after, before } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { blobs, bytesOf, enterFolder, podium, root } from "../support/experiment";
import { RayForTests } from "../support/rayCluster";

const { cluster, validate } = podium;
const machines = new RayForTests();
const quiet = { progress: false } as const;
let folder: ReturnType<typeof enterFolder>;
let on: ReturnType<typeof cluster.ray>;
before(async () => {
  folder = enterFolder();
  // Also starts the first time that Ray is used: what is lacking is installed here.
  await podium.python.install("ray");
  await machines.start(folder.folder);
  Object.assign(process.env, machines.env);
  on = cluster.ray({ address: machines.address });
});
after(async () => {
  await on?.close();
  machines.stop();
  folder.leave();
});

const finished = (directory: string): number =>
  existsSync(directory)
    ? readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((file) =>
        /fold-\d+\/result\.safetensors$/.test(file),
      ).length
    : 0;

test("a wrong token is refused", async (context) => {
  process.env.RAY_AUTH_TOKEN = "0".repeat(64);
  context.after(() => {
    process.env.RAY_AUTH_TOKEN = machines.token;
  });
  const stranger = cluster.ray({ address: machines.address });
  const made = await blobs({ epochs: 1 });
  await assert.rejects(
    validate.crossValidate({ ...made, directory: "refused", on: stranger, ...quiet }),
    /Cannot start Ray: .*ask for the token in RAY_AUTH_TOKEN/s,
  );
  await stranger.close();
});

test("data that were changed on one node are refused, and the other's folds are kept", async () => {
  const samples = JSON.stringify(Array.from({ length: 160 }, (_, i) => Math.sin(i * i)));
  writeFileSync("samples.json", samples);
  machines.inSecond('printf %s "$2" > "$1"', [
    path.resolve("samples.json"),
    samples.replace("[0,", "[0.001,"),
  ]);
  const made = await blobs({ folds: 4, epochs: 2, pause: 1000, file: "samples.json" });
  await assert.rejects(
    validate.crossValidate({ ...made, directory: "changed", on, ...quiet }),
    (error: Error) =>
      /tasks failed, the others are finished/.test(error.message) &&
      /settings and data must be those of the run, got others: .*x changed/.test(error.message),
  );
  assert.ok(finished("changed") > 0);
  // Sent along, they are the same everywhere; what is finished is not fitted again.
  const sending = cluster.ray({ address: machines.address, files: ["samples.json"] });
  const result = await validate.crossValidate({ ...made, directory: "changed", on: sending, ...quiet });
  await sending.close();
  const here = await validate.crossValidate({ ...made, ...quiet });
  assert.equal(bytesOf(result.predictions), bytesOf(here.predictions));
});

test("an interrupt cancels all tasks and keeps what is finished", async () => {
  const controller = new AbortController();
  const made = await blobs({ folds: 6, epochs: 2, pause: 1500 });
  const run = validate.crossValidate({
    ...made,
    directory: "interrupted",
    on,
    signal: controller.signal,
    ...quiet,
  });
  while (finished("interrupted") === 0) await wait(100);
  controller.abort(new DOMException("stop", "AbortError"));
  await assert.rejects(run, /AbortError: stop/);
  assert.ok(finished("interrupted") >= 1);
});

test("workers and a node killed with -9, and the notebook's own process: predictions are those of one machine, byte for byte", async () => {
  const options = { folds: 8, epochs: 3, pause: 500 };
  const driver = spawn(
    process.execPath,
    [
      "--import",
      pathToFileURL(require.resolve("tsx")).href,
      path.join(root, "tests/cluster/support/driver.ts"),
      machines.address,
      JSON.stringify(options),
    ],
    {
      stdio: "ignore",
    },
  );
  const gone = once(driver, "exit");
  while (finished("killed") === 0 && driver.exitCode === null) await wait(100);
  driver.kill("SIGKILL");
  await gone;
  const before = finished("killed");
  assert.ok(before > 0 && before < 8, `it was killed on its way, got ${before} of 8 folds`);
  const made = await blobs(options);
  const there = validate.crossValidate({ ...made, directory: "killed", on, ...quiet });
  while (finished("killed") === before) await wait(100);
  assert.ok(machines.killWorker());
  machines.killSecond();
  const result = await there;
  const here = await validate.crossValidate({ ...(await blobs({ folds: 8, epochs: 3 })), ...quiet });
  assert.equal(bytesOf(result.predictions), bytesOf(here.predictions));
  assert.ok(!existsSync(path.join(result.directory!, ".attempts")));
});
