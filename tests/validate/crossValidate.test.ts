import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, type TestContext } from "node:test";
import type { ArrayData, Dataset, FitData } from "../../src/core/array";
import { displayKey } from "../../src/core/display";
import type { Estimator, FoldContext, PreparedFold } from "../../src/core/estimator";
import { frames } from "../../src/core/frames";
import { randomSource } from "../../src/core/random";
import { takeSamples } from "../../src/core/samples";
import { readSafetensors } from "../../src/data/safetensors";
import { tf } from "../../src/engine";
import { earlyStopping } from "../../src/train/callbacks";
import { loadWeights } from "../../src/train/fit/checkpoint";
import { predict } from "../../src/train/fit/predict";
import { sparseCategoricalCrossEntropy } from "../../src/train/losses/losses";
import { network } from "../../src/train/network";
import { adam } from "../../src/train/optimizers";
import type { Callback } from "../../src/train/types";
import { crossValidate } from "../../src/validate/crossValidate";
import type { CrossValidateOptions } from "../../src/validate/crossValidateOptions";
import { kFold } from "../../src/validate/folds/folds";
import { timeSeriesSplit } from "../../src/validate/folds/timeFolds";
import { withPseudoLabels } from "../../src/validate/pseudoLabels";
import {
  accuracyOf,
  folds,
  labels,
  model,
  people,
  runOptions,
  samples,
  test as unseen,
  x,
} from "./support/crossValidation";

const directory = mkdtempSync(path.join(tmpdir(), "podium-cross-validate-"));
after(() => rmSync(directory, { recursive: true }));
/** The same estimator, which must not be asked to fit. */
const untrained = (estimator: Estimator): Estimator => ({
  ...estimator,
  fit() {
    throw new Error("no fit is needed");
  },
});
/** The folder of the one run in a folder. */
const onlyRun = (folder: string): string => {
  const [name, ...others] = readdirSync(folder);
  assert.deepEqual(others, []);
  return path.join(folder, name);
};
const bytes = (array: ArrayData | undefined) => Buffer.from(array!.data.buffer).toString("hex");

test("every sample is predicted by a model that did not see it, well above chance", async () => {
  const seen: FoldContext[] = [];
  const options = runOptions({ epochs: 12 });
  const before = tf.memory().numTensors;
  const result = await crossValidate({
    ...options,
    prepare: (context) => {
      seen.push(context);
      const take = (indices: Int32Array) => ({
        x: takeSamples(x, indices),
        y: takeSamples({ data: labels, shape: [samples] }, indices),
      });
      return { train: take(context.trainIndices), validation: take(context.validationIndices), test: unseen };
    },
  });
  assert.equal(tf.memory().numTensors, before, "no tensors stay behind");
  assert.deepEqual(result.predictions.shape, [samples, 3]);
  assert.ok(result.predictions.data.every((value) => value >= 0 && value <= 1));
  assert.ok(result.scores.accuracy > 0.6, `accuracy ${result.scores.accuracy} beats chance, 0.33`);
  assert.equal(seen.length, folds);
  assert.equal(new Set(seen.map(({ foldSeed }) => foldSeed)).size, folds);
  for (const run of result.runs) {
    const { validation } = options.folds[run.fold!];
    assert.deepEqual(run.validation!.shape, [validation.length, 3]);
    validation.forEach((sample, row) => {
      assert.deepEqual(
        result.predictions.data.slice(sample * 3, sample * 3 + 3),
        (run.validation!.data as Float32Array).slice(row * 3, row * 3 + 3),
      );
    });
    const losses = run.history.val_loss;
    assert.equal(losses[run.keptEpoch], Math.min(...losses), "the best epoch is kept");
    assert.equal(run.logs.val_loss, Math.min(...losses));
  }
  const mean = result.test!.data[0];
  const own = result.runs.map((run) => run.test!.data[0]);
  assert.ok(Math.abs(mean - own.reduce((sum, value) => sum + value, 0) / folds) < 1e-6);
});

