import type { LayersModel, Variable } from "@tensorflow/tfjs-node-gpu";
import type { NamedArray } from "../../core/array";
import { fromJson, readSafetensors, toJson, writeSafetensors } from "../../data/safetensors";
import { tf } from "../../engine";
import { namedWeights } from "../step/weightNames";
import type { FitState } from "../types";
import { inputsOf, rememberInputs } from "./inputs";

/** Metadata under which everything but the arrays is kept. */
const progressKey = "podium.progress";
const versionKey = "podium.version";
const version = "2";
const scaleKey = "podium.scaleX";

/** What weights are read from: a state, or a file's content. */
interface WeightSource extends Pick<FitState, "tensors"> {
  readonly progress?: FitState["progress"];
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes everything that training goes on from, whole or not at all: weights, the optimizer's tensors, counters, seed,
 * learning rate, history and what the callbacks remember.
 *
 * @param file a safetensors file; its folder is made where it is lacking
 * @param state as `fit` returns it and callbacks get it from their context
 * @throws {Error} the file system's own error
 * @example
 * const history = await fit(model, { x, y }, { ...options, epochs: 5 });
 * saveCheckpoint("runs/a/last.safetensors", history.state);
 */
export function saveCheckpoint(file: string, state: FitState): void {
  writeSafetensors(file, {
    tensors: state.tensors,
    metadata: { [versionKey]: version, [progressKey]: toJson(state.progress) },
  });
}

const prefix = "weights/";

/** Where a state keeps the weights that its epoch's scores are of, where training goes on from others. */
export const scoredPrefix = "scored/";

/** The weights of a state by name. */
export function weightsOf(tensors: FitState["tensors"], kind = prefix): Map<string, NamedArray> {
  return new Map(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(kind))
      .map(([name, weight]) => [name.slice(kind.length), weight]),
  );
}

/** Names for an error: the first few. */
function listed(names: readonly string[]): string {
  const first = names.slice(0, 3).map((name) => `"${name}"`);
  return first.join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
}

/**
 * Checks that weights are a model's, by their names and shapes.
 *
 * @param source what they are of, as errors say it
 * @throws {RangeError} naming what differs
 */
export function checkWeights(
  weights: ReadonlyMap<string, NamedArray>,
  options: { model: LayersModel; source: string },
): void {
  const { model, source } = options;
  const wanted = new Map([...namedWeights(model)].map(([weight, name]) => [name, weight]));
  const refuse = (requirement: string) =>
    new RangeError(`Cannot load ${source}: ${requirement}; it was saved from another model`);
  const lacking = [...wanted.keys()].filter((name) => !weights.has(name));
  const foreign = [...weights.keys()].filter((name) => !wanted.has(name));
  if (lacking.length > 0 || foreign.length > 0) {
    const has = lacking.length > 0 ? `has ${listed(lacking)}` : "has all others";
    throw refuse(`the model ${has}, got ${foreign.length > 0 ? listed(foreign) : "none of these"}`);
  }
  for (const [name, { shape }] of wanted) {
    const saved = (weights.get(name) as NamedArray).shape;
    if (saved.join() !== shape.join()) {
      throw refuse(`weight "${name}" must have shape [${shape}], got [${saved}]`);
    }
  }
}

/**
 * Reads a state of training, to be handed to `fit` as `initial`.
 *
 * @param options `model`: the model that will go on; a state whose weights have other names or shapes is refused
 *   (default: not checked)
 * @throws {SyntaxError} if the file is no checkpoint, is cut off or damaged
 * @throws {RangeError} if the state is of another model
 * @example
 * await fit(model, { x, y }, { ...options, epochs: 10, initial: loadCheckpoint("runs/a/last.safetensors", { model }) });
 */
export function loadCheckpoint(file: string, options: { model?: LayersModel } = {}): FitState {
  const { tensors, metadata } = readSafetensors(file);
  const text = metadata[progressKey];
  if (text === undefined || metadata[versionKey] !== version) {
    throw new SyntaxError(
      `Cannot load ${file}: it must be a checkpoint of version ${version}, got ${text === undefined ? "a safetensors file without training state" : `version ${metadata[versionKey]}`}`,
    );
  }
  const state = { tensors, progress: fromJson(text, { file, name: progressKey }) } as FitState;
  if (options.model) checkWeights(weightsOf(state.tensors), { model: options.model, source: file });
  return state;
}

/** A model's weights as arrays, under the names that a state of training has for them. */
export function weightTensors(model: LayersModel): Record<string, NamedArray> {
  return Object.fromEntries(
    [...namedWeights(model)].map(([weight, name]) => {
      const { shape } = weight;
      return [
        `${prefix}${name}`,
        { data: weight.read().dataSync() as Float32Array, shape: shape as number[] },
      ];
    }),
  );
}

/**
 * Writes a model's weights, and how its inputs were scaled, whole or not at all.
 *
 * @param file a safetensors file; its folder is made where it is lacking
 * @throws {Error} the file system's own error
 * @example
 * saveWeights("runs/a/model.safetensors", model);
 */
export function saveWeights(file: string, model: LayersModel): void {
  const { scaleX = 1 } = inputsOf(model);
  writeSafetensors(file, { tensors: weightTensors(model), metadata: { [scaleKey]: String(scaleX) } });
}

/**
 * Puts weights into a model, which predicts from inputs scaled as those that the weights were trained on.
 *
 * @param source a state of training, or a file of `saveWeights` or `saveCheckpoint`
 * @throws {SyntaxError} if the file is no safetensors file, is cut off or damaged
 * @throws {RangeError} if the weights are of another model
 * @example
 * loadWeights("runs/a/best.safetensors", model);
 */
export function loadWeights(source: Pick<FitState, "tensors"> | string, model: LayersModel): void {
  const isFile = typeof source === "string";
  const { tensors, ...about } = (isFile ? readSafetensors(source) : source) as WeightSource;
  const scored = weightsOf(tensors, scoredPrefix);
  const weights = scored.size > 0 ? scored : weightsOf(tensors);
  checkWeights(weights, { model, source: isFile ? source : "the state" });
  tf.tidy(() => {
    for (const [weight, name] of namedWeights(model)) {
      const { data, shape } = weights.get(name) as NamedArray;
      (weight.read() as Variable).assign(tf.tensor(data, [...shape]));
    }
  });
  const text = about.metadata?.[progressKey];
  const progress =
    text === undefined ? about.progress : fromJson(text, { file: String(source), name: progressKey });
  const { scaleX } = { ...(progress as FitState["progress"] | undefined) };
  const scale = scaleX ?? Number(about.metadata?.[scaleKey] ?? Number.NaN);
  if (Number.isFinite(scale)) rememberInputs(model, { ...inputsOf(model), scaleX: scale });
}
