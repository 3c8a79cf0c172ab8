/**
 * Records what a function does with tensors as nodes of a graph. The function runs once, eagerly; the recorder sits
 * where tfjs hands ops to the native addon, so whatever reaches TensorFlow is recorded. Native tensor numbers are
 * never used twice, which makes them the names of values.
 */
import type { Tensor } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import { type Backend, type Binding, backend } from "../native";
import type { GraphBuilder, Output } from "./graph";
import { fromBindingAttribute, type GraphAttribute } from "./graphAttribute";

/** A function that cannot be a graph; the message names the layer and the reason. */
export class CaptureError extends Error {
  override readonly name = "CaptureError";
}

/** Constants above this many values that the function itself makes are taken for drawn or computed data. */
const largestConstant = 4096;

/** Ops whose result differs from run to run: in a graph they would not follow the step's seed. */
const unseeded = /^(Random|Multinomial|Truncated|ParameterizedTruncated|StatefulRandom)/;

/** Ops whose attributes tfjs leaves to TensorFlow, which finds them for eager ops only: `T` is the first input's dtype. */
const typedByInput = new Set(["Where", "ExpandDims"]);

let recording = false;

/** Whether a function is being recorded just now. */
export function isRecording(): boolean {
  return recording;
}

/** The native number of a tensor. */
export function nativeId(tensor: Tensor): number {
  return backend().getInputTensorIds([tensor])[0];
}

/** Runs `f` with every layer's `apply` noted, so that an error can name the layer. */
function withLayerNames<T>(layers: string[], f: () => T): T {
  const prototype = tf.layers.Layer.prototype as { apply: (...args: unknown[]) => unknown };
  const apply = prototype.apply;
  prototype.apply = function (this: { name: string }, ...args) {
    layers.push(this.name);
    const result = apply.apply(this, args);
    layers.pop();
    return result;
  };
  try {
    return f();
  } finally {
    prototype.apply = apply;
  }
}

/** Runs `f` with JavaScript's unseeded random numbers refused. */
function withoutLooseRandomness<T>(fail: (reason: string) => never, f: () => T): T {
  const source = Math as { random: () => number };
  const original = source.random;
  source.random = () => fail("it draws unseeded random numbers in JavaScript");
  try {
    return f();
  } finally {
    source.random = original;
  }
}

/** An addon in front of the real one that notes every op as a node. */
class Recorder {
  readonly layers: string[] = [];
  private readonly symbols = new Map<number, Output>();
  private readonly before: number;

  constructor(
    private readonly builder: GraphBuilder,
    private readonly real: Binding,
  ) {
    // Tensors with lower numbers existed before and can be taken in as constants.
    this.before = real.createTensor([], real.TF_INT32, Int32Array.of(0));
    real.deleteTensor(this.before);
  }

  fail(reason: string): never {
    const layer = this.layers.at(-1);
    throw new CaptureError(
      `Cannot compile the step: ${layer ? `layer "${layer}"` : "the step itself"}: ${reason}`,
    );
  }

  bind(id: number, output: Output): void {
    this.symbols.set(id, output);
  }

  output(id: number): Output {
    const known = this.symbols.get(id);
    if (known) return known;
    if (id > this.before) this.fail("it uses a tensor that was made outside TensorFlow's ops");
    const values = this.real.tensorDataSync(id);
    const [info] = this.real.executeOp(
      "Identity",
      [{ name: "T", type: this.real.TF_ATTR_TYPE, value: this.dtypeOf(values) }],
      [id],
      1,
    );
    this.real.deleteTensor(info.id);
    const output = this.constant(info.shape, info.dtype, values);
    this.symbols.set(id, output);
    return output;
  }

  private dtypeOf(values: ArrayBufferView): number {
    if (values instanceof Float32Array) return this.real.TF_FLOAT;
    return values instanceof Int32Array ? this.real.TF_INT32 : this.real.TF_BOOL;
  }

