import { existsSync } from "node:fs";
import path from "node:path";
import { type Dataset, truthOf } from "../core/array";
import { describeValue } from "../core/describe";
import type { PreparedFold } from "../core/estimator";
import { checksumOf, checksumOfSamples } from "../core/samples";
import { makeSource } from "../core/source";
import { readCheckedJson, writeCheckedJson } from "../data/checkedJson";
import type { CrossValidateOptions } from "./crossValidateOptions";

/** What must be the same for a run to be continued, by name. */
type Manifest = Readonly<Record<string, unknown>>;

function manifestOf(options: CrossValidateOptions, config: Manifest, samples: number): Manifest {
  const { folds, seeds = [0], data, estimator, pseudoLabels, testAugment } = options;
  const x = data?.x;
  const y = data && truthOf(data);
  const size = (dataset: { shape: readonly number[] } | undefined) => dataset?.shape.join(" x ") ?? "none";
  const parts = folds.flatMap((fold) => [fold.train, fold.validation]);
  return {
    samples,
    folds: `${folds.length} folds, checksum ${parts.reduce((sum, part) => checksumOf(part, sum), 0)}`,
    seeds: [...seeds],
    x: size(x),
    y: y ? `${size(y)}, checksum ${checksumOfSamples(makeSource(y), samples)}` : "none",
    test: size(options.test),
    estimator: estimator.name,
    ...config,
    pseudoLabels: pseudoLabels ? { ...pseudoLabels } : "none",
    testAugment: testAugment ? describeValue(testAugment) : "none",
  };
}

/**
 * Checks that a run was begun with the same.
 *
 * @throws {RangeError} naming the first entry that differs
 */
function refuseOther(begun: Manifest, run: { manifest: Manifest; directory: string }): void {
  const { manifest, directory } = run;
  for (const name of new Set([...Object.keys(manifest), ...Object.keys(begun)])) {
    const [was, is] = [begun, manifest].map((all) => JSON.stringify(all[name] ?? "none"));
    if (was !== is) {
      throw new RangeError(
        `Cannot continue the run in ${directory}: ${name} must be ${was} as it was begun with, got ${is}; take another folder for another run`,
      );
    }
  }
}

/**
 * Claims a folder: writes what it is begun with, or checks that it was begun with the same.
 *
 * @throws {RangeError} naming the first entry that differs
 * @throws {SyntaxError} if the file is damaged
 */
function claim(file: string, make: (begun: Manifest) => Manifest): void {
  const directory = path.dirname(file);
  if (!existsSync(file)) {
    writeCheckedJson(file, make({}));
    return;
  }
  const begun: Manifest = readCheckedJson(file);
  // What JSON makes of it: it has no undefined.
  const manifest = JSON.parse(JSON.stringify(make(begun))) as Manifest;
  refuseOther(begun, { manifest, directory });
}

/**
 * Claims the folder of a run, or checks that it is this run's.
 *
 * @throws {RangeError} naming the first setting that differs from the begun run's
 * @throws {SyntaxError} if the folder's `run.json` is damaged
 */
export function claimDirectory(options: CrossValidateOptions, config: Manifest, samples: number): void {
  const { directory } = options;
  if (directory === undefined) return;
  claim(path.join(directory, "run.json"), () => manifestOf(options, config, samples));
}

/** The file that says what a fold was begun with. */
function foldFile(directory: string): string {
  return path.join(directory, "fold.json");
}

/** Whether it is known what a fold was begun with: not where an earlier version began it, or nobody has. */
export function isFoldClaimed(directory: string): boolean {
  return existsSync(foldFile(directory));
}

/** The parts of a fold's data, by which they are told apart. */
function partsOf({ train, validation, test }: PreparedFold): Record<string, Dataset | undefined> {
  const { sampleWeight } = train;
  return {
    "train x": train.x,
    "train y": truthOf(train),
    "train sampleWeight": sampleWeight && {
      data: Float32Array.from(sampleWeight),
      shape: [sampleWeight.length],
    },
    "validation x": validation?.x,
    "validation y": validation && truthOf(validation),
    test,
  };
}

/** Bytes of a data set that are looked at where it has more and not all are. */
const checkedBytes = 1 << 22;

/** Shape, type and checksum: of all samples, or of as many, evenly spread, as a few mebibytes hold. */
function describe(dataset: Dataset, isWhole: boolean): string {
  const source = makeSource(dataset);
  const { samples, sampleShape, size, dtype } = source;
  const fitting = Math.floor(checkedBytes / (size * (dtype === "uint8" ? 1 : 4)));
  const count = isWhole ? samples : Math.min(samples, Math.max(1, fitting));
  const of = count < samples ? ` of ${count} samples` : "";
  return `${[samples, ...sampleShape].join(" x ")} ${dtype}, checksum${of} ${checksumOfSamples(source, count)}`;
}

/**
 * Claims the folder of a fold, or checks that it was begun with these settings and, where given, data.
 *
 * @param fold `isWhole`: whether every sample is looked at, and not only some, evenly spread. The first fold's train and
 *   validation parts are all samples together.
 * @throws {RangeError} naming the first part of the data, or setting, that differs
 * @throws {SyntaxError} if the folder's `fold.json` is damaged
 */
export function claimFold(
  directory: string,
  fold: { config: Manifest; prepared?: PreparedFold; isWhole: boolean },
): void {
  const { config, prepared, isWhole } = fold;
  claim(foldFile(directory), (begun) => {
    const parts = prepared ? partsOf(prepared) : {};
    const described = Object.entries(parts).map(([name, part]) => [
      name,
      part ? describe(part, isWhole) : "none",
    ]);
    // Where no data are at hand, they are taken to be the same.
    const data = prepared
      ? Object.fromEntries(described)
      : Object.fromEntries(Object.entries(begun).filter(([name]) => !(name in config)));
    return { ...data, ...config };
  });
}
