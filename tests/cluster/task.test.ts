import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { TaskSpec } from "../../src/cluster/task/taskSpec";
import { blobs, bytesOf, command, enterFolder, podium } from "./support/experiment";
import { Processes, startTask } from "./support/processes";

const { crossValidate } = podium.validate;
let folder: ReturnType<typeof enterFolder>;
before(() => {
  folder = enterFolder();
});
after(() => folder.leave());

const quiet = { progress: false } as const;
/** A run whose tasks are made but not begun. */
async function specs(options: Parameters<typeof blobs>[0], directory: string): Promise<string[]> {
  const place = new Processes((spec) => spec, false);
  await assert.rejects(
    crossValidate({ ...(await blobs(options)), directory, on: place, ...quiet }),
    /must be finished/,
  );
  return place.files;
}

test("folds that tasks fit are those of one process, byte for byte, those of several seeds and of all samples too", async () => {
  const made = await blobs({ folds: 2, epochs: 2 });
  const more = { seeds: [0, 1], refit: { epochs: 2 }, ...quiet };
  const here = await crossValidate({ ...made, directory: "here", ...more });
  const place = new Processes();
  const there = await crossValidate({ ...made, directory: "there", on: place, ...more });
  assert.equal(place.ends.length, 6);
  assert.equal(bytesOf(there.predictions), bytesOf(here.predictions));
  assert.equal(path.basename(there.directory!), path.basename(here.directory!), "it is the same run");
  for (const [i, run] of [...there.runs, ...there.refits].entries()) {
    const other = [...here.runs, ...here.refits][i];
    assert.deepEqual(run.history, other.history);
    const files = readdirSync(run.directory!).sort();
    assert.deepEqual(files, readdirSync(other.directory!).sort());
    const model = (directory: string) => readFileSync(path.join(directory, "model.safetensors"));
    assert.deepEqual(model(run.directory!), model(other.directory!));
  }
  const again = new Processes();
  await crossValidate({ ...made, directory: "there", on: again, ...more });
  assert.equal(again.files.length, 0, "what is finished is not sent again");
});

test("a task done twice, or at the same time in two places, does no harm", async () => {
  const [file] = await specs({ journal: "twice.txt", pause: 100 }, "twice");
  const both = await Promise.all([startTask(file).ended, startTask(file).ended]);
  assert.deepEqual(
    both.map(({ status }) => status),
    [0, 0],
    both[0].errors + both[1].errors,
  );
  const third = await startTask(file).ended;
  assert.equal(third.status, 0);
  assert.equal(third.lines.at(-1)!.state, "done");
  assert.equal(
    readFileSync("twice.txt", "utf8"),
    "begun at 0\nended 1\nended 2\nended 3\nended 4\n",
    "it is fitted once",
  );
  const run = path.join("twice", readdirSync("twice")[0]);
  assert.ok(existsSync(path.join(run, "seed-0", "fold-0", "result.safetensors")));
});

test("a task ends when its standard input closes, and goes on from its last epoch", async () => {
  const options = { epochs: 10, pause: 500, journal: "stopped.txt" };
  const [file] = await specs(options, "stopped");
  const { child, ended } = startTask(file);
  while (!existsSync("stopped.txt") || !/ended 2/.test(readFileSync("stopped.txt", "utf8"))) await wait(50);
  child.stdin!.end();
  const stopped = await ended;
  assert.equal(stopped.status, 3);
  assert.equal(stopped.lines.at(-1)!.state, "stopped");
  assert.match(stopped.lines.at(-1)!.error!, /standard input closed/);
  const second = await startTask(file).ended;
  assert.equal(second.status, 0, second.errors);
  const [, later] = readFileSync("stopped.txt", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("begun"));
  assert.match(later, /^begun at [1-9]$/, "it continues");
  const made = await blobs(options);
  const continued = await crossValidate({ ...made, directory: "stopped", ...quiet });
  const whole = await crossValidate({ ...made, ...quiet });
  assert.equal(bytesOf(continued.predictions), bytesOf(whole.predictions));
});

