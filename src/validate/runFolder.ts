import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import { atomicWrite } from "../core/atomicFile";
import { describeValue, shortHash } from "../core/describe";
import type { FoldContext } from "../core/estimator";
import { lockFolder } from "../core/folderLock";
import { checksumOf } from "../core/samples";
import { shownPath } from "../core/shownPath";
import { firstUnits } from "../core/text";
import { readCheckedJson, writeCheckedJson } from "../data/checkedJson";
import { readSafetensors, writeSafetensors } from "../data/safetensors";
import type { CrossValidateOptions, RunIdentity } from "./crossValidateOptions";
import { type Differences, differences, differenceWords } from "./differences";
import type { Fold } from "./folds/folds";
import { trainingCount } from "./trainingCount";

/** What `run.json` says. */
export interface RunFile extends RunIdentity {
  readonly name: string;
  /** Date and time, ISO 8601. */
  readonly begun: string;
  /** The processor, and the cards that the machine has. */
  readonly device: string;
  /** Samples of each fold, and a checksum of which ones are validated. */
  readonly parts: readonly {
    readonly train: number;
    readonly validation: number;
    readonly checksum: number;
  }[];
}

/** What tells the sizes of folds. */
function partsOf(folds: readonly Fold[]): RunFile["parts"] {
  return folds.map(({ train, validation }) => ({
    train: train.length,
    validation: validation.length,
    checksum: checksumOf(validation),
  }));
}

/** What a run is told, in words, with the settings of every fold. */
export function configOf(
  options: CrossValidateOptions,
  contextOf: (seed: number, fold: number | undefined) => FoldContext,
): RunIdentity["config"] {
  const {
    folds,
    seeds = [0],
    estimator,
    pseudoLabels,
    testAugment,
    refit,
    seconds,
    clock = "wall",
  } = options;
  const parts = folds.flatMap((fold) => [fold.train, fold.validation]);
  const settings = estimator.config(contextOf(seeds[0], 0));
  const others = seeds.flatMap((seed) =>
    [...folds.keys(), ...(refit ? [undefined] : [])].flatMap((fold) => {
      const own = Object.entries(differences(settings, estimator.config(contextOf(seed, fold))));
      return own.map(([place, [, value]]) => [`${place} (seed ${seed}, ${partName(fold)})`, value ?? "none"]);
    }),
  );
  return {
    estimator: estimator.name,
    folds: `${folds.length} folds, checksum ${parts.reduce((sum, part) => checksumOf(part, sum), 0)}`,
    seeds: seeds.join(", "),
    settings: { ...settings, ...Object.fromEntries(others) },
    seconds: seconds === undefined ? "no end" : `${seconds / trainingCount(options)} a fit (${clock})`,
    pseudoLabels: pseudoLabels ? { ...pseudoLabels } : "none",
    testAugment: testAugment ? describeValue(testAugment) : "none",
  };
}

function partName(fold: number | undefined): string {
  return fold === undefined ? "all samples" : `fold ${fold + 1}`;
}

/** What the machine computes with. */
function deviceWords(): string {
  const cards = "/proc/driver/nvidia/gpus";
  const models = existsSync(cards)
    ? readdirSync(cards).flatMap((card) => {
        const file = path.join(cards, card, "information");
        const [, model] = /^Model:\s*(.+)$/m.exec(existsSync(file) ? readFileSync(file, "utf8") : "") ?? [];
        return model ? [model.trim()] : [];
      })
    : [];
  const all = cpus();
  return [`${all[0]?.model.trim() ?? "unknown processor"}, ${all.length} cores`, ...models].join("; ");
}

/** The file that says what a run is. */
export function runFile(directory: string): string {
  return path.join(directory, "run.json");
}

function foldsFile(directory: string): string {
  return path.join(directory, "folds.safetensors");
}

function writeFolds(
  directory: string,
  { folds, samples }: { folds: readonly Fold[]; samples: number },
): void {
  const tensors = folds.flatMap(({ train, validation }, fold) => [
    [`train ${fold}`, { data: train, shape: [train.length] }] as const,
    [`validation ${fold}`, { data: validation, shape: [validation.length] }] as const,
  ]);
  const metadata = { samples: String(samples) };
  writeSafetensors(foldsFile(directory), { tensors: Object.fromEntries(tensors), metadata });
}

/**
 * The folds of a run, and how many samples there are.
 *
 * @throws {SyntaxError} if the file is damaged
 */
export function readFolds(directory: string): { folds: Fold[]; samples: number } {
  const { tensors, metadata } = readSafetensors(foldsFile(directory));
  const at = (name: string) => tensors[name].data as Int32Array;
  const folds = Array.from({ length: Object.keys(tensors).length / 2 }, (_, fold) => ({
    train: at(`train ${fold}`),
    validation: at(`validation ${fold}`),
  }));
  return { folds, samples: Number(metadata.samples) };
}