test("test samples are predicted where they are given beside prepare, if that gives none", async () => {
  const { prepare, ...rest } = preparedRun((_, given) => given);
  const own = await crossValidate({ ...rest, prepare });
  const without = async (context: FoldContext) => ({ ...(await prepare!(context)), test: undefined });
  const beside = await crossValidate({ ...rest, prepare: without, test: unseen });
  assert.equal(bytes(beside.test), bytes(own.test));
  const first = { data: unseen.data.subarray(0, 4), shape: [1, 4] };
  const both = await crossValidate({ ...rest, prepare, test: first });
  assert.equal(bytes(both.test), bytes(own.test), "what prepare gives is the fold's own");
});

test("one run at a time has a folder, until it ends or is killed", async () => {
  const folder = path.join(directory, "locked");
  const options = { ...runOptions({ epochs: 1 }), directory: folder };
  const first = crossValidate(options);
  await assert.rejects(
    crossValidate(options),
    /one run at a time may use .*locked.network-\w{8}, got another/,
  );
  const { predictions, directory: own } = await first;
  assert.equal(bytes((await crossValidate(options)).predictions), bytes(predictions));
  const script = `require(${JSON.stringify(path.join(__dirname, "../../src/core/folderLock.ts"))})
    .lockFolder(${JSON.stringify(own)}, "wait").then(() => { console.log("held"); setInterval(() => {}, 1000); });`;
  const child = spawn(process.execPath, ["--require", "tsx/cjs", "--eval", script]);
  await once(child.stdout, "data");
  await assert.rejects(crossValidate(options), /got another that is running/);
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(bytes((await crossValidate(options)).predictions), bytes(predictions));
});

test("a fold's model predicts other samples, whether it was kept on disk or not", async () => {
  const options = runOptions({ epochs: 2 });
  const before = tf.memory().numTensors;
  const { runs } = await crossValidate({ ...options, test: unseen });
  for (const run of runs) {
    const loaded = run.load();
    assert.equal(bytes(await loaded.predict(unseen)), bytes(run.test));
    loaded.dispose();
  }
  assert.equal(tf.memory().numTensors, before);
});

test("the kept weights on disk predict what the run did", async () => {
  const folder = path.join(directory, "kept");
  const options = runOptions({ epochs: 3 });
  const result = await crossValidate({ ...options, directory: folder });
  const own = model(99);
  for (const run of result.runs) {
    const held = takeSamples(x, options.folds[run.fold!].validation);
    loadWeights(path.join(run.directory!, "model.safetensors"), own);
    assert.equal(bytes(await predict(own, held, { batchSize: 16 })), bytes(run.validation));
    const loaded = run.load();
    assert.equal(bytes(await loaded.predict(held)), bytes(run.validation));
    loaded.dispose();
  }
  own.dispose();
  assert.deepEqual(readdirSync(folder), [path.basename(result.directory!)]);
  assert.deepEqual(readdirSync(result.directory!).sort(), [
    "folds.safetensors",
    "run.json",
    "scores.json",
    "seed-0",
  ]);
  assert.deepEqual(readdirSync(result.runs[0].directory!).sort(), [
    "fold.json",
    "log.jsonl",
    "model.safetensors",
    "result.safetensors",
    "scores.json",
  ]);
  const scores = JSON.parse(
    readFileSync(path.join(result.directory!, "seed-0", "fold-1", "scores.json"), "utf8"),
  );
  assert.equal(scores.scores.accuracy, result.runs[1].scores.accuracy);
  assert.equal(scores.logs.val_loss, result.runs[1].logs.val_loss);
});

test("a finished run is read, not trained again, and shows as a table", async () => {
  const folder = path.join(directory, "read");
  const options = { ...runOptions({ epochs: 2 }), directory: folder, refit: true, test: unseen };
  const first = await crossValidate(options);
  const again = await crossValidate({ ...options, estimator: untrained(options.estimator) });
  assert.equal(bytes(again.predictions), bytes(first.predictions));
  assert.equal(bytes(again.test), bytes(first.test));
  assert.deepEqual(again.runs, first.runs);
  assert.deepEqual(again.refits, first.refits);
  assert.equal(first.refits.length, 1);
  assert.ok(first.refits[0].epochs >= 1 && first.refits[0].epochs <= 2);
  assert.deepEqual(first.refits[0].test!.shape, [30, 3]);
  const show = again as unknown as { [displayKey](): Record<string, string> };
  const bundle = show[displayKey]();
  assert.match(bundle["text/html"], /^<table>.*<td[^>]*>fold 3<\/td>.*out of fold.*all samples/);
  assert.match(bundle["text/plain"], /^part +seed +epoch +.*val_loss.*accuracy.*time\nfold 1 /);
});

