import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { NamedArray } from "../../core/array";
import { fromJson, readSafetensors, toJson, writeSafetensors } from "../../data/safetensors";
import { tf } from "../../engine";
import type { FitState } from "../types";

/** Metadata under which everything but the arrays is kept. */
const progressKey = "podium.progress";
const versionKey = "podium.version";
const version = "1";

/**
 * Writes everything that training goes on from, whole or not at all: weights, the optimizer's tensors, counters, seed,
 * learning rate, history and what the callbacks remember.
 *
 * @param file a safetensors file; its folder is made where it is lacking
 * @param state as `fit` returns it and callbacks get it from their context
 * @throws {Error} the file system's own error
 * @example
 * const history = await fit(model, { x, y }, { ...options, optimizer: adam(), loss: "mae", epochs: 5 });
 * saveCheckpoint("runs/a/last.safetensors", history.state);
 */
export function saveCheckpoint(file: string, state: FitState): void {
  writeSafetensors(file, {
    tensors: state.tensors,
    metadata: { [versionKey]: version, [progressKey]: toJson(state.progress) },
  });
}

const prefix = "weights/";

/** The key of a model's weight, as `fit` makes it. */
function keyOf(model: LayersModel, index: number): string {
  return `${prefix}${String(index).padStart(3, "0")}/${model.weights[index].originalName}`;
}

/** The weights of a state, in the order of the model's. */
function weightsOf(state: Pick<FitState, "tensors">): [name: string, weight: NamedArray][] {
  return Object.entries(state.tensors).filter(([name]) => name.startsWith(prefix));
}

/** A weight's name without the numbers that tell layers of one kind apart, which grow with every model made. */
function plainName(name: string): string {
  return name.replace(/\d+/g, "");
}

/**
 * The state with its weights named as this model's are.
 *
 * @throws {RangeError} if the state is of another model
 */
function stateFor<S extends Pick<FitState, "tensors">>(model: LayersModel, state: S, source: string): S {
  const saved = weightsOf(state);
  const own = model.weights;
  const refuse = (requirement: string) =>
    new RangeError(`Cannot load ${source}: ${requirement}; it was saved from another model`);
  if (saved.length !== own.length) {
    throw refuse(`the model has ${own.length} weights, got ${saved.length}`);
  }
  const renamed = saved.map(([name, weight], i): [string, NamedArray] => {
    const wanted = keyOf(model, i);
    if (weight.shape.join() !== own[i].shape.join() || plainName(name) !== plainName(wanted)) {
      throw refuse(
        `weight ${i} must be "${own[i].originalName}" [${own[i].shape}], got "${name.slice(prefix.length + 4)}" [${weight.shape}]`,
      );
    }
    return [wanted, weight];
  });
  const others = Object.entries(state.tensors).filter(([name]) => !name.startsWith(prefix));
  return { ...state, tensors: Object.fromEntries([...renamed, ...others]) };
}

/**
 * Reads a state of training, to be handed to `fit` as `initial`.
 *
 * @param options `model`: the model that will go on; a state whose weights have other names or shapes is refused
 *   (default: the state as it is in the file)
 * @throws {SyntaxError} if the file is no checkpoint, is cut off or damaged
 * @throws {RangeError} if the state is of another model
 * @example
 * await fit(model, { x, y }, { ...options, optimizer: adam(), loss: "mae", epochs: 10, initial: loadCheckpoint("runs/a/last.safetensors", { model }) });
 */
export function loadCheckpoint(file: string, options: { model?: LayersModel } = {}): FitState {
  const { tensors, metadata } = readSafetensors(file);
  const text = metadata[progressKey];
  if (text === undefined || metadata[versionKey] !== version) {
    throw new SyntaxError(
      `Cannot load ${file}: it must be a checkpoint of version ${version}, got ${text === undefined ? "a safetensors file without training state" : `version ${metadata[versionKey]}`}`,
    );
  }
  const state = { tensors, progress: fromJson(text) } as FitState;
  return options.model ? stateFor(options.model, state, file) : state;
}

/** A model's weights as arrays, under the names that a state of training has for them. */
export function weightTensors(model: LayersModel): Record<string, NamedArray> {
  return Object.fromEntries(
    model.weights.map((weight, i) => {
      const value = weight.read();
      return [keyOf(model, i), { data: value.dataSync() as Float32Array, shape: value.shape }];
    }),
  );
}

/**
 * Writes a model's weights, whole or not at all.
 *
 * @param file a safetensors file; its folder is made where it is lacking
 * @throws {Error} the file system's own error
 * @example
 * saveWeights("runs/a/model.safetensors", model);
 */
export function saveWeights(file: string, model: LayersModel): void {
  writeSafetensors(file, { tensors: weightTensors(model) });
}

/**
 * Puts weights into a model.
 *
 * @param source a state of training, or a file of `saveWeights` or `saveCheckpoint`
 * @throws {SyntaxError} if the file is no safetensors file, is cut off or damaged
 * @throws {RangeError} if the weights are of another model
 * @example
 * loadWeights(model, "runs/a/best.safetensors");
 */
export function loadWeights(model: LayersModel, source: Pick<FitState, "tensors"> | string): void {
  const isFile = typeof source === "string";
  const state = (isFile ? readSafetensors(source) : source) as Pick<FitState, "tensors">;
  const values = weightsOf(stateFor(model, state, isFile ? source : "the state"));
  tf.tidy(() => {
    values.forEach(([, { data, shape }], i) => model.weights[i].write(tf.tensor(data, [...shape])));
  });
}
