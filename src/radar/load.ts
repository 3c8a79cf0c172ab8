import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  checkOptions,
  currentSignal,
  type Frames,
  type HasFrame,
  sampleOf,
  showAs,
  shownPath,
  startProgress,
  summaryBundle,
  throwIfAborted,
} from "../core";
import {
  cut,
  decodePixels,
  emptyFrames,
  findFile,
  mostFileBytes,
  readFrames,
  readTar,
  refuseUnfinishedSample,
  requireFile,
  type SampleShape,
} from "../data";
import { joinFrames } from "./joinFrames";
import { extent, minutesBetween, parts, sampleName, templateName, testTimes, trainTimes } from "./layout";
import { type TableOptions, tableOf } from "./table";
import { readTemplate, type Template } from "./template";

/** The competition's data. */
export interface RadarData {
  /** Training frames uint8 `[samples, 120, 120, 5]`; the last time is the one to predict. */
  readonly train: Frames<Uint8Array>;
  /** File name of each training sample. */
  readonly trainNames: readonly string[];
  /** Test frames uint8 `[samples, 120, 120, 4]`. */
  readonly test: Frames<Uint8Array>;
  /** File name of each test sample. */
  readonly testNames: readonly string[];
  /** Which weather event each training sample is of, by the number of its folder, where several were loaded. */
  readonly events?: Int32Array;
  /** Rows that a submission must have, where `sample_submission.csv` is there. */
  readonly template?: Template;
  /**
   * The samples as a danfojs frame, one row each: file, mean rain, share of wet pixels, greatest pixel and trend of the
   * inputs, rain at the dams, and those of the image to predict.
   */
  table(options?: TableOptions): ReturnType<HasFrame["toFrame"]>;
}

/** Which samples of a part: the first so many, or those with these numbers, in this order. */
export type SampleChoice = number | readonly number[];

/** Options of {@link load}. */
export interface LoadOptions {
  /** Which training samples; default all. */
  train?: SampleChoice;
  /** Which test samples; default all. */
  test?: SampleChoice;
  /** Reads under way at once; default 8. */
  concurrency?: number;
  /** Stops the loading; default: the notebook cell's signal. */
  signal?: AbortSignal;
}

type Part = keyof typeof parts;

/** The numbers of the chosen samples. */
function choose(part: Part, count: number, choice: SampleChoice | undefined): number[] {
  if (choice === undefined) return Array.from({ length: count }, (_, index) => index);
  if (typeof choice === "number") {
    if (!(Number.isInteger(choice) && choice > 0)) {
      throw new RangeError(
        `Cannot load the ${part} samples: their number must be whole and positive, got ${choice}`,
      );
    }
    return Array.from({ length: Math.min(count, choice) }, (_, index) => index);
  }
  for (const index of choice) {
    if (!(Number.isInteger(index) && index >= 0 && index < count)) {
      throw new RangeError(
        `Cannot load the ${part} samples: numbers must be whole and in [0, ${count}), got ${index}`,
      );
    }
  }
  return [...choice];
}

/** The number of the sample that a file name is of. */
function sampleNumber(part: Part, name: string, where: string, place = ""): number {
  const digits = new RegExp(`^${part}_(\\d{5})\\.npy$`).exec(name)?.[1];
  if (digits !== undefined) return Number(digits);
  throw new Error(
    `Cannot load ${where}: its files must be named ${sampleName(part, 0)} and so on, got ${cut(name)}${place}`,
  );
}

/** Requires that the names are those of samples 0, 1, 2 … without gap; returns how many. */
function countNames(part: Part, names: readonly string[], where: string): number {
  for (const name of names) sampleNumber(part, name, where);
  if (names.length === 0)
    throw new Error(`Cannot load ${where}: it must hold ${sampleName(part, 0)} and so on, got none`);
  const sorted = [...names].sort();
  const gap = sorted.findIndex((name, index) => name !== sampleName(part, index));
  if (gap >= 0) {
    throw new Error(
      `Cannot load ${where}: no file may be missing, got no ${sampleName(part, gap)} before ${sorted[gap]}`,
    );
  }
  return names.length;
}

