/**
 * TensorFlow's own ops by name: the way to kernels that tfjs does not wrap. Attributes are written as plain values;
 * their types come from how they are written here, so that a wrong one fails in TypeScript.
 */
import type { Tensor } from "@tensorflow/tfjs-node-gpu";
import { tf } from "./load";

/** A dtype that tfjs knows and TensorFlow's type attribute names. */
export type NativeDtype = "float32" | "int32" | "bool" | "complex64";

/** One attribute of an op. */
export type NativeAttribute =
  | { readonly type: NativeDtype }
  | { readonly int: number | readonly number[] }
  | { readonly float: number | readonly number[] }
  | { readonly bool: boolean }
  | { readonly text: string }
  | { readonly shape: readonly number[] };

/** An attribute as the addon takes it. */
export interface BindingAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** What the addon says of a tensor. */
export interface BindingTensor {
  id: number;
  shape: number[];
  dtype: number;
}

/** The addon's functions and constants that the engine uses. */
export interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_UINT8: number;
  readonly TF_BOOL: number;
  readonly TF_COMPLEX64: number;
  readonly TF_INT64: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: readonly number[], dtype: number, values: ArrayBufferView): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): BackendValues;
  executeOp(
    name: string,
    attributes: readonly BindingAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): BindingTensor[];
  loadSavedModel(directory: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: readonly number[], feeds: string, fetches: string): BindingTensor[];
  getNumOfTensors(): number;
}

/** A tensor's values as the backend reads them. */
export type BackendValues = Float32Array | Int32Array | Uint8Array;

/** The parts of tfjs-node's backend that the engine uses; some are private there. */
export interface Backend {
  binding: Binding;
  isUsingGpuDevice: boolean;
  getDTypeInteger(dtype: string): number;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(tensor: BindingTensor): Tensor;
  read(dataId: object): Promise<BackendValues>;
  readSync(dataId: object): BackendValues;
  executeMultipleOutputs(
    name: string,
    attributes: readonly BindingAttribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
}

/** tfjs-node's backend, the one that every tensor of this process lives in. */
export function backend(): Backend {
  return tf.backend() as unknown as Backend;
}

function bindingAttribute(name: string, attribute: NativeAttribute): BindingAttribute {
  const { binding } = backend();
  if ("type" in attribute) {
    return { name, type: binding.TF_ATTR_TYPE, value: backend().getDTypeInteger(attribute.type) };
  }
  if ("int" in attribute) return { name, type: binding.TF_ATTR_INT, value: attribute.int };
  if ("float" in attribute) return { name, type: binding.TF_ATTR_FLOAT, value: attribute.float };
  if ("bool" in attribute) return { name, type: binding.TF_ATTR_BOOL, value: attribute.bool };
  if ("text" in attribute) return { name, type: binding.TF_ATTR_STRING, value: attribute.text };
  return { name, type: binding.TF_ATTR_SHAPE, value: attribute.shape };
}

/**
 * Runs one of TensorFlow's ops. Nothing here is differentiable: wrap it in `tf.customGrad` where a gradient is wanted.
 *
 * @param name the op's name in TensorFlow, such as "FusedBatchNormV3"
 * @param inputs the op's inputs, in order
 * @param options `attributes`: every attribute of the op; `outputs`: how many tensors it gives (default 1)
 * @throws {Error} TensorFlow's own message where it refuses the op
 * @example
 * const [rectified] = nativeOp("Relu", [tf.tensor1d([-1, 2])], { attributes: { T: { type: "float32" } } });
 */
export function nativeOp(
  name: string,
  inputs: readonly Tensor[],
  options: { attributes: Readonly<Record<string, NativeAttribute>>; outputs?: number },
): Tensor[] {
  const attributes = Object.entries(options.attributes).map(([key, value]) => bindingAttribute(key, value));
  return backend().executeMultipleOutputs(name, attributes, inputs, options.outputs ?? 1);
}
