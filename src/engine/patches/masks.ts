/**
 * Masks of padded steps, carried from layer to layer as in Keras. tfjs hands the first mask that it meets to every
 * later layer, whatever that layer's own inputs, and pools over padded steps.
 */
import type { LayersModel, SymbolicTensor, Tensor } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";

/** A value on its way through a model; its mask `[samples, steps]` is `undefined` where every step counts. */
export interface Masked {
  readonly value: Tensor;
  readonly mask?: Tensor;
}

interface Node {
  readonly outboundLayer: MaskedLayer;
  readonly inputTensors: readonly SymbolicTensor[];
  readonly outputTensors: readonly SymbolicTensor[];
  readonly callArgs?: object;
}

/** What is read of tfjs's layers and models. */
interface MaskedLayer {
  readonly name: string;
  readonly supportsMasking: boolean;
  readonly maskZero?: boolean;
  readonly layers?: readonly MaskedLayer[];
  readonly nodesByDepth?: Record<string, readonly Node[]>;
  readonly inputs?: readonly SymbolicTensor[];
  readonly outputs?: readonly SymbolicTensor[];
  build(shape: unknown): void;
  getClassName(): string;
  apply(inputs: unknown, options: object): Tensor | Tensor[];
  computeMask(inputs: unknown, mask: unknown): Tensor | (Tensor | null)[] | null;
}

const makesMask = new WeakMap<object, boolean>();

/** Whether a layer, or one inside a model, marks steps as padded. */
function masks(layer: MaskedLayer): boolean {
  const known = makesMask.get(layer);
  if (known !== undefined) return known;
  const found =
    layer.getClassName() === "Masking" || layer.maskZero === true || (layer.layers ?? []).some(masks);
  makesMask.set(layer, found);
  return found;
}

const warned = new WeakSet<object>();

function warnOfLoss(layer: MaskedLayer): void {
  if (warned.has(layer)) return;
  warned.add(layer);
  console.warn(`Layer "${layer.name}" does not know masks: from here on, padded steps count like others.`);
}

function single<T>(values: readonly T[]): T | readonly T[] {
  return values.length === 1 ? values[0] : values;
}

function list<T>(values: T | T[]): T[] {
  return Array.isArray(values) ? values : [values];
}

function applyLayer(layer: MaskedLayer, inputs: readonly Masked[], options: object): Masked[] {
  if (layer.nodesByDepth) return run(layer, inputs, options);
  const values = inputs.map(({ value }) => value);
  const given = inputs.map(({ mask }) => mask ?? null);
  const masked = given.some((mask) => mask !== null);
  const outputs = list(layer.apply(single(values), masked ? { ...options, mask: single(given) } : options));
  if (!layer.supportsMasking) {
    // Pooling and the like end a mask by what they do.
    if (masked && !/Pool|Flatten/.test(layer.getClassName())) warnOfLoss(layer);
    return outputs.map((value) => ({ value }));
  }
  const found = list(layer.computeMask(single(values), masked || values.length === 1 ? single(given) : null));
  return outputs.map((value, index) => ({ value, mask: found[index] ?? undefined }));
}

/** Runs a model's layers in order, each with the masks of its own inputs. */
function run(model: MaskedLayer, inputs: readonly Masked[], options: object): Masked[] {
  if (!model.nodesByDepth || !model.inputs || Object.keys(model.nodesByDepth).length === 0) {
    model.build(inputs[0].value.shape);
  }
  const known = new Map<number, Masked>();
  for (const [index, { id }] of (model.inputs ?? []).entries()) known.set(id, inputs[index]);
  const depths = Object.keys(model.nodesByDepth ?? {}).map(Number);
  for (const depth of depths.sort((a, b) => b - a)) {
    for (const { outboundLayer, inputTensors, outputTensors, callArgs } of model.nodesByDepth?.[depth] ??
      []) {
      if (outputTensors.every(({ id }) => known.has(id))) continue;
      const given = inputTensors.map(({ id }) => known.get(id));
      if (given.includes(undefined)) continue;
      const results = applyLayer(outboundLayer, given as Masked[], { ...callArgs, ...options });
      for (const [index, { id }] of outputTensors.entries()) known.set(id, results[index]);
    }
  }
  return (model.outputs ?? []).map(({ id }) => known.get(id) as Masked);
}

/** A model's outputs, and their masks where they have one. */
export function applyMasked(
  model: LayersModel,
  inputs: readonly Tensor[],
  options: { training: boolean },
): Masked[] {
  const layer = model as unknown as MaskedLayer;
  if (masks(layer))
    return run(
      layer,
      inputs.map((value) => ({ value })),
      options,
    );
  const outputs = model.apply(single(inputs) as Tensor | Tensor[], options) as Tensor | Tensor[];
  return list(outputs).map((value) => ({ value }));
}

interface Container extends MaskedLayer {
  call(inputs: Tensor | Tensor[], options: { mask?: Tensor | Tensor[] }): Tensor | Tensor[];
}

const container = Object.getPrototypeOf(tf.LayersModel.prototype) as Container;
const { call: callContainer } = container;

container.call = function callMasked(this: Container, inputs, options) {
  if (!masks(this) && !options?.mask) return callContainer.call(this, inputs, options);
  return tf.tidy(() => {
    const { mask, ...others } = options;
    const given = mask ? list(mask) : [];
    const results = run(
      this,
      list(inputs).map((value, index) => ({ value, mask: given[index] })),
      others,
    );
    return single(results.map(({ value }) => value)) as Tensor | Tensor[];
  });
};

const pooling = Object.getPrototypeOf(tf.layers.globalAveragePooling1d()) as {
  call(inputs: Tensor | Tensor[], options: { mask?: Tensor }): Tensor;
};
const { call: callPooling } = pooling;

pooling.call = function callMaskedMean(inputs, options) {
  const mask = options?.mask;
  if (!mask) return callPooling.call(this, inputs, options);
  return tf.tidy(() => {
    const [x] = list(inputs);
    const counts = tf.cast(tf.expandDims(mask, 2), "float32"); // [samples, steps, 1]
    return tf.div(tf.sum(tf.mul(x, counts), 1), tf.sum(counts, 1));
  });
};
