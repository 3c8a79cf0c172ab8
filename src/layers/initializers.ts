/**
 * Keras's initializers by Keras's distributions. tfjs's orthogonal one takes seconds for a recurrent kernel of usual
 * size; that its normal ones are too narrow is repaired by the engine.
 */
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { randomSource } from "../core/random";
import { tf } from "../engine";

/** What tfjs takes as an initializer. */
export type Initializer = ReturnType<typeof tf.initializers.zeros>;

/** The name of an initializer as Keras spells it, in camel case. */
export type InitializerName =
  | "glorotUniform"
  | "heNormal"
  | "heUniform"
  | "leCunNormal"
  | "orthogonal"
  | "zeros";

/** tfjs exports no base class, yet tests for it; every initializer inherits from it. */
const InitializerBase = Object.getPrototypeOf(
  tf.initializers.zeros().constructor,
) as abstract new () => Initializer;

/** Random orthonormal columns (or rows, where there are fewer), by Gram-Schmidt in double precision. */
class OrthogonalMatrix extends InitializerBase {
  static readonly className = "OrthogonalMatrix";
  private readonly seed: number;

  constructor(options: { seed?: number }) {
    super();
    this.seed = options.seed ?? 0;
  }

  override apply(shape: number[]): tfTypes.Tensor {
    const columns = shape[shape.length - 1];
    const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
    return tf.tensor(orthonormal(rows, columns, this.seed), shape, "float32");
  }

  override getConfig(): tfTypes.serialization.ConfigDict {
    return { seed: this.seed };
  }
}
tf.serialization.registerClass(
  OrthogonalMatrix as unknown as tfTypes.serialization.SerializableConstructor<Initializer>,
);

/** Four sums at a time, which the processor adds side by side. */
function dot(a: Float64Array, b: Float64Array): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const even = a.length & ~3;
  for (let i = 0; i < even; i += 4) {
    first += a[i] * b[i];
    second += a[i + 1] * b[i + 1];
    third += a[i + 2] * b[i + 2];
    fourth += a[i + 3] * b[i + 3];
  }
  for (let i = even; i < a.length; i++) first += a[i] * b[i];
  return first + second + third + fourth;
}

/** A rows x columns matrix, row-major, whose shorter side is orthonormal. */
function orthonormal(rows: number, columns: number, seed: number): Float32Array {
  const random = randomSource(seed);
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from({ length }, () => random.normal());
    // Modified Gram-Schmidt; the matrix is random, so one pass in double precision is exact in single.
    for (const earlier of vectors) {
      const share = dot(vector, earlier);
      for (let i = 0; i < length; i++) vector[i] -= share * earlier[i];
    }
    const norm = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < length; i++) vector[i] /= norm;
    vectors.push(vector);
  }
  const matrix = new Float32Array(rows * columns);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < length; j++)
      matrix[rows >= columns ? j * columns + i : i * columns + j] = vectors[i][j];
  }
  return matrix;
}

/**
 * An initializer as Keras defines it.
 *
 * @param name `glorotUniform`, `heNormal`, `heUniform`, `leCunNormal` or `orthogonal`
 * @param options.seed a whole number above zero; the same seed gives the same weights
 * @throws {RangeError} if the name is unknown
 * @example
 * tf.layers.dense({ units: 8, kernelInitializer: initializer("heUniform", { seed: 7 }) });
 */
export function initializer(name: InitializerName, options: { seed: number }): Initializer {
  const { seed } = options;
  const truncated = (scale: number): Initializer =>
    tf.initializers.varianceScaling({
      scale,
      mode: "fanIn",
      distribution: "normal",
      seed,
    });
  switch (name) {
    case "glorotUniform":
      return tf.initializers.glorotUniform({ seed });
    case "heUniform":
      return tf.initializers.heUniform({ seed });
    case "heNormal":
      return truncated(2);
    case "leCunNormal":
      return truncated(1);
    case "orthogonal":
      return new OrthogonalMatrix({ seed });
    case "zeros":
      return tf.initializers.zeros();
    default:
      throw new RangeError(
        `Cannot make an initializer: the name must be glorotUniform, heNormal, heUniform, leCunNormal, orthogonal or zeros, got ${name}`,
      );
  }
}
