import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { crc32 } from "node:zlib";
import { atomicWrite } from "./atomicWrite";
import type { CrossValidateOptions, FoldFitOptions } from "./crossValidateOptions";
import { makeSource } from "./source";

/** What must be the same for a run to be continued, by name. */
type Manifest = Readonly<Record<string, unknown>>;

function checksum(...arrays: readonly ArrayBufferView[]): number {
  return arrays.reduce((sum, { buffer, byteOffset, byteLength }) => {
    // zlib starts anew where it is handed no bytes.
    return byteLength === 0 ? sum : crc32(new Uint8Array(buffer, byteOffset, byteLength), sum);
  }, 0);
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
  } = options;
  const { optimizer, loss, epochs = 1, batchSize = 32 } = settings;
  const { x, y } = data ?? {};
  const size = (dataset: { shape: readonly number[] } | undefined) => dataset?.shape.join(" x ") ?? "none";
  return {
    samples,
    folds: `${folds.length} folds, checksum ${checksum(...folds.flatMap((fold) => [fold.train, fold.validation]))}`,
    seeds: [...seeds],
    x: size(x),
    y: y
      ? `${size(y)}, checksum ${checksum(makeSource(y).take(Int32Array.from({ length: samples }, (_, i) => i)))}`
      : "none",
    test: size(options.test),
    optimizer: { name: optimizer.name, learningRate: optimizer.learningRate, ...optimizer.config },
    loss: typeof loss === "string" ? loss : (loss.lossName ?? "a function"),
    epochs,
    batchSize,
    keep,
    monitor,
    pseudoLabels: pseudoLabels ? { ...pseudoLabels } : "none",
    testAugment: testAugment?.rounds ?? 0,
  };
}

/**
 * Claims a folder for a run: writes what the run is, or checks that it is the run that the folder was begun with.
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
  const file = path.join(directory, "run.json");
  const manifest = manifestOf(options, settings, samples);
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
  for (const [name, value] of Object.entries(manifest)) {
    const [was, is] = [JSON.stringify(begun[name]), JSON.stringify(value)];
    if (was !== is) {
      throw new RangeError(
        `Cannot continue the run in ${directory}: ${name} must be ${was} as it was begun with, got ${is}; take another folder for another run`,
      );
    }
  }
}
