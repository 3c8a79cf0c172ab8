import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { type ProgressState, progressKey } from "../../../src/core/progress";
import { tf } from "../../../src/engine";
import {
  csvLog,
  earlyStopping,
  jsonLines,
  learningRateSchedule,
  modelCheckpoint,
  progress,
  reduceLROnPlateau,
  swa,
  tensorBoard,
} from "../../../src/train/callbacks";
import { encodeEvent, encodeRecord } from "../../../src/train/callbacks/eventFile";
import { directionAmong } from "../../../src/train/callbacks/monitor";
import { loadCheckpoint } from "../../../src/train/fit/checkpoint";
import type { Callback, Metric } from "../../../src/train/types";
import { FakeContext, resume } from "./context";

const golden = JSON.parse(readFileSync(path.join(__dirname, "../../golden/callbacks.json"), "utf8"));
const directory = mkdtempSync(path.join(tmpdir(), "podium-callbacks-"));
after(() => rmSync(directory, { recursive: true }));
const losses = (values: readonly number[]) => values.map((value) => ({ val_loss: value }));

function keras(options: Record<string, unknown>): Record<string, unknown> {
  const names: Record<string, string> = {
    min_delta: "minDelta",
    start_from_epoch: "startFromEpoch",
    min_lr: "minLearningRate",
  };
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [names[name] ?? name, value]));
}

test("earlyStopping stops where Keras's does and puts back the same epoch's weights", async () => {
  assert.equal(golden.stopping.length, 18);
  for (const { values, options, epochs, restored } of golden.stopping) {
    const callback = earlyStopping({ ...keras(options), restoreBestWeights: true });
    const context = new FakeContext([callback]);
    await context.run(losses(values));
    assert.equal(context.epoch, epochs, JSON.stringify(options));
    assert.equal(context.current[0].data[0], restored, JSON.stringify(options));
    assert.equal(context.stopReason !== undefined, epochs < values.length);
  }
});

test("reduceLROnPlateau lowers the rate when Keras's does", async () => {
  assert.equal(golden.plateau.length, 15);
  for (const { values, options, rates } of golden.plateau) {
    const own: number[] = [];
    const record: Callback = { name: "record", onEpochEnd: (context) => void own.push(context.learningRate) };
    await new FakeContext([reduceLROnPlateau(keras(options)), record]).run(losses(values));
    assert.equal(own.length, rates.length);
    own.forEach((rate, i) =>
      assert.ok(Math.abs(rate - rates[i]) < 1e-6 * rates[i], `${rate} is not ${rates[i]}`),
    );
  }
});

test("a first value that is not a number is never the best", async () => {
  const context = new FakeContext([earlyStopping({ patience: 2, restoreBestWeights: true })]);
  await context.run(losses([Number.NaN, 5, 4, Number.NaN, Number.NaN, 1]));
  assert.equal(context.epoch, 5);
  assert.equal(context.current[0].data[0], 2);
});

test("a training cut at any epoch and resumed from its checkpoint decides as the whole one", async () => {
  const values: number[] = golden.stopping[1].values;
  const make = (folder: string) => [
    earlyStopping({ patience: 4, restoreBestWeights: true }),
    reduceLROnPlateau({ patience: 2, factor: 0.5, cooldown: 1 }),
    swa({ startEpoch: 1, every: 2 }),
    modelCheckpoint(folder),
  ];
  const whole = new FakeContext(make(path.join(directory, "whole")));
  await whole.run(losses(values));
  for (let cut = 1; cut <= whole.epoch; cut++) {
    const folder = path.join(directory, `cut${cut}`);
    await new FakeContext(make(folder)).run(losses(values.slice(0, cut)), { end: false });
    const second = new FakeContext(make(folder));
    resume(second, loadCheckpoint(path.join(folder, "last.safetensors")));
    await second.run(losses(values.slice(cut)));
    assert.equal(second.epoch, whole.epoch, `cut at ${cut}`);
    assert.equal(second.learningRate, whole.learningRate, `cut at ${cut}`);
    assert.equal(second.stopReason, whole.stopReason);
    assert.deepEqual(second.current, whole.current, `cut at ${cut}`);
    for (const name of ["best", "last"]) {
      const file = (at: string) => readFileSync(path.join(directory, at, `${name}.safetensors`));
      assert.ok(file(`cut${cut}`).equals(file("whole")), `${name} of cut ${cut} equals the whole one's`);
    }
  }
});

test("a callback serves a second training as if it were new", async () => {
  const callback = earlyStopping({ patience: 1 });
  for (let i = 0; i < 2; i++) {
    const context = new FakeContext([callback]);
    await context.run(losses([3, 2, 2.5, 1]));
    assert.equal(context.epoch, 3);
  }
});

