import type { DataArray } from "../../core/array";
import type { VariableDtype } from "../../engine";

const arrays = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array } as const;

/**
 * Values as the dtype that a program was recorded for; the array itself where it is of that dtype.
 *
 * @throws {TypeError} if a value would change, such as 0.5 as a whole number, with its place
 */
export function convertValues(values: ArrayLike<number>, dtype: VariableDtype): DataArray {
  const Values = arrays[dtype];
  if (values instanceof Values) return values;
  const converted = Values.from(values);
  if (dtype === "float32") return converted;
  const changed = converted.findIndex((value, index) => value !== values[index]);
  if (changed < 0) return converted;
  throw new TypeError(
    `Cannot use the data: the program takes ${dtype} values, got ${values[changed]} at place ${changed}`,
  );
}
