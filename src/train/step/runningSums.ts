/** The sums of loss and metrics that a program adds up over its steps. */
import { dtypeNumber, type Output } from "../../engine";
import type { ProgramBuilder } from "./programBuilder";

/** TensorFlow's number of float64, which the addon does not name. */
const double = 2;

/** The running sums before the first step, in double precision, where adding is exact whatever the grouping. */
export function zeroSums(builder: ProgramBuilder, size: number): Output {
  return builder.setDtype(builder.constant([size], double, new Float64Array(size)), double);
}

/** The running sums after a step. */
export function addSums(builder: ProgramBuilder, total: Output, sums: Output): Output {
  const wide = builder.node("Cast", [sums], {
    attributes: { SrcT: { dtype: dtypeNumber("float32") }, DstT: { dtype: double } },
  });
  return builder.node("AddV2", [total, wide], { attributes: { T: { dtype: double } } });
}

/** Doubles as two float32 values each, high parts first: the addon has no doubles. */
export function splitSums(builder: ProgramBuilder, total: Output): Output {
  const cast = (value: Output, from: number, to: number) =>
    builder.node("Cast", [value], { attributes: { SrcT: { dtype: from }, DstT: { dtype: to } } });
  const float = dtypeNumber("float32");
  const high = cast(total, double, float);
  const rest = builder.node("Sub", [total, cast(high, float, double)], {
    attributes: { T: { dtype: double } },
  });
  return builder.concat([high, cast(rest, double, float)]);
}

/** Sums that came as high and low parts. */
export function joinSums(parts: Float32Array): Float64Array {
  const size = parts.length / 2;
  return Float64Array.from({ length: size }, (_, index) => parts[index] + parts[index + size]);
}