  private constant(shape: readonly number[], dtype: number, values: ArrayBufferView): Output {
    const list = values as Float32Array;
    if (list.length > 64 && list.every((value) => value === list[0])) {
      const value = this.builder.constant([], dtype, list.slice(0, 1));
      const sizes = this.builder.integers([...shape]);
      const attributes = { T: { dtype }, index_type: { dtype: this.real.TF_INT32 } };
      return this.builder.setDtype(this.builder.node("Fill", [sizes, value], { attributes }), dtype);
    }
    return this.builder.setDtype(this.builder.constant(shape, dtype, values), dtype);
  }

  createTensor(shape: readonly number[], dtype: number, values: ArrayBufferView): number {
    const list = values as Float32Array;
    if (list.length > largestConstant && !list.every((value) => value === list[0])) {
      this.fail(`it makes an array of ${list.length} values in JavaScript within the step`);
    }
    const id = this.real.createTensor(shape, dtype, values);
    this.bind(id, this.constant(shape, dtype, values));
    return id;
  }

  executeOp(
    name: string,
    attributes: Parameters<Binding["executeOp"]>[1],
    inputs: readonly number[],
    outputs: number,
  ): ReturnType<Binding["executeOp"]> {
    if (unseeded.test(name)) this.fail(`op ${name} draws random numbers without the step's seed`);
    const results = this.real.executeOp(name, attributes, inputs, outputs);
    const own: Record<string, GraphAttribute> = {};
    for (const attribute of attributes) own[attribute.name] = fromBindingAttribute(this.real, attribute);
    const sources = inputs.map((id) => this.output(id));
    if (typedByInput.has(name)) own.T ??= { dtype: this.builder.dtypeOf(sources[0]) };
    const node = this.builder.node(name, sources, { attributes: own });
    for (const [index, result] of results.entries()) {
      const output = index === 0 ? node : `${node}:${index}`;
      this.bind(result.id, this.builder.setDtype(output, result.dtype));
    }
    return results;
  }
}

/**
 * Records `f` into a graph.
 *
 * @param f runs once, eagerly; its tensors' values are of no account
 * @param bindings what the tensors that `f` takes from outside are in the graph; other outside tensors become constants
 * @returns what `f` returned, and `output`, which names the graph's value of a tensor
 * @throws {CaptureError} if `f` reads a tensor's values, draws unseeded random numbers or makes large arrays
 */
export function record<T>(
  builder: GraphBuilder,
  f: () => T,
  bindings: readonly { tensor: Tensor; output: Output }[],
): { result: T; output: (tensor: Tensor) => Output } {
  const owner: Backend = backend();
  const real = owner.binding;
  const ids = bindings.map(({ tensor }) => nativeId(tensor));
  const recorder = new Recorder(builder, real);
  for (const [index, { output }] of bindings.entries()) recorder.bind(ids[index], output);
  const proxy = Object.create(real, {
    createTensor: { value: recorder.createTensor.bind(recorder) },
    executeOp: { value: recorder.executeOp.bind(recorder) },
    tensorDataSync: { value: () => recorder.fail("it reads a tensor's values within the step") },
    runSavedModel: { value: () => recorder.fail("it runs another session within the step") },
  }) as Binding;
  owner.binding = proxy;
  recording = true;
  try {
    const result = withLayerNames(recorder.layers, () =>
      withoutLooseRandomness((reason) => recorder.fail(reason), f),
    );
    // Tensors whose values still wait in JavaScript become constants here.
    return { result, output: (tensor) => withProxy(owner, proxy, () => recorder.output(nativeId(tensor))) };
  } finally {
    owner.binding = real;
    recording = false;
  }
}

function withProxy<T>(owner: Backend, proxy: Binding, f: () => T): T {
  const real = owner.binding;
  owner.binding = proxy;
  try {
    return f();
  } finally {
    owner.binding = real;
  }
}