interface Chosen {
  readonly frames: Frames<Uint8Array>;
  /** Number of each sample. */
  readonly chosen: readonly number[];
}

async function readFolder(
  part: Part,
  folder: string,
  shape: SampleShape,
  options: LoadOptions,
): Promise<Chosen> {
  const held = (await readdir(folder)).filter((name) => !name.startsWith("."));
  // The competition's archive unpacks to train/train.
  if (held.length === 1 && held[0] === part && (await stat(join(folder, part))).isDirectory()) {
    return readFolder(part, join(folder, part), shape, options);
  }
  const chosen = choose(part, countNames(part, held, folder), options[part]);
  const progress = startProgress(`Read ${shownPath(folder)}`, { total: chosen.length, unit: "files" });
  try {
    const frames = await readFrames(
      chosen.map((index) => join(folder, sampleName(part, index))),
      {
        shape,
        concurrency: options.concurrency,
        signal: options.signal,
        onProgress: (done) => progress.update(done),
      },
    );
    return { frames, chosen };
  } finally {
    progress.end();
  }
}

async function readArchive(
  part: Part,
  archive: string,
  shape: SampleShape,
  options: LoadOptions,
): Promise<Chosen> {
  const { signal } = options;
  const progress = startProgress(`Read ${shownPath(archive)}`, { unit: "files" });
  try {
    const names: string[] = [];
    const samples = new Map<number, Uint8Array>();
    const choice = options[part];
    const wanted = typeof choice === "object" ? new Set(choice) : undefined;
    const samplesAt = new Set<number>();
    for await (const { name, bytes, header } of readTar(archive, {
      signal,
      mostEntryBytes: mostFileBytes(shape),
    })) {
      const file = name.split("/").at(-1)!;
      if (file.startsWith(".")) continue; // As in folders; macOS packs such entries beside the files.
      const index = sampleNumber(part, file, archive, ` (header ${header})`);
      if (samplesAt.has(index))
        throw new Error(
          `Cannot load ${archive}: each file must come once, got ${file} twice (header ${header})`,
        );
      samplesAt.add(index);
      names.push(file);
      if (wanted ? wanted.has(index) : typeof choice !== "number" || index < choice) {
        const into = new Uint8Array(shape[0] * shape[1] * shape[2]);
        decodePixels(bytes, { into, shape, name: `${archive}:${name}` });
        samples.set(index, into);
      }
      progress.update(names.length);
    }
    const chosen = choose(part, countNames(part, names, archive), choice);
    const frames = emptyFrames(chosen.length, shape);
    for (const [at, index] of chosen.entries()) {
      throwIfAborted(signal);
      sampleOf(frames, at).set(samples.get(index)!);
    }
    return { frames, chosen };
  } finally {
    progress.end();
  }
}

async function readPart(part: Part, directory: string, options: LoadOptions) {
  const shape: SampleShape = [extent, extent, part === "train" ? trainTimes : testTimes];
  const path = await requireFile(directory, [part, `${part}.tar.gz`, `${part}.tgz`, `${part}.tar`]);
  const read = (await stat(path)).isDirectory() ? readFolder : readArchive;
  const { frames, chosen } = await read(part, path, shape, options);
  return { frames, names: chosen.map((index) => sampleName(part, index)), path };
}

function describe(data: RadarData) {
  const { train, test } = data;
  const bytes = [...train.shards, ...test.shards].reduce((sum, shard) => sum + shard.byteLength, 0);
  const events = new Set(data.events).size;
  const times = (count: number) =>
    Array.from({ length: count }, (_, time) => (time - (testTimes - 1)) * minutesBetween).join(", ");
  return summaryBundle("Radar data", [
    ["train", `[${train.shape.join(", ")}] uint8, minutes ${times(trainTimes)}`],
    ["test", `[${test.shape.join(", ")}] uint8, minutes ${times(testTimes)}`],
    ...(events > 1 ? [["events", `${events} in the training samples`] as [string, string]] : []),
    ["memory", `${(bytes / 2 ** 20).toFixed(0)} MiB in ${train.shards.length + test.shards.length} shards`],
    ["template", data.template ? `${data.template.names.length} rows` : "none"],
  ]);
}

