import {
  checkOptions,
  currentSignal,
  type HasFrame,
  type Series,
  series,
  showAs,
  shownPath,
  startProgress,
  summaryBundle,
  throwIfAborted,
} from "../core";
import type { RowWindows } from "../data";
import { cached, findFile, readWindows, refuseUnfinishedSample, requireFile } from "../data";
import { channels, fileNames, rate, steps } from "./layout";
import { readLabels, readSubjects } from "./readLabels";
import { type TableOptions, tableOf } from "./table";
import { readTemplate, type Template } from "./template";

/** The competition's data. */
export interface MotionData {
  /** Training windows `[windows, 600, 6]`, by ascending id. */
  readonly train: Series;
  /** Id of each training window. */
  readonly trainIds: Int32Array;
  /** Label of each training window, in `[0, labelNames.length)`. */
  readonly labels: Int32Array;
  /** Name of each label; as many as there are classes. */
  readonly labelNames: readonly string[];
  /** Test windows `[windows, 600, 6]`, by ascending id. */
  readonly test: Series;
  /** Id of each test window. */
  readonly testIds: Int32Array;
  /** Rows and columns that a submission must have. */
  readonly template: Template;
  /** Who wore the sensor in each training window, where `train_subjects.csv` says so. */
  readonly subjects?: Int32Array;
  /**
   * The windows as a danfojs frame, one row each: id, label, name and person of the training windows, mean and standard
   * deviation of every channel.
   */
  table(options?: TableOptions): ReturnType<HasFrame["toFrame"]>;
}

/** Options of {@link load}. */
export interface LoadOptions {
  /** Whether a parsed copy is kept and used the next time; default true. */
  cache?: boolean;
  /** Stops the loading; default: the notebook cell's signal. */
  signal?: AbortSignal;
}

/** Version of the parsed copies; to be raised when the parsing changes what it gives. */
const parserVersion = 1;

const names = (name: string) => [name, `${name}.gz`];

async function readCached(path: string, options: LoadOptions): Promise<RowWindows> {
  const { cache: enabled, signal } = options;
  return cached(path, {
    version: parserVersion,
    enabled,
    signal,
    read: async (): Promise<{ ids: Int32Array; data: Float32Array }> => {
      const progress = startProgress(`Read ${shownPath(path)}`, { unit: "MB" });
      try {
        const { ids, data } = await readWindows(path, {
          id: "id",
          step: "time",
          steps,
          values: channels,
          signal,
          onProgress: (bytes, rows) => progress.update(Math.round(bytes / 1e6), `${rows} rows`),
        });
        return { ids, data };
      } finally {
        progress.end();
      }
    },
  });
}

function describe(data: MotionData) {
  const counts = new Int32Array(data.labelNames.length);
  for (const label of data.labels) counts[label]++;
  const order = Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a]);
  const [most, least] = [order[0], order.filter((label) => counts[label] > 0).at(-1)!];
  const shape = (part: Series) =>
    `[${part.shape.join(", ")}] float32, ${part.rate} Hz, ${part.channels.join(" ")}`;
  const lines: [string, string][] = [
    ["train", shape(data.train)],
    ["test", shape(data.test)],
    ["classes", `${data.labelNames.length}`],
    ["largest", `${data.labelNames[most]}: ${counts[most]} windows`],
    ["smallest", `${data.labelNames[least]}: ${counts[least]} windows`],
  ];
  if (data.subjects) lines.push(["subjects", `${new Set(data.subjects).size}`]);
  return summaryBundle("Motion data", lines);
}

/**
 * Loads the motion competition's folder: `train_features.csv`, `test_features.csv`, `train_labels.csv` and
 * `sample_submission.csv`, each plain or with `.gz`, and `train_subjects.csv` if it is there.
 *
 * Rows may lie in any order. Parsed features are kept in `.podium` beside the files (or in the user's cache folder where
 * that cannot be written), so that the next load is near instant; the copy is not used once a file has changed.
 *
 * @param directory the folder
 * @returns windows float32 `[windows, 600, 6]` in g and degrees per second at 50 Hz, ids, labels and the template
 * @throws {TypeError} if an option is unknown
 * @throws {Error} if a file is missing
 * @throws {SyntaxError} with file and line, if a file is malformed, a time step is missing or repeated, an id has no
 *   label or a label no id, or test ids and template differ
 * @example
 * const competition = await motion.load("data/motion");
 * competition.train.shape; // [windows, 600, 6]
 */
export async function load(directory: string, options: LoadOptions = {}): Promise<MotionData> {
  checkOptions(options, { cache: [true, false], signal: "any" }, { action: `load ${directory}` });
  const { cache = true, signal = currentSignal() } = options;
  await refuseUnfinishedSample(directory);
  const trainPath = await requireFile(directory, names(fileNames.train));
  const testPath = await requireFile(directory, names(fileNames.test));
  const labelPath = await requireFile(directory, names(fileNames.labels));
  const templatePath = await requireFile(directory, names(fileNames.template));
  const subjectPath = await findFile(directory, names(fileNames.subjects));

  // The small files come first: what is wrong with them shows at once.
  const template = await readTemplate(templatePath, { signal });
  const train = await readCached(trainPath, { cache, signal });
  const { labels, labelNames } = await readLabels(labelPath, {
    ids: train.ids,
    classes: template.columns.length,
    classesPath: templatePath,
    idsPath: trainPath,
    signal,
  });
  const subjects =
    subjectPath && (await readSubjects(subjectPath, { ids: train.ids, idsPath: trainPath, signal }));
  const test = await readCached(testPath, { cache, signal });
  template.requireIds(test.ids, testPath);
  throwIfAborted(signal);

  const asSeries = (windows: RowWindows) => series(windows.data, { steps, channels, rate });
  const data: MotionData = {
    train: asSeries(train),
    trainIds: train.ids,
    labels,
    labelNames,
    test: asSeries(test),
    testIds: test.ids,
    template,
    ...(subjects ? { subjects } : {}),
    table(choice) {
      return tableOf(this, choice);
    },
  };
  return showAs(data, () => describe(data));
}
