/** What the pairs share: the same training here and in Keras, seed by seed in turn, scored by one code. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import { randomSource } from "../../src/core/random";
import { readNpy, writeNpy } from "../../src/data";
import type { Fold } from "../../src/validate";
import type { PairFlags } from "./pairFlags";
import { type DifferenceTest, pairedTest, type WelchTest, welchTest } from "./welch";

/** Scores of one side and seed, by name. */
export type Scores = Readonly<Record<string, number>>;

/** An out-of-fold prediction `[samples, …]`. */
export interface Prediction {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** What one side did with one seed. */
export interface SideRun {
  readonly prediction: Prediction;
  /** Training time of all folds, first steps and validation after each epoch included. */
  readonly seconds: number;
}

/** A pair. */
export interface Pair {
  /** Script below `tests/golden` that trains the same in Keras. */
  readonly script: string;
  readonly folds: readonly Fold[];
  /** What else both sides must agree on; the script reads it. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The untrained network; the seed is a fold's. */
  network(foldSeed: number): LayersModel;
  /** Trains ours on every fold, or reads a finished run. */
  train(seed: number, options: { directory: string; network: Pair["network"] }): Promise<SideRun>;
  score(prediction: Prediction): Scores;
}

/** The seeds that a cross-validation gives its folds. */
function foldSeeds(seed: number, folds: readonly Fold[]): number[] {
  return folds.map((_, fold) =>
    randomSource(seed)
      .fork(`fold ${fold}`)
      .integer(0, 2 ** 31),
  );
}

/** Writes what our side starts each fold from, all weights in a row. */
async function writeInitialWeights(seed: number, pair: Pair, directory: string): Promise<void> {
  for (const [fold, foldSeed] of foldSeeds(seed, pair.folds).entries()) {
    const model = pair.network(foldSeed);
    const parts = model.layers.flatMap(({ weights }) => weights.map((weight) => weight.read().dataSync()));
    model.dispose();
    const data = Float32Array.from(parts.flatMap((part) => [...part]));
    await writeNpy(path.join(directory, `initial-${seed}-${fold}.npy`), { data, shape: [data.length] });
  }
}

/** Writes the settings, or makes sure that the folder's earlier runs had the same. */
function claim(file: string, pair: Pair, shared: boolean): void {
  const folds = pair.folds.map(({ train, validation }) => ({
    train: [...train],
    validation: [...validation],
  }));
  const model = pair.network(0);
  const parameters = model.countParams();
  model.dispose();
  const text = `${JSON.stringify({ folds, parameters, shared, ...pair.settings })}\n`;
  if (existsSync(file) && readFileSync(file, "utf8") !== text) {
    throw new RangeError(
      `Cannot compare with Keras: ${file} is of other settings; name another --directory, or remove it`,
    );
  }
  writeFileSync(file, text);
}

function runScript(python: string, options: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, options, {
      stdio: ["ignore", "inherit", "inherit"],
      // Nothing is left beside the scripts.
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`Cannot train in Keras: ${options[0]} ended with ${signal ?? `status ${code}`}`));
    });
  });
}

/** Trains one seed in Keras, or reads what an earlier run left. */
async function trainPeer(seed: number, pair: Pair, flags: PairFlags): Promise<SideRun> {
  const { data, directory, python } = flags;
  const name = path.join(directory, `keras-${seed}`);
  if (!existsSync(`${name}.json`)) {
    if (flags.shared) await writeInitialWeights(seed, pair, directory);
    await runScript(python, [path.join(__dirname, "..", "golden", pair.script), data, directory, `${seed}`]);
  }
  const { seconds } = JSON.parse(readFileSync(`${name}.json`, "utf8")) as { seconds: number };
  const { data: values, shape } = await readNpy(`${name}.npy`);
  return { prediction: { data: Float32Array.from(values), shape }, seconds };
}

type PairRun = { readonly seed: number; readonly ours: Scores; readonly keras: Scores };

/** Tests of every score. */
function testsOf(
  runs: readonly PairRun[],
  shared: boolean,
): Record<string, WelchTest & { paired?: DifferenceTest }> {
  if (runs.length < 2) return {};
  const names = Object.keys(runs[0].ours).filter((name) => name !== "seconds");
  return Object.fromEntries(
    names.map((name) => {
      const sides = [runs.map(({ ours }) => ours[name]), runs.map(({ keras }) => keras[name])] as const;
      return [name, { ...welchTest(...sides), ...(shared && { paired: pairedTest(...sides) }) }];
    }),
  );
}

function sentence({ difference, standardError, p, withinNoise }: DifferenceTest): string {
  const within = withinNoise ? "within" : "beyond";
  return `difference ${difference.toFixed(4)} with standard error ${standardError.toFixed(4)} (p ${p.toFixed(2)}): ${within} seed noise`;
}

/** Prints and writes what was found. */
function tell(runs: readonly PairRun[], flags: PairFlags): void {
  const { directory, shared } = flags;
  console.table(
    runs.flatMap(({ seed, ours, keras }) => [
      { seed, side: "Podium", ...ours },
      { seed, side: "Keras", ...keras },
    ]),
  );
  const tests = testsOf(runs, shared);
  const side = ({ mean, deviation }: WelchTest["ours"]) => `${mean.toFixed(4)} ± ${deviation.toFixed(4)}`;
  for (const [name, { paired, ...welch }] of Object.entries(tests)) {
    console.log(`${name}: Podium ${side(welch.ours)}, Keras ${side(welch.peer)}; ${sentence(welch)}`);
    if (paired) console.log(`${name}, paired by initial weights: ${sentence(paired)}`);
  }
  const total = (of: "ours" | "keras") => runs.reduce((sum, run) => sum + run[of].seconds, 0);
  const seconds = { ours: total("ours"), keras: total("keras"), ratio: total("keras") / total("ours") };
  console.log(
    `training: Podium ${seconds.ours.toFixed(0)} s, Keras ${seconds.keras.toFixed(0)} s, ratio ${seconds.ratio.toFixed(2)}`,
  );
  const file = path.join(directory, "comparison.json");
  writeFileSync(file, `${JSON.stringify({ runs, tests, seconds }, null, 1)}\n`);
  console.log(`written to ${file}`);
}

/** Trains both sides of every seed, ours first, and compares their scores. What is finished is read, not run again. */
export async function comparePair(pair: Pair, flags: PairFlags): Promise<void> {
  const { directory, seeds, shared } = flags;
  mkdirSync(directory, { recursive: true });
  claim(path.join(directory, "settings.json"), pair, shared);
  const runs: PairRun[] = [];
  for (const seed of seeds) {
    const expected = foldSeeds(seed, pair.folds);
    const network = (foldSeed: number): LayersModel => {
      if (expected.includes(foldSeed)) return pair.network(foldSeed);
      throw new Error(`Cannot compare with Keras: no fold of seed ${seed} has the seed ${foldSeed}`);
    };
    const scored = ({ prediction, seconds }: SideRun): Scores => ({ ...pair.score(prediction), seconds });
    const ours = scored(
      await pair.train(seed, { directory: path.join(directory, `podium-${seed}`), network }),
    );
    runs.push({ seed, ours, keras: scored(await trainPeer(seed, pair, flags)) });
  }
  tell(runs, flags);
}
