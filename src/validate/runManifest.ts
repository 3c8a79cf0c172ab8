import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Dataset } from "../core/array";
import { atomicWrite } from "../core/atomicFile";
import type { PreparedFold } from "../core/estimator";
import { checksumOf, checksumOfSamples } from "../core/samples";
import { makeSource } from "../core/source";
import type { CrossValidateOptions, FoldFitOptions } from "./crossValidateOptions";

/** What must be the same for a run to be continued, by name. */
type Manifest = Readonly<Record<string, unknown>>;

/** What a fit's settings are, as far as they can be told. */
function settingsManifest({ optimizer, loss, epochs = 1, batchSize = 32 }: FoldFitOptions): Manifest {
  return {
    optimizer: { name: optimizer.name, learningRate: optimizer.learningRate, ...optimizer.config },
    loss: typeof loss === "string" ? loss : (loss.lossName ?? "a function"),
    epochs,
    batchSize,
  };
}

function manifestOf(options: CrossValidateOptions, settings: FoldFitOptions, samples: number): Manifest {
  const {
    folds,
    seeds = [0],
    data,
    keep = "best",
    monitor = "val_loss",
    pseudoLabels,
    testAugment,
    settings: others,
  } = options;
  const { x, y } = data ?? {};
  const size = (dataset: { shape: readonly number[] } | undefined) => dataset?.shape.join(" x ") ?? "none";
  const parts = folds.flatMap((fold) => [fold.train, fold.validation]);
  return {
    samples,
    folds: `${folds.length} folds, checksum ${parts.reduce((sum, part) => checksumOf(part, sum), 0)}`,
    seeds: [...seeds],
    x: size(x),
    y: y ? `${size(y)}, checksum ${checksumOfSamples(makeSource(y), samples)}` : "none",
    test: size(options.test),
    ...settingsManifest(settings),
    keep,
    monitor,
    pseudoLabels: pseudoLabels ? { ...pseudoLabels } : "none",
    testAugment: testAugment?.rounds ?? 0,
    ...(others && { settings: others }),
  };
}

/**
 * Checks that a run was begun with the same, as far as it is known: earlier versions told less.
 *
 * @throws {RangeError} naming the first entry that differs
 */
export function refuseOther(begun: Manifest, run: { manifest: Manifest; directory: string }): void {
  const { manifest, directory } = run;
  for (const [name, value] of Object.entries(manifest)) {
    if (!Object.hasOwn(begun, name)) continue;
    const [was, is] = [JSON.stringify(begun[name]), JSON.stringify(value)];
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
function claim(file: string, manifest: Manifest): void {
  const directory = path.dirname(file);
  if (!existsSync(file)) {
    atomicWrite(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
    return;
  }
  let begun: Manifest;
  try {
    begun = JSON.parse(readFileSync(file, "utf8")) as Manifest;
  } catch (cause) {
    throw new SyntaxError(`Cannot continue the run in ${directory}: ${file} must be JSON`, { cause });
  }
  refuseOther(begun, { manifest, directory });
}

/**
 * Claims the folder of a run, or checks that it is this run's.
 *
 * @throws {RangeError} naming the first setting that differs from the begun run's
 * @throws {SyntaxError} if the folder's `run.json` is damaged
 */
export function claimDirectory(
  options: CrossValidateOptions,
  settings: FoldFitOptions,
  samples: number,
): void {
  const { directory } = options;
  if (directory === undefined) return;
  claim(path.join(directory, "run.json"), manifestOf(options, settings, samples));
}

/** The file that says what a fold was begun with. */
function foldFile(directory: string): string {
  return path.join(directory, "fold.json");
}

/** Whether it is known what a fold was begun with: not where an earlier version began it, or nobody has. */
export function isFoldClaimed(directory: string): boolean {
  return existsSync(foldFile(directory));
}

/**
 * Claims the folder of a fold, or checks that it was begun with these settings and, where given, data.
 *
 * @throws {RangeError} naming the first part of the data, or setting, that differs
 * @throws {SyntaxError} if the folder's `fold.json` is damaged
 */
export function claimFold(
  directory: string,
  { settings, prepared }: { settings: FoldFitOptions; prepared?: PreparedFold },
): void {
  claim(foldFile(directory), { ...(prepared && describeFold(prepared)), ...settingsManifest(settings) });
}

/** Bytes of a data set that are looked at where it has more: a fold's data must not take long to recognise. */
const checkedBytes = 1 << 22;

/** Shape, type and checksum: of all samples, or of as many as a few mebibytes hold. */
function describe(dataset: Dataset): string {
  const source = makeSource(dataset);
  const { samples, sampleShape, size, dtype } = source;
  const fitting = Math.floor(checkedBytes / (size * (dtype === "uint8" ? 1 : 4)));
  const count = Math.min(samples, Math.max(1, fitting));
  const of = count < samples ? ` of ${count} samples` : "";
  return `${[samples, ...sampleShape].join(" x ")} ${dtype}, checksum${of} ${checksumOfSamples(source, count)}`;
}

/** What a fold's data are, part by part, so that others of the same size are told apart. */
export function describeFold({ train, validation, test }: PreparedFold): Record<string, string> {
  const { sampleWeight } = train;
  const parts = {
    "train x": train.x,
    "train y": train.y,
    "train sampleWeight": sampleWeight && {
      data: Float32Array.from(sampleWeight),
      shape: [sampleWeight.length],
    },
    "validation x": validation?.x,
    "validation y": validation?.y,
    test,
  };
  return Object.fromEntries(
    Object.entries(parts).map(([name, dataset]) => [name, dataset ? describe(dataset) : "none"]),
  );
}