/**
 * Loads the radar competition's folder: `train/` and `test/` with one `.npy` a sample (also nested, as `train/train/`,
 * or packed, as `train.tar.gz`), and `sample_submission.csv`, plain or with `.gz`, if it is there.
 *
 * Files may be of any number type and order; pixels are checked to be whole numbers in [0, 255] and kept as uint8 in
 * shards of 256 MiB.
 *
 * Of several folders, each of another weather event, the training samples lie behind each other, and `events` says which
 * is of which; test samples are the first folder's.
 *
 * @param directory the folder, or several; `options.train` then chooses in each
 * @returns frames uint8 `[samples, 120, 120, times]`, unit "pixel", and the files' names
 * @throws {TypeError} if an option is unknown
 * @throws {Error} if a folder, file or number is missing or one is there that does not belong
 * @throws {SyntaxError} that names the file, if one is malformed, cut off, of another shape or of Python objects
 * @throws {RangeError} that names the file, if a value is no whole number in [0, 255]
 * @example
 * const competition = await radar.load("data/radar", { train: 1000 });
 * competition.train.shape; // [samples, 120, 120, 5]
 */
export async function load(
  directory: string | readonly string[],
  options: LoadOptions = {},
): Promise<RadarData> {
  const [first, ...others] = typeof directory === "string" ? [directory] : directory;
  if (first === undefined) throw new RangeError("Cannot load radar data: need a folder at least, got none");
  const data = await loadFolder(first, options);
  if (others.length === 0) return data;
  const parts: { frames: Frames<Uint8Array>; names: readonly string[] }[] = [
    { frames: data.train, names: data.trainNames },
  ];
  for (const other of others) {
    await refuseUnfinishedSample(other);
    parts.push(await readPart("train", other, { ...options, signal: options.signal ?? currentSignal() }));
  }
  const joined: RadarData = {
    ...data,
    train: joinFrames(parts.map(({ frames }) => frames)),
    trainNames: parts.flatMap(({ names }) => names),
    events: Int32Array.from(parts.flatMap(({ names }, event) => names.map(() => event))),
  };
  return showAs(joined, () => describe(joined));
}

async function loadFolder(directory: string, options: LoadOptions): Promise<RadarData> {
  checkOptions(
    options,
    { train: "any", test: "any", concurrency: { whole: true, low: 1, high: 1024 }, signal: "any" },
    { action: `load ${directory}` },
  );
  const { signal = currentSignal() } = options;
  await refuseUnfinishedSample(directory);
  const templatePath = await findFile(directory, [templateName, `${templateName}.gz`]);
  const template = templatePath ? await readTemplate(templatePath, { signal }) : undefined;
  const test = await readPart(parts.test, directory, { ...options, signal });
  if (template && options.test === undefined)
    requireSameNames(template.names, test.names, templatePath!, test.path);
  const train = await readPart(parts.train, directory, { ...options, signal });
  const data: RadarData = {
    train: train.frames,
    trainNames: train.names,
    test: test.frames,
    testNames: test.names,
    ...(template ? { template } : {}),
    table(choice) {
      return tableOf(this, choice);
    },
  };
  return showAs(data, () => describe(data));
}

function requireSameNames(
  wanted: readonly string[],
  names: readonly string[],
  templatePath: string,
  path: string,
): void {
  const there = new Set(names);
  const missing = wanted.find((name) => !there.has(name));
  if (missing !== undefined) {
    throw new Error(
      `Cannot load ${path}: it must hold every file that ${templatePath} names, got no ${missing}`,
    );
  }
  const listed = new Set(wanted);
  const extra = names.find((name) => !listed.has(name));
  if (extra !== undefined) {
    throw new Error(`Cannot load ${path}: it must hold only files that ${templatePath} names, got ${extra}`);
  }
}
