/** What LSTM and GRU share: options, weights in Keras's layout, dropout of the input, direction of time. */
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { randomSource } from "../core/random";
import { biasAdd, matrixProduct, type SequenceOptions, tf, usesOwnOps } from "../engine";
import { initializer } from "./initializers";

/** What tfjs takes as a regulariser. */
export type Regularizer = ReturnType<typeof tf.regularizers.l2>;

/** Options of a recurrent layer. */
export interface RecurrentOptions {
  /** Size of the state. */
  units: number;
  /** All states in order of time instead of the last. Default false. */
  returnSequences?: boolean;
  /** Reads time backwards, and returns states in that order, as Keras does. Default false. */
  goBackwards?: boolean;
  /** Share of input channels dropped, the same for all steps of a window. Default 0. */
  dropout?: number;
  /** Share of the state dropped before it recurs, the same for all steps of a window. Default 0. */
  recurrentDropout?: number;
  /** The gates' activation: `sigmoid` as Keras 3, `hardSigmoid` as Keras 2. Default `sigmoid`. */
  recurrentActivation?: "sigmoid" | "hardSigmoid";
  /** Penalty on the input's kernel, such as `tf.regularizers.l2({ l2: 1e-4 })`. Default none. */
  kernelRegularizer?: Regularizer;
  /** Penalty on the recurrent kernel. Default none. */
  recurrentRegularizer?: Regularizer;
  /** Penalty on the bias. Default none. */
  biasRegularizer?: Regularizer;
  /** Seed of the weights. Default 0. */
  seed?: number;
  /** `[steps, channels]`, for the first layer of a sequential model. */
  inputShape?: tfTypes.Shape;
  /** Name of the layer; a numbered one by default. */
  name?: string;
}

/** The piecewise sigmoid of Keras 2: 0.2 x + 0.5, cut to [0, 1]. */
function hardSigmoid<T extends tfTypes.Tensor>(x: T): T {
  return tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1) as T;
}

type Regularizers = Pick<RecurrentOptions, "kernelRegularizer" | "recurrentRegularizer" | "biasRegularizer">;

/** A regulariser as given, or as a saved layer describes it. */
function regularizerOf(
  given: Regularizer | { className: string; config: { l1: number; l2: number } } | null | undefined,
) {
  return given && "className" in given ? tf.regularizers.l1l2(given.config) : (given ?? undefined);
}

/** Options with their defaults. */
export type FilledOptions = Required<Omit<RecurrentOptions, keyof Regularizers | "inputShape" | "name">>;

/** A layer over `[windows, steps, channels]` with one state a step. */
export abstract class RecurrentLayer extends tf.layers.Layer {
  protected readonly settings: FilledOptions;
  private readonly regularizers: Regularizers;
  /** Read by tfjs's Bidirectional. */
  readonly returnSequences: boolean;
  readonly returnState = false;
  readonly goBackwards: boolean;
  protected kernel!: tfTypes.LayerVariable;
  protected recurrentKernel!: tfTypes.LayerVariable;
  protected bias!: tfTypes.LayerVariable;

  /** @param gates how many matrices side by side a kernel holds */
  constructor(
    options: RecurrentOptions,
    private readonly gates: number,
  ) {
    super(options as object);
    const { units, dropout = 0, recurrentDropout = 0 } = options;
    if (!(Number.isInteger(units) && units > 0)) {
      throw new RangeError(
        `Cannot make a recurrent layer: units must be a whole number above 0, got ${units}`,
      );
    }
    for (const [name, share] of Object.entries({ dropout, recurrentDropout })) {
      if (!(share >= 0 && share < 1)) {
        throw new RangeError(`Cannot make a recurrent layer: ${name} must lie in [0, 1), got ${share}`);
      }
    }
    const { returnSequences = false, goBackwards = false, recurrentActivation = "sigmoid" } = options;
    const { seed = 0 } = options;
    this.settings = {
      units,
      returnSequences,
      goBackwards,
      dropout,
      recurrentDropout,
      recurrentActivation,
      seed,
    };
    this.regularizers = {
      kernelRegularizer: regularizerOf(options.kernelRegularizer),
      recurrentRegularizer: regularizerOf(options.recurrentRegularizer),
      biasRegularizer: regularizerOf(options.biasRegularizer),
    };
    this.returnSequences = returnSequences;
    this.goBackwards = goBackwards;
    this.supportsMasking = true;
    this.inputSpec = [{ ndim: 3 }];
  }

  override build(inputShape: tfTypes.Shape | tfTypes.Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfTypes.Shape;
    const { units, seed, goBackwards } = this.settings;
    // The two directions of a Bidirectional layer are built from one seed and must differ.
    const random = randomSource(seed).fork(goBackwards ? "backwards" : "forwards");
    const next = (): number => random.integer(1, 2 ** 31 - 1);
    const width = this.gates * units;
    const glorot = initializer("glorotUniform", { seed: next() });
    const orthogonal = initializer("orthogonal", { seed: next() });
    const { kernelRegularizer, recurrentRegularizer, biasRegularizer } = this.regularizers;
    const zeros = tf.initializers.zeros();
    this.kernel = this.addWeight("kernel", [shape[2] as number, width], "float32", glorot, kernelRegularizer);
    this.recurrentKernel = this.addWeight(
      "recurrent_kernel",
      [units, width],
      "float32",
      orthogonal,
      recurrentRegularizer,
    );
    this.bias = this.addWeight("bias", this.biasShape(), "float32", zeros, biasRegularizer);
    this.built = true;
  }