/** What is said while something runs. */
async function saidBy(context: TestContext, action: () => Promise<unknown>): Promise<string[]> {
  const said: string[] = [];
  const { mock } = context.mock.method(console, "log", (text: string) => said.push(text));
  await action();
  mock.restore();
  return said;
}

test("another run starts beside the first and says what differs from the nearest", async (context) => {
  const folder = path.join(directory, "other");
  const run = (changes: Partial<CrossValidateOptions>, epochs = 1) =>
    saidBy(context, () => crossValidate({ ...runOptions({ epochs }), directory: folder, ...changes }));
  assert.deepEqual(await run({}), [], "the first has no other beside it");
  const [first] = readdirSync(folder);
  const line = (words: string) => new RegExp(`^New run .*other.network-\\w{8}, beside ${first}: ${words}$`);
  const [epochs] = await run({}, 2);
  assert.match(epochs, line("epochs 2, was 1"));
  const [seeds] = await run({ seeds: [0, 1] });
  assert.match(seeds, line("seeds 0, 1, was 0"));
  const [others] = await run({ groups: undefined, folds: kFold(samples, { folds }) });
  assert.match(others, line("folds changed; train x changed; .*"));
  const [named] = await run({ name: "my run / 1" });
  assert.match(named, /^New run .*other.my-run-1-\w{8}, beside .*: another name$/);
  assert.deepEqual(await run({}), [], "the same again continues");
  assert.equal(readdirSync(folder).length, 5);
});

/** Stops a training after an epoch, counted from 1; changes nothing that is learned. */
function stopAt(epoch: number, controller: AbortController): Callback {
  return {
    name: "stop",
    config: null,
    onEpochEnd: (context) => void (context.epoch === epoch && controller.abort()),
  };
}

/** The usual run, its data made in each fold by `change`. */
function preparedRun(
  change: (part: "train" | "validation" | "test", x: ArrayData) => ArrayData,
): CrossValidateOptions {
  const take = (part: "train" | "validation", indices: Int32Array) => ({
    x: change(part, takeSamples(x, indices) as ArrayData),
    y: takeSamples({ data: labels, shape: [samples] }, indices),
  });
  return {
    ...runOptions({ epochs: 3 }),
    data: undefined,
    prepare: ({ trainIndices, validationIndices }) => ({
      train: take("train", trainIndices),
      validation: take("validation", validationIndices),
      test: change("test", unseen),
    }),
  };
}

/** The same samples but for the last value. */
function withOtherEnd({ data, shape }: ArrayData): ArrayData {
  return { data: Float32Array.from(data).with(-1, 9), shape };
}

test("a changed sample anywhere is another run", async () => {
  const same = preparedRun((_, given) => given);
  const folder = path.join(directory, "other-data");
  const first = await crossValidate({ ...same, directory: folder });
  const estimator = untrained(same.estimator);
  const again = await crossValidate({ ...same, estimator, directory: folder });
  assert.deepEqual(again, first);
  for (const changed of ["train", "validation", "test"] as const) {
    const other = preparedRun((part, given) => (part === changed ? withOtherEnd(given) : given));
    await assert.rejects(crossValidate({ ...other, estimator, directory: folder }), /no fit is needed/);
  }
  assert.equal(readdirSync(folder).length, 4);
  // The first fold has the first samples only: the last ones are in another.
  const plain = {
    ...runOptions({ epochs: 1 }),
    groups: undefined,
    folds: timeSeriesSplit(samples, { folds: 3 }),
    directory: path.join(directory, "other-x"),
  };
  const { directory: own } = await crossValidate(plain);
  const { y } = plain.data!;
  const other = await crossValidate({ ...plain, data: { x: withOtherEnd(x), y } });
  assert.notEqual(other.directory, own);
  assert.equal((await crossValidate(plain)).directory, own);
});

