import { dtypeNumber, GraphBuilder, type Output, type VariableDtype } from "../../engine";
import type { SampleSpec } from "./trainer";

/** A graph builder with the nodes that programs are made of. */
export class ProgramBuilder extends GraphBuilder {
  /** An int32 input of the session. */
  placeholder(name: string, shape: readonly number[]): Output {
    const number = dtypeNumber("int32");
    const output = this.node("Placeholder", [], {
      name,
      attributes: { dtype: { dtype: number }, shape: { shape } },
    });
    return this.setDtype(output, number);
  }

  /** A node with one dtype attribute and, where it takes an int32 argument, that one's. */
  typed(
    op: string,
    inputs: readonly Output[],
    dtypes: Readonly<Record<string, VariableDtype>>,
    result: VariableDtype = Object.values(dtypes)[0],
  ): Output {
    const attributes = Object.fromEntries(
      Object.entries(dtypes).map(([name, dtype]) => [name, { dtype: dtypeNumber(dtype) }]),
    );
    return this.setDtype(this.node(op, inputs, { attributes }), dtypeNumber(result));
  }

  /** `size` values from the place that the int32 scalar `begin` says. */
  slice(values: Output, begin: Output, size: number, dtype: VariableDtype): Output {
    const from = this.typed("Reshape", [begin, this.integers([1])], { T: "int32", Tshape: "int32" });
    return this.typed("Slice", [values, from, this.integers([size])], { T: dtype, Index: "int32" });
  }

  /** The value at the place that the int32 scalar `begin` says. */
  scalar(values: Output, begin: Output, dtype: VariableDtype): Output {
    const one = this.slice(values, begin, 1, dtype);
    return this.typed("Reshape", [one, this.integers([])], { T: dtype, Tshape: "int32" });
  }

  /** float32 vectors, one after another. */
  concat(parts: readonly Output[]): Output {
    if (parts.length === 1) return parts[0];
    return this.node("ConcatV2", [...parts, this.integers(0)], {
      attributes: {
        T: { dtype: dtypeNumber("float32") },
        Tidx: { dtype: dtypeNumber("int32") },
        N: { int: parts.length },
      },
    });
  }

  /** A batch of samples as float32. */
  asFloat(output: Output, spec: SampleSpec, batch: number): Output {
    const float =
      spec.dtype === "float32"
        ? output
        : this.typed("Cast", [output], { SrcT: spec.dtype, DstT: "float32" }, "float32");
    // The recorded ops know the batch's extents; the gathered values must too.
    return this.typed("Reshape", [float, this.integers([batch, ...spec.shape])], {
      T: "float32",
      Tshape: "int32",
    });
  }
}
