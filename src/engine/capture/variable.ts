/** Variables of a session: how a graph reads, writes, fills and fetches them. */

import { backend } from "../native";
import type { GraphBuilder, Output } from "./graph";
import { asIntegers, type GraphSession } from "./session";

/** What a session's variable may hold. */
export type VariableDtype = "float32" | "int32" | "uint8";

/** The addon's number of a dtype. */
export function dtypeNumber(dtype: VariableDtype): number {
  const { binding } = backend();
  if (dtype === "float32") return binding.TF_FLOAT;
  return dtype === "int32" ? binding.TF_INT32 : binding.TF_UINT8;
}

/** int32 words as values of another dtype and shape; `sizes` is the shape as an int32 output. */
export function fromWords(builder: GraphBuilder, words: Output, dtype: VariableDtype, sizes: Output): Output {
  const { binding } = backend();
  const number = dtypeNumber(dtype);
  let values = words;
  if (dtype !== "int32") {
    values = builder.node("Bitcast", [words], {
      attributes: { T: { dtype: binding.TF_INT32 }, type: { dtype: number } },
    });
  }
  if (dtype === "uint8") {
    const flat = builder.node("Reshape", [values, builder.integers([-1])], {
      attributes: { T: { dtype: number }, Tshape: { dtype: binding.TF_INT32 } },
    });
    // The last word may be filled up with zeros.
    const count = builder.node("Prod", [sizes, builder.integers([0])], {
      attributes: {
        T: { dtype: binding.TF_INT32 },
        Tidx: { dtype: binding.TF_INT32 },
        keep_dims: { bool: true },
      },
    });
    values = builder.node("Slice", [flat, builder.integers([0]), count], {
      attributes: { T: { dtype: number }, Index: { dtype: binding.TF_INT32 } },
    });
  }
  return builder.node("Reshape", [values, sizes], {
    attributes: { T: { dtype: number }, Tshape: { dtype: binding.TF_INT32 } },
  });
}

/** A variable of a session, with the nodes that fill and fetch it. */
export class GraphVariable {
  readonly handle: Output;
  private readonly words: Output;
  private readonly sizes: Output;
  private readonly filled: Output;
  private readonly value: Output;
  private readonly number: number;

  /** @param options `shape` may hold -1 where it varies */
  constructor(
    private readonly builder: GraphBuilder,
    readonly name: string,
    options: { dtype: VariableDtype; shape: readonly number[] },
  ) {
    const { binding } = backend();
    const { dtype, shape } = options;
    this.number = dtypeNumber(dtype);
    const int32 = { dtype: binding.TF_INT32 };
    this.handle = builder.node("VarHandleOp", [], {
      name,
      attributes: {
        dtype: { dtype: this.number },
        shape: { shape },
        shared_name: { text: name },
        container: { text: "" },
      },
    });
    builder.setDtype(this.handle, 20);
    this.words = builder.node("Placeholder", [], {
      name: `${name}_words`,
      attributes: { dtype: int32, shape: { shape: [-1] } },
    });
    this.sizes = builder.node("Placeholder", [], {
      name: `${name}_sizes`,
      attributes: { dtype: int32, shape: { shape: [shape.length] } },
    });
    // Fed memory belongs to JavaScript and must not end up in a variable.
    const own = builder.node("DeepCopy", [this.words], { attributes: { T: int32 }, host: true });
    const assigned = this.assign(fromWords(builder, own, dtype, this.sizes));
    this.filled = builder.node("Const", [`^${assigned}`], {
      attributes: {
        dtype: int32,
        value: { tensor: { shape: [], dtype: binding.TF_INT32, values: Int32Array.of(1) } },
      },
    });
    this.value = builder.node("Identity", [this.read()], { attributes: { T: { dtype: this.number } } });
  }

  /** The variable's value, read once for each call. */
  read(): Output {
    const output = this.builder.node("ReadVariableOp", [this.handle], {
      attributes: { dtype: { dtype: this.number } },
    });
    return this.builder.setDtype(output, this.number);
  }

  /** Writes a value; returns the node to wait for. */
  assign(value: Output): Output {
    return this.builder.node("AssignVariableOp", [this.handle, value], {
      attributes: { dtype: { dtype: this.number }, validate_shape: { bool: false } },
    });
  }

  /** Rows of the variable, read without copying the rest. `indices` is int32 `[rows]`. */
  gather(indices: Output): Output {
    const output = this.builder.node("ResourceGather", [this.handle, indices], {
      attributes: {
        dtype: { dtype: this.number },
        Tindices: { dtype: backend().binding.TF_INT32 },
        batch_dims: { int: 0 },
        validate_indices: { bool: true },
      },
    });
    return this.builder.setDtype(output, this.number);
  }

  /** Puts an array into the session. */
  fill(session: GraphSession, array: ArrayBufferView, shape: readonly number[]): void {
    const words = asIntegers(array);
    session.run(
      [
        { output: this.words, shape: [words.length], values: words },
        { output: this.sizes, shape: [shape.length], values: Int32Array.from(shape) },
      ],
      [this.filled],
    );
  }

  /** The present value. */
  fetch(session: GraphSession): Float32Array {
    return session.run([], [this.value])[0] as Float32Array;
  }
}