  protected abstract biasShape(): number[];

  /** All states `[steps, windows, units]` of `x` `[steps, windows, channels]`; a step that `counts` with 0 is skipped. */
  protected abstract states(
    x: tfTypes.Tensor3D,
    options: { training: boolean; counts?: readonly tfTypes.Tensor2D[] },
  ): tfTypes.Tensor3D;

  /** The layer's output for `x` `[windows, steps, channels]`, all of time in one op of our own. */
  protected abstract whole(
    x: tfTypes.Tensor3D,
    options: { training: boolean; counts?: tfTypes.Tensor },
  ): tfTypes.Tensor;

  /** What all whole passes are told. */
  protected sequenceOptions(
    x: tfTypes.Tensor3D,
    options: { training: boolean; counts?: tfTypes.Tensor },
  ): SequenceOptions {
    const { goBackwards, returnSequences, recurrentActivation } = this.settings;
    return {
      backwards: goBackwards,
      hard: recurrentActivation === "hardSigmoid",
      returnSequences,
      dropout: this.recurrentMask(x.shape[0], options.training),
      counts: options.counts && tf.cast(options.counts, "float32"),
    };
  }

  /** The inputs' share of all gates, `[windows, steps, gates]`. */
  protected projected(x: tfTypes.Tensor3D, bias: tfTypes.Tensor): tfTypes.Tensor3D {
    const [windows, steps, channels] = x.shape;
    const rows = tf.reshape(x, [windows * steps, channels]) as tfTypes.Tensor2D;
    const product = biasAdd(matrixProduct(rows, this.kernel.read() as tfTypes.Tensor2D), bias);
    return tf.reshape(product, [windows, steps, this.gates * this.settings.units]);
  }

  override computeMask(
    _inputs: tfTypes.Tensor | tfTypes.Tensor[],
    mask?: tfTypes.Tensor | tfTypes.Tensor[],
  ): tfTypes.Tensor {
    const given = Array.isArray(mask) ? mask[0] : mask;
    return (this.returnSequences ? (given ?? null) : null) as tfTypes.Tensor;
  }

  override call(
    inputs: tfTypes.Tensor | tfTypes.Tensor[],
    options: { training?: boolean; mask?: tfTypes.Tensor },
  ): tfTypes.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, options);
      let x = (Array.isArray(inputs) ? inputs[0] : inputs) as tfTypes.Tensor3D;
      const training = options.training ?? false;
      const { dropout, goBackwards, returnSequences, units } = this.settings;
      const [windows, steps, channels] = x.shape;
      if (training && dropout > 0) x = tf.mul(x, dropoutMask([windows, 1, channels], dropout));
      if (usesOwnOps()) return this.whole(x, { training, counts: options.mask });
      let byTime = tf.transpose(x, [1, 0, 2]);
      if (goBackwards) byTime = tf.reverse(byTime, 0);
      const { mask } = options;
      const turned = mask && (goBackwards ? tf.reverse(mask, 1) : mask);
      const counts = turned && tf.split(tf.cast(turned, "float32"), steps, 1); // [windows, 1] each
      const states = this.states(byTime, { training, counts: counts as tfTypes.Tensor2D[] | undefined });
      if (returnSequences) return tf.transpose(states, [1, 0, 2]);
      return tf.reshape(tf.slice(states, [steps - 1, 0, 0], [1, windows, units]), [windows, units]);
    });
  }

  protected gate<T extends tfTypes.Tensor>(x: T): T {
    return this.settings.recurrentActivation === "sigmoid" ? tf.sigmoid(x) : hardSigmoid(x);
  }

  /** What the state is multiplied by before it recurs; `undefined` where nothing is dropped. */
  protected recurrentMask(windows: number, training: boolean): tfTypes.Tensor2D | undefined {
    const { recurrentDropout, units } = this.settings;
    if (!training || recurrentDropout === 0) return undefined;
    return dropoutMask([windows, units], recurrentDropout) as tfTypes.Tensor2D;
  }

  override computeOutputShape(inputShape: tfTypes.Shape | tfTypes.Shape[]): tfTypes.Shape {
    const [windows, steps] = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfTypes.Shape;
    const { units, returnSequences } = this.settings;
    return returnSequences ? [windows, steps, units] : [windows, units];
  }

  override getConfig(): tfTypes.serialization.ConfigDict {
    const saved = Object.entries(this.regularizers).map(([name, regularizer]) => [
      name,
      regularizer && { className: regularizer.getClassName(), config: regularizer.getConfig() },
    ]);
    return { ...super.getConfig(), ...this.settings, ...Object.fromEntries(saved) };
  }
}

/** What a step makes of a state: the new one where the step counts, else the one before. */
export function carried<T extends tfTypes.Tensor>(
  next: T,
  before: T,
  counts: tfTypes.Tensor2D | undefined,
): T {
  return counts ? (tf.add(before, tf.mul(counts, tf.sub(next, before))) as T) : next;
}

/** Zeros with probability `share`, else 1 / (1 - share). */
function dropoutMask(shape: number[], share: number): tfTypes.Tensor {
  return tf.dropout(tf.ones(shape), share);
}