test("the first fold's data are made once", async () => {
  const made: (number | undefined)[] = [];
  const { prepare, ...rest } = preparedRun((_, given) => given);
  const options: CrossValidateOptions = {
    ...rest,
    prepare: (context) => {
      made.push(context.fold);
      return prepare!(context);
    },
    directory: path.join(directory, "made-once"),
  };
  await crossValidate(options);
  assert.deepEqual(made.splice(0), [0, 1, 2]);
  await crossValidate(options);
  assert.deepEqual(made, [0], "to recognise the finished run");
});

test("a run whose files were changed by hand, or are damaged, is refused", async () => {
  const folder = path.join(directory, "by-hand");
  const options = { ...runOptions({ epochs: 1 }), directory: folder };
  const { directory: own } = await crossValidate(options);
  const file = path.join(own!, "run.json");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace('"seeds": "0"', '"seeds": "1"'));
  await assert.rejects(crossValidate(options), {
    name: "SyntaxError",
    message: /run\.json.* damaged or changed/,
  });
  writeFileSync(file, text);
  const other = await crossValidate({ ...options, seeds: [1] });
  copyFileSync(path.join(other.directory!, "run.json"), file);
  await assert.rejects(crossValidate(options), {
    name: "RangeError",
    message: /run\.json must be of the run that the folder is named after, got another: seeds 0, was 1/,
  });
});

test("an unfinished fold does not go on where prepare makes other data each time", async () => {
  const folder = path.join(directory, "other-data-stopped");
  const controller = new AbortController();
  let second: ArrayData = unseen;
  const { prepare, ...rest } = preparedRun((_, given) => given);
  const same: CrossValidateOptions = {
    ...rest,
    prepare: (context) => {
      if (context.fold !== 1) return prepare!(context);
      return { ...(prepare!(context) as PreparedFold), test: second };
    },
    directory: folder,
  };
  // The fourth epoch is the second fold's first.
  let epochs = 0;
  const stop: Callback = {
    name: "stop",
    config: null,
    onEpochEnd: () => void (++epochs === 4 && controller.abort()),
  };
  const { estimator } = runOptions({ epochs: 3, fit: { callbacks: [stop] } });
  const stopped = crossValidate({ ...same, estimator, signal: controller.signal });
  await assert.rejects(stopped, { name: "AbortError" });
  const first = second;
  second = withOtherEnd(unseen);
  await assert.rejects(crossValidate(same), /fold-1: test must be .* as it was begun with, got .*; prepare/);
  second = first;
  assert.equal((await crossValidate(same)).runs.length, folds);
});

test("a score that is asked for later is that of the predictions kept", async () => {
  const folder = path.join(directory, "later-score");
  const options = { ...runOptions({ epochs: 1 }), directory: folder };
  const { directory: own } = await crossValidate(options);
  const scores = { ...options.scores, first: ({ indices }: { indices: Int32Array }) => indices[0] };
  const estimator = untrained(options.estimator);
  const again = await crossValidate({ ...options, estimator, scores });
  assert.equal(again.directory, own);
  again.runs.forEach(({ fold, scores, directory }) => {
    assert.equal(scores.first, options.folds[fold!].validation[0]);
    const kept = JSON.parse(readFileSync(path.join(directory!, "scores.json"), "utf8"));
    assert.deepEqual(kept.scores, scores);
  });
});