test("modelCheckpoint keeps the best and the last epoch, and the end between two savings", async () => {
  const folder = path.join(directory, "kept");
  const context = new FakeContext([modelCheckpoint(folder, { every: 4 })]);
  context.epochs = 6;
  await context.run(losses([3, 1, 2, 4, 1, 5]));
  assert.equal(loadCheckpoint(path.join(folder, "best.safetensors")).progress.epoch, 2);
  assert.equal(loadCheckpoint(path.join(folder, "last.safetensors")).progress.epoch, 6);
  assert.deepEqual(readdirSync(folder).sort(), ["best.safetensors", "last.safetensors"]);
});

test("a number that is not in the logs is an error that names those that are", async () => {
  for (const callback of [earlyStopping(), reduceLROnPlateau(), modelCheckpoint(directory)]) {
    await assert.rejects(new FakeContext([callback]).run([{ loss: 1, accuracy: 0.5 }]), {
      name: "RangeError",
      message: /must be one of loss, accuracy \(val_… needs validation data\), got "val_loss"/,
    });
  }
});

// keras-team/keras#18798, Lightning-AI/pytorch-lightning#4668: a direction guessed from the name.
test("whether a number should be high or low is known of the library's own, told of others, and never guessed", async () => {
  for (const monitor of ["val_score", "val_wobble", "val_bias", "val_inaccuracy", "val_f1_loss"]) {
    for (const make of [earlyStopping, reduceLROnPlateau, (o: object) => modelCheckpoint(directory, o)]) {
      const run = (options: object) => new FakeContext([make({ monitor, ...options })]).run([]);
      await assert.rejects(
        run({}),
        /whether "val_\w+" should be high or low must be said with mode: "max" or "min"/,
      );
      await run({ mode: "min" });
    }
  }
  assert.throws(() => earlyStopping({ mode: "up" as "min" }), /mode must be "min" or "max", got "up"/);
});

// Lightning-AI/pytorch-lightning#16848: two of one kind share a state, or are refused.
// keras-team/keras#17012: the best file is overwritten by a worse epoch after a resume.
test("two callbacks of one kind remember each for itself after a resume", async () => {
  const make = (folder: string) => [
    modelCheckpoint(path.join(folder, "loss"), { monitor: "val_loss", last: false }),
    modelCheckpoint(path.join(folder, "again"), { monitor: "val_loss", mode: "max", last: false }),
    modelCheckpoint(path.join(folder, "accuracy"), { monitor: "val_accuracy", last: false }),
    earlyStopping({ monitor: "val_loss", patience: 3, restoreBestWeights: true }),
    earlyStopping({ monitor: "val_accuracy", patience: 2 }),
    modelCheckpoint(folder, { best: false }),
  ];
  const logs = [
    { val_loss: 3, val_accuracy: 0.1 },
    { val_loss: 1, val_accuracy: 0.9 },
    { val_loss: 2, val_accuracy: 0.5 },
    { val_loss: 2.5, val_accuracy: 0.4 },
    { val_loss: 2, val_accuracy: 0.3 },
  ];
  const whole = new FakeContext(make(path.join(directory, "apart-whole")));
  await whole.run(logs);
  assert.match(whole.stopReason as string, /no better val_accuracy for 2 epochs since epoch 2/);
  const folder = path.join(directory, "apart-cut");
  await new FakeContext(make(folder)).run(logs.slice(0, 3), { end: false });
  const second = new FakeContext(make(folder));
  resume(second, loadCheckpoint(path.join(folder, "last.safetensors")));
  await second.run(logs.slice(3));
  assert.equal(second.stopReason, whole.stopReason);
  assert.deepEqual(second.current, whole.current);
  const best = (at: string, part: string) =>
    loadCheckpoint(path.join(directory, at, part, "best.safetensors")).progress.epoch;
  for (const [part, epoch] of Object.entries({ loss: 2, again: 1, accuracy: 2 })) {
    assert.equal(best("apart-whole", part), epoch);
    assert.equal(best("apart-cut", part), epoch);
  }
});

test("a greater patience lets a training go on that an early stopping had ended", async () => {
  const first = new FakeContext([earlyStopping({ patience: 1 })]);
  await first.run(losses([1, 2]));
  assert.ok(first.stopReason);
  const same = new FakeContext([earlyStopping({ patience: 1 })]);
  resume(same, first.state());
  await same.run(losses([3]));
  assert.equal(same.epoch, 2);
  const longer = new FakeContext([earlyStopping({ patience: 3 })]);
  resume(longer, first.state());
  await longer.run(losses([3, 4, 5]));
  assert.equal(longer.epoch, 4);
});

test("a metric of one's own says whether it should be high or low", () => {
  const metric = (direction?: "min" | "max"): Metric => ({
    name: "score",
    direction,
    update: () => tf.zeros([1]),
    result: () => 0,
  });
  assert.equal(directionAmong([metric("min"), "accuracy"], "val_score"), "min");
  assert.equal(directionAmong([metric("max")], "score"), "max");
  assert.equal(directionAmong([metric()], "val_score"), undefined);
  assert.equal(directionAmong(["accuracy"], "val_accuracy"), "max");
});

