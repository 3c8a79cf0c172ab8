import { existsSync } from "node:fs";
import path from "node:path";
import { type Dataset, truthOf } from "../core/array";
import type { PreparedFold } from "../core/estimator";
import { checksumOfSamples } from "../core/samples";
import { makeSource } from "../core/source";
import { readCheckedJson, writeCheckedJson } from "../data/checkedJson";
import type { Fold } from "./folds/folds";

/** The parts of a fold's data in words, by name. */
export type FoldDescription = Readonly<Record<string, string>>;

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

/** Bytes of a data set that are read where it has more and not all are. */
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
 * A fold's data in words, by which others are told from them.
 *
 * @param isWhole whether every sample is read, and not only some, evenly spread
 */
export function describeFold(prepared: PreparedFold, isWhole: boolean): FoldDescription {
  const parts = Object.entries(partsOf(prepared));
  return Object.fromEntries(parts.map(([name, part]) => [name, part ? describe(part, isWhole) : "none"]));
}

/** The folds beside the first whose samples, with the first's, are all that any fold has. */
export function foldsBeyondFirst(folds: readonly Fold[]): number[] {
  const seen = new Set<number>();
  const add = ({ train, validation }: Fold): boolean => {
    const before = seen.size;
    for (const part of [train, validation]) for (const sample of part) seen.add(sample);
    return seen.size > before;
  };
  add(folds[0]);
  // The last first: a series' last fold has them all.
  return folds.flatMap((_, i) => (i > 0 ? [folds.length - i] : [])).filter((fold) => add(folds[fold]));
}

/**
 * Writes of which data a fold is, or checks that those at hand are the same.
 *
 * @throws {RangeError} naming the first part of the data that differs
 * @throws {SyntaxError} if the folder's `fold.json` is damaged
 */
export function claimFold(directory: string, data: FoldDescription): void {
  const file = path.join(directory, "fold.json");
  if (!existsSync(file)) {
    writeCheckedJson(file, data);
    return;
  }
  const begun = readCheckedJson(file);
  for (const name of Object.keys(data)) {
    if (begun[name] !== data[name]) {
      throw new RangeError(
        `Cannot continue the run in ${directory}: ${name} must be ${begun[name]} as it was begun with, got ${data[name]}; prepare must make the same each time, and no file of the run be changed by hand`,
      );
    }
  }
}