test("settings of any fold, and of the model of all samples, are part of what a run is", async (context) => {
  const folder = path.join(directory, "other-settings");
  const options = { ...runOptions({ epochs: 1 }), directory: folder };
  const first = await crossValidate({ ...options, refit: { epochs: 1 } });
  const longer = await crossValidate({ ...options, estimator: options.estimator, refit: { epochs: 2 } });
  assert.equal(longer.directory, first.directory, "the folds are the same");
  assert.deepEqual(
    [...first.refits, ...longer.refits].map((run) => run.epochs),
    [1, 2],
  );
  const own = ({ fold }: FoldContext) => ({ batchSize: fold === 1 ? 8 : 16 });
  const { estimator } = runOptions({ epochs: 1, fit: own });
  const [line] = await saidBy(context, () => crossValidate({ ...options, estimator }));
  assert.match(line, /: batchSize \(seed 0, fold 2\) 8 added$/);
});

test("everything of its network that a result depends on is part of what a run is", async (context) => {
  const folder = path.join(directory, "other-network");
  const options = { ...runOptions({ epochs: 1 }), directory: folder };
  const first = await crossValidate(options);
  const wide = (seed: number) =>
    tf.sequential({
      layers: [
        tf.layers.dense({
          units: 3,
          inputShape: [4],
          activation: "softmax",
          kernelInitializer: tf.initializers.glorotUniform({ seed }),
        }),
      ],
    });
  const changes: Record<string, Partial<Parameters<typeof runOptions>[0]>> = {
    "model changed": { model: wide },
    "optimizer.learningRate 0.01, was 0.02": { fit: { optimizer: adam({ learningRate: 0.01 }) } },
    "loss changed": {
      fit: { loss: (truth, prediction) => sparseCategoricalCrossEntropy()(truth, prediction) },
    },
    "augment .* added": { fit: { augment: (batch) => batch } },
    classWeight: { fit: { classWeight: [1, 2, 3] } },
    callbacks: { fit: { callbacks: [earlyStopping({ patience: 3 })] } },
    "shuffle false added": { fit: { shuffle: false } },
  };
  for (const [words, change] of Object.entries(changes)) {
    const { estimator } = runOptions({ epochs: 1, ...change });
    const [line] = await saidBy(context, () => crossValidate({ ...options, estimator }));
    assert.match(line, new RegExp(`: ${words}`));
  }
  const { estimator } = runOptions({ epochs: 1, fit: { callbacks: [earlyStopping({ patience: 2 })] } });
  const [line] = await saidBy(context, () => crossValidate({ ...options, estimator }));
  assert.match(line, /: callbacks.0.patience 2, was 3$/);
  const same = await crossValidate({ ...options, estimator: runOptions({ epochs: 1 }).estimator });
  assert.equal(bytes(same.predictions), bytes(first.predictions));
});

test("an interrupted fold leaves its best weights and continues to the same end", async () => {
  const folder = path.join(directory, "interrupted");
  const controller = new AbortController();
  const options = runOptions({ epochs: 5 });
  const { estimator } = runOptions({ epochs: 5, fit: { callbacks: [stopAt(3, controller)] } });
  await assert.rejects(
    crossValidate({ ...options, estimator, directory: folder, signal: controller.signal }),
    {
      name: "AbortError",
    },
  );
  const left = path.join(onlyRun(folder), "seed-0", "fold-0", "model.safetensors");
  assert.ok(existsSync(left));
  const own = model(1);
  loadWeights(left, own);
  own.dispose();
  const continued = await crossValidate({ ...options, directory: folder });
  const whole = await crossValidate(options);
  assert.equal(bytes(continued.predictions), bytes(whole.predictions));
});

test("several seeds are averaged and differ", async () => {
  const options = runOptions({ epochs: 1 });
  const one = await crossValidate(options);
  const two = await crossValidate({ ...options, seeds: [0, 1] });
  assert.equal(two.runs.length, 2 * folds);
  const other = await crossValidate({ ...options, seeds: [1] });
  assert.notEqual(bytes(one.predictions), bytes(other.predictions));
  two.predictions.data.forEach((value, i) => {
    assert.ok(Math.abs(value - (one.predictions.data[i] + other.predictions.data[i]) / 2) < 1e-6);
  });
});