/** The file of a finished run's scores of all predictions together. */
export function totalsFile(directory: string): string {
  return path.join(directory, "scores.json");
}

/**
 * What a run's folder says that it is.
 *
 * @throws {SyntaxError} if its `run.json` is damaged, or that of another program
 */
export function readRunFile(directory: string): RunFile {
  const read = readCheckedJson(runFile(directory)) as unknown as RunFile;
  if (typeof read.config !== "object" || typeof read.data !== "object") {
    throw new SyntaxError(`Cannot read ${runFile(directory)}: it must have config and data of a run`);
  }
  return read;
}

/** The runs that lie in a folder, less those whose files are damaged. */
function runsIn(directory: string): { folder: string; run: RunFile }[] {
  const folders = readdirSync(directory).filter((folder) =>
    existsSync(runFile(path.join(directory, folder))),
  );
  return folders.flatMap((folder) => {
    try {
      return [{ folder, run: readRunFile(path.join(directory, folder)) }];
    } catch {
      return [];
    }
  });
}

/** What differs between two runs, the estimator's settings by their own names. */
export function runDifferences(before: RunIdentity, now: RunIdentity): Differences {
  const [old, young] = [before, now].map(({ config: { settings, ...told }, data }) => ({
    ...told,
    ...(settings as object),
    ...data,
  }));
  return differences(old, young);
}

/** Says beside which run another begins, and what differs from it. */
function sayNew(folder: string, identity: RunIdentity, directory: string): void {
  const others = runsIn(directory).map((other) => {
    const found = runDifferences(other.run, identity);
    return { ...other, found, count: Object.keys(found).length };
  });
  const [nearest] = others.sort((a, b) => a.count - b.count || b.run.begun.localeCompare(a.run.begun));
  if (!nearest) return;
  const { estimator, ...found } = nearest.found;
  // The settings of another estimator are all others.
  const words = differenceWords(estimator ? { estimator } : found);
  console.log(
    `New run ${shownPath(path.join(directory, folder))}, beside ${nearest.folder}: ${words || "another name"}`,
  );
}

/** The file of the notebook's cells that had run when the run began. */
export function sourcesFile(directory: string): string {
  return path.join(directory, "cells.json");
}

/** Where the kernel tells the code of the cells that ran so far. */
const sourcesKey = Symbol.for("podium.sources");

function writeSources(directory: string): void {
  const cells = (globalThis as { [sourcesKey]?: readonly string[] })[sourcesKey];
  if (cells !== undefined && cells.length > 0) {
    atomicWrite(sourcesFile(directory), `${JSON.stringify({ cells }, undefined, 2)}\n`);
  }
}

/** The code of the cells that had run when a run began; none of a run that no notebook began. */
export function readSources(directory: string): string[] {
  const file = sourcesFile(directory);
  if (!existsSync(file)) return [];
  const { cells } = JSON.parse(readFileSync(file, "utf8")) as { cells?: unknown };
  if (Array.isArray(cells) && cells.every((cell) => typeof cell === "string")) return cells;
  throw new SyntaxError(`Cannot read ${file}: it must have cells, a list of texts`);
}

/**
 * Takes the folder that a run has under a directory, named by what the run is: made where it is lacking, saying how it
 * differs from the nearest run there.
 *
 * @returns the folder, and what gives it back
 * @throws {RangeError} if the folder says that it is another run
 * @throws {SyntaxError} if its `run.json` is damaged
 * @throws {Error} if another process has the run
 */
export async function takeRunFolder(
  directory: string,
  {
    name,
    folds,
    samples,
    ...identity
  }: RunIdentity & { name: string; folds: readonly Fold[]; samples: number },
): Promise<{ folder: string; release: () => void }> {
  // What JSON makes of it: it has no undefined.
  const { config, data } = JSON.parse(JSON.stringify(identity)) as RunIdentity;
  const plain = firstUnits(name.replace(/[^\p{L}\p{N}._-]+/gu, "-"), 60);
  const own = `${plain}-${shortHash(JSON.stringify([name, config, data])).slice(0, 8)}`;
  const folder = path.join(directory, own);
  const release = await lockFolder(folder, "cross-validate");
  try {
    if (!existsSync(runFile(folder))) {
      sayNew(own, { config, data }, directory);
      writeFolds(folder, { folds, samples });
      writeSources(folder);
      const begun = new Date().toISOString();
      writeCheckedJson(runFile(folder), {
        name,
        begun,
        device: deviceWords(),
        parts: partsOf(folds),
        config,
        data,
      });
    } else {
      const found = runDifferences(readRunFile(folder), { config, data });
      if (Object.keys(found).length > 0) {
        throw new RangeError(
          `Cannot continue the run in ${folder}: its run.json must be of the run that the folder is named after, got another: ${differenceWords(found)}`,
        );
      }
    }
    return { folder, release };
  } catch (error) {
    release();
    throw error;
  }
}
