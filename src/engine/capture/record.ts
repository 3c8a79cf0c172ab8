/**
 * Records what a function does with tensors as nodes of a graph. The function runs once, eagerly; the recorder sits
 * where tfjs hands ops to the native addon, so whatever reaches TensorFlow is recorded. Native tensor numbers are
 * never used twice, which makes them the names of values.
 */
import type { Tensor, Variable } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../load";
import { type Backend, type Binding, backend, type NativeDtype, nativeOp } from "../native";
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
    try {
      return apply.apply(this, args);
    } finally {
      layers.pop();
    }
  };
  try {
    return f();
  } finally {
    prototype.apply = apply;
  }
}

/** The native number that the next tensor will at least have; earlier tensors have lower ones. */
export function nextNativeId(): number {
  const { binding } = backend();
  const id = binding.createTensor([], binding.TF_INT32, Int32Array.of(0));
  binding.deleteTensor(id);
  return id;
}

/** Gives each variable a tensor that it shares with nothing: tfjs shares memory where one is set from another. */
export function separateVariables(variables: readonly Variable[]): void {
  for (const variable of variables) {
    if (variable.dtype === "string") continue;
    const attributes = { T: { type: variable.dtype as NativeDtype } } as const;
    const [own] = nativeOp("Identity", [variable], { attributes });
    variable.assign(own);
    own.dispose();
  }
}

/** The variables that share memory with another one. */
function sharingVariables(): Variable[] {
  const seen = new Set<object>();
  return Object.values(tf.engine().registeredVariables).filter(({ dataId }) => {
    const shared = seen.has(dataId);
    seen.add(dataId);
    return shared;
  });
}

/** Runs `f` with changes of variables refused, but for those that the graph writes. */
function withOutsideFixed<T>(written: ReadonlySet<Tensor>, fail: (reason: string) => never, f: () => T): T {
  const prototype = tf.Variable.prototype as { assign(value: Tensor): void };
  const assign = prototype.assign;
  prototype.assign = function (this: Variable, value) {
    if (!written.has(this)) fail(`it changes variable "${this.name}", which is no weight of the model`);
    assign.call(this, value);
  };
  try {
    return f();
  } finally {
    prototype.assign = assign;
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
  /** Numbers of the tensors from outside that became constants. */
  readonly constants: number[] = [];
  /** Why the function cannot be a graph; the function may have caught the error itself. */
  failure: CaptureError | undefined;
  private readonly symbols = new Map<number, Output>();
  private outside: Map<number, Variable> | undefined;
  /** Tensors with lower numbers existed before and can be taken in. */
  private readonly before = nextNativeId();

  constructor(
    private readonly builder: GraphBuilder,
    private readonly real: Binding,
    private readonly variable: RecordOptions["variable"],
  ) {}

  private get place(): string | undefined {
    return this.layers.length > 0 ? `layer "${this.layers.at(-1)}"` : undefined;
  }

  /** Notes why the function cannot be a graph. */
  refuse(reason: string): CaptureError {
    const place = this.place ?? "the step itself";
    this.failure ??= new CaptureError(`Cannot compile the step: ${place}: ${reason}`);
    return this.failure;
  }

  fail(reason: string): never {
    throw this.refuse(reason);
  }

  bind(id: number, output: Output): void {
    this.symbols.set(id, output);
  }

  output(id: number): Output {
    const known = this.symbols.get(id);
    if (known) return known;
    if (id > this.before) this.fail("it uses a tensor that was made outside TensorFlow's ops");
    const variable = this.outsideVariable(id);
    if (variable) {
      const output = this.variable(variable, (reason) => this.fail(reason));
      this.symbols.set(id, output);
      return output;
    }
    this.constants.push(id);
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

  /** The variable whose value a tensor from outside is. */
  private outsideVariable(id: number): Variable | undefined {
    this.outside ??= withBinding(backend(), this.real, () => {
      const variables = Object.values(tf.engine().registeredVariables);
      return new Map(variables.map((variable) => [nativeId(variable), variable]));
    });
    return this.outside.get(id);
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
    this.builder.place = this.place;
    this.bind(id, this.constant(shape, dtype, values));
    this.builder.place = undefined;
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
    this.builder.place = this.place;
    const node = this.builder.node(name, sources, { attributes: own });
    this.builder.place = undefined;
    for (const [index, result] of results.entries()) {
      const output = index === 0 ? node : `${node}:${index}`;
      this.bind(result.id, this.builder.setDtype(output, result.dtype));
    }
    return results;
  }
}

/** Options of {@link record}. */
export interface RecordOptions {
  /** What the tensors that the function takes from outside are in the graph. */
  readonly bindings: readonly { tensor: Tensor; output: Output }[];
  /** What a variable that is none of the bindings is in the graph; `fail` refuses it. */
  variable(variable: Variable, fail: (reason: string) => never): Output;
}

/** What {@link record} returns. */
export interface Recording<T> {
  readonly result: T;
  /** The graph's value of a tensor. */
  output(tensor: Tensor): Output;
  /** Numbers of the outside tensors that became constants. */
  readonly constants: readonly number[];
}

/**
 * Records `f` into a graph.
 *
 * @param f runs once, eagerly; its tensors' values are ignored
 * @param options outside tensors that are neither bound nor variables become constants
 * @throws {CaptureError} if `f` reads a tensor's values, draws unseeded random numbers, makes large arrays or changes
 *   a variable that is not bound, also where `f` itself catches the error
 */
export function record<T>(builder: GraphBuilder, f: () => T, options: RecordOptions): Recording<T> {
  const { bindings } = options;
  const owner: Backend = backend();
  const real = owner.binding;
  separateVariables(sharingVariables());
  const ids = bindings.map(({ tensor }) => nativeId(tensor));
  const recorder = new Recorder(builder, real, options.variable);
  for (const [index, { output }] of bindings.entries()) recorder.bind(ids[index], output);
  const reads = "it reads a tensor's values within the step";
  const proxy = Object.create(real, {
    createTensor: { value: recorder.createTensor.bind(recorder) },
    executeOp: { value: recorder.executeOp.bind(recorder) },
    tensorDataSync: { value: () => recorder.fail(reads) },
    runSavedModel: { value: () => recorder.fail("it runs another session within the step") },
  }) as Binding;
  const fail = (reason: string) => recorder.fail(reason);
  const written = new Set(bindings.map(({ tensor }) => tensor));
  owner.binding = proxy;
  // Who awaits values gets them: an error would arrive when the recording is long over, and end the process.
  owner.read = async (id) => {
    recorder.refuse(reads);
    return withBinding(owner, real, () => owner.readSync(id));
  };
  recording = true;
  try {
    const result = withLayerNames(recorder.layers, () =>
      withoutLooseRandomness(fail, () => withOutsideFixed(written, fail, f)),
    );
    if (recorder.failure) throw recorder.failure;
    // Tensors whose values still wait in JavaScript become constants here.
    const output = (tensor: Tensor) => withBinding(owner, proxy, () => recorder.output(nativeId(tensor)));
    return { result, output, constants: recorder.constants };
  } catch (error) {
    throw recorder.failure ?? error;
  } finally {
    owner.binding = real;
    Reflect.deleteProperty(owner, "read");
    recording = false;
  }
}

function withBinding<T>(owner: Backend, binding: Binding, f: () => T): T {
  const before = owner.binding;
  owner.binding = binding;
  try {
    return f();
  } finally {
    owner.binding = before;
  }
}
