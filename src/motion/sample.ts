import { join } from "node:path";
import {
  checkOptions,
  currentSignal,
  type RandomSource,
  randomSource,
  startProgress,
  throwIfAborted,
  writeFileAtomic,
} from "../core";
import { writeDecimal, writeSampleFolder } from "../data";
import { labelCounts, labelNames } from "./labels";
import { channels, fileNames, steps } from "./layout";
import { type MotionSimulator, motionSimulator, NON_EXERCISE } from "./simulate";

/** Options of {@link writeSample}. */
export interface SampleOptions {
  /** Training windows; default 300, the competition has 3125. */
  windows?: number;
  /** Test windows; default 80, the competition has 782. */
  testWindows?: number;
  /** Classes: the competition's most frequent ones; default 12, the competition has 61. */
  classes?: number;
  /** People in the training windows; the test windows are of three others. Default 8. */
  subjects?: number;
  /** The same seed gives the same files; default 0. */
  seed?: number;
  /** Stops the writing; default: the notebook cell's signal. */
  signal?: AbortSignal;
}

/** To be raised when the same options give other files. */
const generatorVersion = 1;
const testSubjects = 3;

/** The most frequent labels, in the competition's order. */
function chooseLabels(classes: number): number[] {
  return Array.from(labelCounts.keys())
    .sort((a, b) => labelCounts[b] - labelCounts[a] || a - b)
    .slice(0, classes)
    .sort((a, b) => a - b);
}

/**
 * How many windows each label has: shares as in the competition, about half without exercise however few the classes,
 * and `least` at least.
 */
function countWindows(labels: readonly number[], windows: number, least: number): number[] {
  const total = labelCounts.reduce((sum, count) => sum + count, 0);
  const rest = labels.reduce((sum, label) => sum + (label === NON_EXERCISE ? 0 : labelCounts[label]), 0);
  const still = labelCounts[NON_EXERCISE] / total;
  const exact = labels.map((label) =>
    label === NON_EXERCISE ? windows * still : (windows * (1 - still) * labelCounts[label]) / rest,
  );
  const counts = exact.map((count) => Math.max(least, Math.floor(count)));
  // What rounding left over or took goes where it is missed most.
  for (
    let over = counts.reduce((sum, count) => sum + count, 0) - windows;
    over !== 0;
    over -= Math.sign(over)
  ) {
    const need = counts.map(
      (count, index) => (count - exact[index]) * Math.sign(over) - (over > 0 && count <= least ? 1e9 : 0),
    );
    counts[need.indexOf(Math.max(...need))] -= Math.sign(over);
  }
  return counts;
}

interface Row {
  id: number;
  /** Index into the sample's labels. */
  label: number;
  subject: number;
}

function drawRows(
  labels: readonly number[],
  options: {
    windows: number;
    firstId: number;
    subjects: readonly number[];
    least: number;
    random: RandomSource;
  },
): Row[] {
  const { windows, firstId, subjects, least, random } = options;
  const drawn = countWindows(labels, windows, least).flatMap((count, label) =>
    new Array<number>(count).fill(label),
  );
  random.shuffle(drawn);
  return drawn.map((label, row) => ({
    id: firstId + row,
    label,
    subject: subjects[random.integer(0, subjects.length)],
  }));
}

/** The feature file of some rows, one window a piece. */
async function* encodeFeatures(
  rows: readonly Row[],
  labels: readonly number[],
  options: { simulator: MotionSimulator; random: RandomSource; onWindow: () => void },
): AsyncGenerator<Uint8Array> {
  const { simulator, random, onWindow } = options;
  yield Buffer.from(`id,time,${channels.join(",")}\n`);
  const width = channels.length;
  for (const { id, label, subject } of rows) {
    const values = simulator.window(labels[label], subject, random.fork(id));
    const bytes = Buffer.allocUnsafe(steps * (24 + width * 24));
    let at = 0;
    for (let step = 0; step < steps; step++) {
      at += bytes.write(`${id},${step}`, at, "latin1");
      for (let channel = 0; channel < width; channel++) {
        bytes[at++] = 44;
        at = writeDecimal(bytes, at, values[step * width + channel]);
      }
      bytes[at++] = 10;
    }
    onWindow();
    yield bytes.subarray(0, at);
  }
}

function quote(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Writes simulated data in the motion competition's layout (and `train_subjects.csv`): the competition's label names
 * and imbalance, periodic arm movement with each person's style, gravity and noise.
 *
 * The same options always give the same files. A folder that holds them whole is left as it is; one that was cut off is
 * refused by {@link load} and written anew here.
 *
 * @param directory an empty or new folder, or one that holds this very sample data
 * @param options sizes and seed; see {@link SampleOptions}
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a size is out of range
 * @throws {Error} if the folder holds other files, or sample data of other options: none of them is touched
 * @example
 * await motion.writeSample("sample/motion");
 * const competition = await motion.load("sample/motion");
 */
export async function writeSample(directory: string, options: SampleOptions = {}): Promise<void> {
  const most = { whole: true, high: 1_000_000 };
  checkOptions(
    options,
    {
      classes: { whole: true, low: 2, high: labelNames.length },
      windows: { ...most, low: 3 * (options.classes ?? 12) },
      testWindows: { ...most, low: options.classes ?? 12 },
      subjects: { whole: true, low: 1, high: 1000 },
      seed: { whole: true },
      signal: "any",
    },
    { action: "write sample data" },
  );
  const {
    windows = 300,
    testWindows = 80,
    classes = 12,
    subjects = 8,
    seed = 0,
    signal = currentSignal(),
  } = options;
  const recipe = {
    generator: "motion",
    version: generatorVersion,
    windows,
    testWindows,
    classes,
    subjects,
    seed,
  };
  await writeSampleFolder(directory, recipe, async () => {
    const random = randomSource(seed).fork("motion sample");
    const simulator = motionSimulator(seed);
    const labels = chooseLabels(classes);
    const people = Array.from({ length: subjects + testSubjects }, (_, person) => person);
    const train = drawRows(labels, {
      windows,
      firstId: 0,
      subjects: people.slice(0, subjects),
      least: 3,
      random: random.fork("train"),
    });
    const test = drawRows(labels, {
      windows: testWindows,
      firstId: windows,
      subjects: people.slice(subjects),
      least: 1,
      random: random.fork("test"),
    });
    const progress = startProgress("Write sample windows", { total: windows + testWindows, unit: "windows" });
    let done = 0;
    const onWindow = () => progress.update(++done);
    const write = async (name: string, content: Iterable<string> | AsyncIterable<Uint8Array>) => {
      throwIfAborted(signal);
      await writeFileAtomic(join(directory, name), content, { signal });
    };
    try {
      await write(fileNames.train, encodeFeatures(train, labels, { simulator, random, onWindow }));
      await write(fileNames.test, encodeFeatures(test, labels, { simulator, random, onWindow }));
      const names = labels.map((label) => quote(labelNames[label]));
      await write(fileNames.labels, [
        "id,label,label_desc\n",
        ...train.map(({ id, label }) => `${id},${label},${names[label]}\n`),
      ]);
      await write(fileNames.subjects, [
        "id,subject\n",
        ...train.map(({ id, subject }) => `${id},${subject}\n`),
      ]);
      await write(fileNames.template, [
        `id,${labels.map((_, label) => label).join(",")}\n`,
        ...test.map(({ id }) => `${id}${",0".repeat(classes)}\n`),
      ]);
    } finally {
      progress.end();
    }
  });
}