test("high is better for accuracy, low for losses", async () => {
  const best = async (monitor: string, values: number[], mode?: "min" | "max") => {
    const context = new FakeContext([
      earlyStopping({ monitor, mode, patience: 9, restoreBestWeights: true }),
    ]);
    await context.run(values.map((value) => ({ [monitor]: value })));
    return context.current[0].data[0];
  };
  assert.equal(await best("val_accuracy", [0.1, 0.9, 0.5]), 1);
  assert.equal(await best("mae", [0.5, 0.9, 0.1]), 2);
  assert.equal(await best("val_score", [0.5, 0.9, 0.1], "min"), 2);
});

test("a schedule sets the rate by step or by epoch", () => {
  const context = new FakeContext();
  const identity = (done: number) => done;
  assert.equal(learningRateSchedule(identity).learningRateAt?.(25, context), 25);
  context.epoch = 2;
  assert.equal(learningRateSchedule(identity, { by: "epoch" }).learningRateAt?.(25, context), 2);
});

test("logs are written a line an epoch and go on where a saved state was, without double epochs", async () => {
  const file = path.join(directory, "logs", "log.jsonl");
  const table = path.join(directory, "logs", "log.csv");
  const rows = [3, 2, 1.5, 1].map((value) => ({ loss: value, accuracy: 0.5 }));
  await new FakeContext([jsonLines(file), csvLog(table)]).run(rows.slice(0, 3));
  const second = new FakeContext([jsonLines(file), csvLog(table)]);
  second.epoch = 2;
  second.step = 20;
  await second.run(rows.slice(2));
  const lines = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ epoch, step, loss }) => [epoch, step, loss]),
    [
      [0, 10, 3],
      [1, 20, 2],
      [2, 30, 1.5],
      [3, 40, 1],
    ],
  );
  assert.equal(readFileSync(table, "utf8"), "epoch,accuracy,loss\n0,0.5,3\n1,0.5,2\n2,0.5,1.5\n3,0.5,1\n");
  await new FakeContext([csvLog(table)]).run([{ loss: 9 }]);
  assert.equal(readFileSync(table, "utf8"), "epoch,loss\n0,9\n", "a new training starts a new file");
});

test("half a line at the end of a log is dropped", async () => {
  const file = path.join(directory, "torn.jsonl");
  writeFileSync(file, '{"epoch":0,"loss":1}\n{"epoch":1,"lo');
  const context = new FakeContext([jsonLines(file)]);
  context.epoch = 1;
  await context.run([{ loss: 5 }]);
  const lines = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ epoch, loss }) => [epoch, loss]),
    [
      [0, 1],
      [1, 5],
    ],
  );
});

test("event records are TensorFlow's, byte for byte", () => {
  const events = [
    { time: 1700000000.25, version: "brain.Event:2" },
    { time: 1700000001.5, step: 300, scalars: { epoch_loss: 0.125, epoch_accuracy: 0.75 } },
    { time: 1700000002.5, step: 70000, scalars: { ["größe".repeat(40)]: -1.5 } },
  ];
  const bytes = Buffer.concat(events.map((event) => encodeRecord(encodeEvent(event))));
  assert.equal(bytes.toString("base64"), golden.events);
});

test("tensorBoard writes train and validation apart, and steps where asked", async () => {
  const folder = path.join(directory, "board");
  await new FakeContext([tensorBoard(folder, { every: 20 })]).run(
    [1, 2].map((value) => ({ loss: value, val_loss: value })),
  );
  const text = (part: string) => {
    const files = readdirSync(path.join(folder, part));
    assert.equal(files.length, 1);
    assert.match(files[0], /^events\.out\.tfevents\.\d+\./);
    return readFileSync(path.join(folder, part, files[0]), "latin1");
  };
  const count = (whole: string, part: string) => whole.split(part).length - 1;
  assert.equal(count(text("train"), "epoch_loss"), 2);
  assert.equal(count(text("train"), "batch_loss"), 1);
  assert.equal(count(text("validation"), "epoch_loss"), 2);
});

test("progress shows epoch, numbers and the reason for an early end in one line", async () => {
  const states: ProgressState[] = [];
  const global = globalThis as { [progressKey]?: unknown };
  global[progressKey] = (state: ProgressState) => states.push(state);
  try {
    const stop: Callback = {
      name: "stop",
      onEpochEnd: (context) => void (context.epoch === 2 && context.stop("enough")),
    };
    await new FakeContext([stop, progress({ label: "Fold 1" })]).run(losses([3, 2, 1]));
  } finally {
    global[progressKey] = undefined;
  }
  const last = states.at(-1)!;
  assert.equal(last.label, "Fold 1");
  assert.equal(last.total, 300);
  assert.equal(last.done, 20);
  assert.equal(last.finished, true);
  assert.equal(last.note, "epoch 2/30, val_loss 2.000, enough");
});