test("test-time augmentation averages the samples with their changed copies", async () => {
  const options = { ...runOptions({ epochs: 1 }), test: unseen };
  const rounds: number[] = [];
  const plain = await crossValidate(options);
  const same = await crossValidate({
    ...options,
    testAugment: {
      rounds: 2,
      augment: (given, { round }) => {
        rounds.push(round);
        return given;
      },
    },
  });
  assert.equal(bytes(same.predictions), bytes(plain.predictions), "copies that do not change change nothing");
  assert.deepEqual(rounds.slice(0, 4), [1, 2, 1, 2]);
  const changed = await crossValidate({
    ...options,
    testAugment: {
      rounds: 1,
      augment: (given) => {
        const { data, shape } = given as ArrayData;
        return { data: (data as Float32Array).map((value) => value + 0.5), shape };
      },
    },
  });
  assert.notEqual(bytes(changed.test), bytes(plain.test));
});

test("a changed copy's prediction is turned back before it is averaged", async () => {
  const options = { ...runOptions({ epochs: 1 }), test: unseen };
  const backwards = (given: ArrayData): ArrayData => {
    const rows = given.shape[0];
    return takeSamples(
      given,
      Array.from({ length: rows }, (_, row) => rows - 1 - row),
    ) as ArrayData;
  };
  const augment = (given: Dataset) => backwards(given as ArrayData);
  const plain = await crossValidate(options);
  const testAugment = { rounds: 1, augment, invert: (prediction: ArrayData) => backwards(prediction) };
  const turned = await crossValidate({ ...options, testAugment });
  const apart = (other: ArrayData) =>
    Math.max(...other.data.map((value, i) => Math.abs(value - plain.predictions.data[i])));
  assert.ok(apart(turned.predictions) < 1e-6, "the same as without, since nothing but the order changed");
  const mixedUp = await crossValidate({ ...options, testAugment: { rounds: 1, augment } });
  assert.ok(apart(mixedUp.predictions) > 0.01);
  const cut = {
    ...testAugment,
    invert: (prediction: ArrayData) => takeSamples(prediction, [0]) as ArrayData,
  };
  await assert.rejects(
    crossValidate({ ...options, testAugment: cut }),
    /changed copy 1 must give \[30,3\], got \[1,3\]/,
  );
});

test("pseudo-labels train each fold on its own sure predictions of the test samples", async () => {
  const options = { ...runOptions({ epochs: 6 }), test: unseen };
  const plain = await crossValidate(options);
  const none = await crossValidate({ ...options, pseudoLabels: { threshold: 1.1 } });
  assert.equal(bytes(none.predictions), bytes(plain.predictions), "no sure samples change nothing");
  const folder = path.join(directory, "pseudo");
  const some = await crossValidate({ ...options, pseudoLabels: { threshold: 0.6 }, directory: folder });
  assert.notEqual(bytes(some.predictions), bytes(plain.predictions));
  assert.ok(some.scores.accuracy > 0.5);
  const again = await crossValidate({ ...options, pseudoLabels: { threshold: 0.6 }, directory: folder });
  assert.equal(bytes(again.predictions), bytes(some.predictions));
});

test("a test sample whose prediction is no number becomes no pseudo-label", () => {
  const train: FitData = {
    x: { data: Float32Array.of(3, 4), shape: [2, 1] },
    y: { data: Int32Array.of(0, 1), shape: [2] },
  };
  const joined = withPseudoLabels(train, {
    test: { data: Float32Array.of(Number.NaN, 7), shape: [2, 1] },
    prediction: { data: Float32Array.of(Number.NaN, Number.NaN, 0.1, 0.9), shape: [2, 2] },
    threshold: 0.7,
    soft: false,
  });
  assert.deepEqual(joined.x, { data: Float32Array.of(3, 4, 7), shape: [3, 1] });
  assert.deepEqual(joined.y, { data: Int32Array.of(0, 1, 1), shape: [3] });
});

