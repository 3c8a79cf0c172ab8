import path from "node:path";
import { parseArgs } from "node:util";

/** Flags that every pair has. */
export interface PairFlags {
  /** Folder of the data, in the competition's layout. */
  readonly data: string;
  /** Folder of the pair: settings, both sides' runs, and the comparison. */
  readonly directory: string;
  readonly seeds: readonly number[];
  /** An interpreter that has NumPy, pandas, Keras 3 and TensorFlow. */
  readonly python: string;
  /** Whether Keras starts each fold from our weights instead of its own. */
  readonly shared: boolean;
}

/** Reads the flags of a pair: the shared ones, and whole numbers of its own with their defaults. */
export function readFlags<Own extends Record<string, number>>(
  name: string,
  own: Own,
): PairFlags & { own: Own } {
  const numbers = Object.entries(own).map(([flag, value]) => [
    flag,
    { type: "string" as const, default: String(value) },
  ]);
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...Object.fromEntries(numbers),
      directory: { type: "string" },
      seeds: { type: "string", default: "1,2,3" },
      python: { type: "string", default: process.env.PODIUM_BENCH_PYTHON ?? "python3" },
      shared: { type: "boolean", default: false },
    },
  });
  const whole = (flag: string, text: string): number => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= 0 && text !== "") return value;
    throw new RangeError(`Cannot compare with Keras: --${flag} must be whole numbers, got ${text}`);
  };
  const [data] = positionals;
  if (positionals.length !== 1) {
    throw new TypeError(
      `Cannot compare with Keras: name the folder of the data, got ${positionals.length} names`,
    );
  }
  const given = values as Record<string, string>;
  const shared = (values as { shared?: boolean }).shared === true;
  const folder = path.join("runs", "compare", shared ? `${name}Shared` : name);
  return {
    data: path.resolve(data),
    directory: path.resolve(given.directory ?? folder),
    shared,
    seeds: given.seeds.split(",").map((text) => whole("seeds", text)),
    python: given.python,
    own: Object.fromEntries(Object.keys(own).map((flag) => [flag, whole(flag, given[flag])])) as Own,
  };
}