test("other code, data, settings and versions are refused, saying what and where", async () => {
  writeFileSync("samples.json", JSON.stringify(Array.from({ length: 160 }, (_, i) => Math.sin(i * i))));
  const [file] = await specs({ file: "samples.json", epochs: 1 }, "refused");
  const spec = JSON.parse(readFileSync(file, "utf8")) as TaskSpec;
  const refusal = async (changed: unknown): Promise<string> => {
    writeFileSync("changed.json", JSON.stringify(changed));
    const { status, lines } = await startTask("changed.json").ended;
    assert.equal(status, 1);
    return lines.at(-1)!.error!;
  };
  const { origin, versions } = spec;
  const host = hostname();
  const files = origin.files.map((each, i) => (i === 1 ? { ...each, text: `${each.text} ` } : each));
  const code = await refusal({ ...spec, origin: { ...origin, files } });
  assert.match(code, /experiments\/classes\.ts: its checksum must be [0-9a-f]{16}, got [0-9a-f]{16}/);
  const version = await refusal({ ...spec, versions: { ...versions, podium: "0.0.9, build 1" } });
  assert.ok(version.includes(`on ${host}: Podium must be 0.0.9, build 1`), version);
  const tensorflow = await refusal({ ...spec, versions: { ...versions, tensorflow: "2.20.0" } });
  assert.ok(tensorflow.includes(`on ${host}: TensorFlow must be 2.20.0`), tensorflow);
  const options = { ...(origin.options as object), epochs: 2 };
  const settings = await refusal({ ...spec, origin: { ...origin, options } });
  assert.ok(settings.includes("epochs 2, was 1"), settings);
  const samples = JSON.parse(readFileSync("samples.json", "utf8"));
  writeFileSync("samples.json", JSON.stringify(samples.with(159, samples[159] + 1e-3)));
  const data = await refusal(spec);
  assert.ok(
    data.includes(`on ${host} in ${folder.folder}`) && /(train|validation) x changed/.test(data),
    data,
  );
});

test("a file of code that the task does not bring has to be the same on disk", async () => {
  const [file] = await specs({ epochs: 1 }, "by-hash");
  const spec = JSON.parse(readFileSync(file, "utf8")) as TaskSpec;
  const files = spec.origin.files.map(({ text: _, ...rest }) => rest);
  writeFileSync("by-hash.json", JSON.stringify({ ...spec, origin: { ...spec.origin, files } }));
  assert.equal((await startTask("by-hash.json").ended).status, 0);
  rmSync("by-hash", { recursive: true });
  const before = readFileSync("experiments/classes.ts", "utf8");
  writeFileSync("experiments/classes.ts", "export const classes: number = 4;\n");
  const { lines } = await startTask("by-hash.json").ended;
  writeFileSync("experiments/classes.ts", before);
  assert.match(lines.at(-1)!.error!, /classes\.ts: its checksum must be .* in .*experiments\/classes\.ts/);
});

test("what is no task is refused with its file", () => {
  const refusal = (text: string): string => {
    writeFileSync("bad.json", text);
    const { status, stdout } = spawnSync(process.execPath, [command, "task", "bad.json", "--lines"], {
      encoding: "utf8",
    });
    assert.equal(status, 1);
    return JSON.parse(stdout.trim().split("\n").at(-1)!).error;
  };
  assert.match(refusal("{"), /Cannot read bad\.json: it must be JSON/);
  assert.match(refusal("[]"), /an object of JSON/);
  assert.match(refusal("{}"), /a task must have versions, an object, got undefined/);
  const none = spawnSync(process.execPath, [command, "task"], { encoding: "utf8" });
  assert.equal(none.status, 1);
  assert.match(none.stderr, /one file of a task is required, got none\nUsage/);
});