test("a class that a fold cannot learn is warned of by its number", async (context) => {
  const said: string[] = [];
  context.mock.method(console, "warn", (text: string) => said.push(text));
  const rare = labels.slice();
  rare[0] = 3;
  const ends = Array.from({ length: samples }, (_, i) => i);
  const options = runOptions({
    epochs: 1,
    model: (seed) =>
      tf.sequential({
        layers: [
          tf.layers.dense({
            units: 4,
            inputShape: [4],
            activation: "softmax",
            kernelInitializer: tf.initializers.glorotUniform({ seed }),
          }),
        ],
      }),
  });
  await crossValidate({
    ...options,
    data: { x, y: { data: rare, shape: [samples] } },
    groups: undefined,
    folds: [
      { train: Int32Array.from(ends.slice(48)), validation: Int32Array.from(ends.slice(0, 48)) },
      { train: Int32Array.from(ends.slice(0, 48)), validation: Int32Array.from(ends.slice(48)) },
    ],
  });
  assert.equal(said.length, 1);
  assert.match(said[0], /Fold 1: class 3 .* is not in the training part/);
});

test("soft pseudo-labels are not cut to whole numbers", () => {
  const given = {
    test: { data: Float32Array.of(5), shape: [1, 1] },
    prediction: { data: Float32Array.of(0.75, 0.25), shape: [1, 2] },
    threshold: 0.7,
    soft: true,
  };
  const trainOn = (Values: typeof Float32Array | typeof Int32Array): FitData => ({
    x: { data: Float32Array.of(3, 4), shape: [2, 1] },
    y: { data: Values.of(1, 0, 0, 1), shape: [2, 2] },
  });
  const joined = withPseudoLabels(trainOn(Float32Array), given);
  assert.deepEqual(joined.y, { data: Float32Array.of(1, 0, 0, 1, 0.75, 0.25), shape: [3, 2] });
  assert.throws(() => withPseudoLabels(trainOn(Int32Array), given), {
    name: "TypeError",
    message: /soft pseudo-labels: the truth must be a Float32Array.*got Int32Array/,
  });
});

test("what cannot be validated is refused", async () => {
  const options = runOptions({ epochs: 1 });
  const { data: _, ...without } = options;
  await assert.rejects(crossValidate({ ...without }), /data or prepare must be given, got neither/);
  await assert.rejects(
    crossValidate({ ...options, folds: kFold(samples, { folds }), groups: people }),
    /group .* is in train and in validation/,
  );
  await assert.rejects(crossValidate({ ...options, seeds: [] }), /one or more different numbers, got \[\]/);
  await assert.rejects(
    crossValidate({ ...options, prepare: () => ({ train: options.data! }) }),
    /prepare must give fold 0 validation samples, got none/,
  );
});

/** Runs the cross-validation of the support file in a process of its own; `killAfter` milliseconds of training, if given. */
function runProcess(folder: string, killAfter?: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ["--import", "tsx", path.join(__dirname, "support", "crossValidation.ts"), folder],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    child.stdout.once("data", () => {
      if (killAfter !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfter);
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code === 0));
  });
}

test("a run killed at random moments continues to the uninterrupted run's predictions, byte for byte", async () => {
  const options = { ...runOptions({ epochs: 8, mode: "compiled" }), test: unseen };
  const start = performance.now();
  const whole = await crossValidate(options);
  const wholeTime = performance.now() - start;
  const folder = path.join(directory, "killed");
  const random = randomSource(Number(process.env.PODIUM_KILL_SEED ?? 1));
  const kills = Number(process.env.PODIUM_KILLS ?? 2);
  let killed = 0;
  let longest = wholeTime / kills;
  for (let i = 0; killed < kills && i < 4 * kills; i++) {
    // Early in the work, so that something is left to kill the next time.
    if (!(await runProcess(folder, longest * random.uniform()))) killed++;
    else {
      // It was faster than this process, and has left nothing to go on with.
      rmSync(folder, { recursive: true });
      longest /= 2;
    }
  }
  assert.equal(killed, kills, "processes were killed in their work");
  assert.ok(await runProcess(folder));
  const continued = await crossValidate({ ...options, directory: folder });
  assert.equal(bytes(continued.predictions), bytes(whole.predictions));
  assert.equal(bytes(continued.test), bytes(whole.test));
  const lines = readFileSync(path.join(continued.directory!, "seed-0", "fold-0", "log.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).epoch),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
});

test("the caller's early stopping ends folds early beside the best weights kept", async () => {
  const fit = () => ({ optimizer: adam({ learningRate: 0.1 }), callbacks: [earlyStopping({ patience: 2 })] });
  const result = await crossValidate(runOptions({ epochs: 200, fit }));
  for (const run of result.runs) {
    assert.ok(run.epochs < 200);
    assert.match(run.stopReason!, /no better val_loss for 2 epochs/);
    assert.equal(run.keptEpoch, run.epochs - 3);
  }
  assert.equal(accuracyOf(result.predictions), result.scores.accuracy);
});

test("predictions too many for memory stay in the folds' files and are the same", async () => {
  const folder = path.join(directory, "many");
  const options = { ...runOptions({ epochs: 2 }), test: unseen, seeds: [0, 1] };
  const held = await crossValidate(options);
  const read = await crossValidate({ ...options, directory: folder, predictionMemory: 1000 });
  const files = readdirSync(path.join(read.directory!, "seed-1", "fold-2"));
  for (const name of ["validation", "test"]) {
    assert.ok(files.includes(`${name}.safetensors`));
    const file = readSafetensors(path.join(read.directory!, "seed-1", "fold-2", `${name}.safetensors`));
    assert.deepEqual(
      file.tensors.values.data,
      held.runs.at(-1)![name as "test"]!.data,
      "with a true checksum",
    );
  }
  const again = await crossValidate({ ...options, directory: folder, predictionMemory: 1000 });
  for (const other of [read, again]) {
    assert.equal(bytes(other.predictions), bytes(held.predictions));
    assert.equal(bytes(other.test), bytes(held.test));
    assert.deepEqual(other.scores, held.scores);
    for (const [i, run] of other.runs.entries()) {
      assert.equal(bytes(run.validation), bytes(held.runs[i].validation));
      assert.equal(bytes(run.test), bytes(held.runs[i].test));
    }
  }
  assert.deepEqual(takeSamples(read.predictions, [90, 3, 4]), takeSamples(held.predictions, [90, 3, 4]));
  const copies = {
    ...options,
    testAugment: { rounds: 1, augment: (given: Dataset) => given },
    directory: path.join(directory, "copies"),
    predictionMemory: 1000,
  };
  assert.equal(bytes((await crossValidate(copies)).predictions), bytes(held.predictions));
});

test("frames are changed some at a time, each piece with another seed, and folds view them", async () => {
  // 40 images of a mebibyte: pieces of 16.
  const images = frames(
    Uint8Array.from({ length: 40 << 20 }, (_, i) => (i >> 20) * 6),
    { shape: [40, 1024, 1024, 1], unit: "pixel" },
  );
  const seen: { samples: number; seed: number }[] = [];
  const result = await crossValidate({
    folds: [{ train: Int32Array.of(0, 1), validation: Int32Array.from({ length: 38 }, (_, i) => i + 2) }],
    data: { x: images, y: { data: new Float32Array(40), shape: [40, 1] } },
    estimator: network({
      model: () => {
        const input = tf.input({ shape: [1024, 1024, 1] });
        const pooled = tf.layers.globalAveragePooling2d({}).apply(input);
        const same = tf.layers.dense({ units: 1, kernelInitializer: "ones", useBias: false }).apply(pooled);
        return tf.model({ inputs: input, outputs: same as typeof input });
      },
      fit: { optimizer: adam({ learningRate: 0 }), loss: "mse", batchSize: 8, mode: "eager" },
    }),
    testAugment: {
      rounds: 1,
      augment: (x, { seed }) => {
        seen.push({ samples: x.shape[0], seed });
        return x;
      },
    },
    progress: false,
  });
  assert.deepEqual(
    seen.map((piece) => piece.samples),
    [16, 16, 6],
  );
  assert.equal(new Set(seen.map((piece) => piece.seed)).size, 3);
  assert.ok(Number.isNaN(result.predictions.data[0]));
  result.predictions.data.slice(2).forEach((value, i) => assert.ok(Math.abs(value - 6 * (i + 2)) < 1e-3));
});
