import { checkNumber } from "../core/check";

/** A value that Optuna can choose from. */
type Plain = string | number | boolean | null;

/** What a parameter may be. */
export interface Domain<T> {
  /** What Optuna is told. */
  readonly told: {
    readonly kind: "float" | "int" | "choice";
    readonly low?: number;
    readonly high?: number;
    readonly log?: boolean;
    readonly step?: number;
    readonly values?: readonly Plain[];
  };
  /** The values of a grid; `undefined` where there are endless ones. */
  readonly points: readonly T[] | undefined;
  /** The value that Optuna means. */
  read(value: unknown): T;
  /** What Optuna calls a value. */
  write(value: T): unknown;
  /** Whether a value is one of these. */
  has(value: unknown): boolean;
}

/** Parameters by name, and what each may be. */
export type Space = Readonly<Record<string, Domain<unknown>>>;

/** Values of a space's parameters. */
export type Parameters<S extends Space> = {
  readonly [K in keyof S]: S[K] extends Domain<infer T> ? T : never;
};

/** Options of {@link float}. */
export interface FloatOptions {
  /** Whether equal ratios are equally far, as for learning rates; needs `low` above 0. Default false. */
  log?: boolean;
  /** Distance of the values that are possible, from `low` on; not with `log`. Default: any value. */
  step?: number;
  /** Values of a grid, evenly spread, both ends among them. Default: those of `step`. */
  points?: number;
}

function checkLimits(low: number, high: number, whole: boolean): void {
  const action = "make a parameter";
  checkNumber(low, { action, name: "low", whole });
  checkNumber(high, { action, name: "high", whole, low });
}

function checkLog(low: number, step: number | undefined): void {
  if (!(low > 0)) {
    throw new RangeError(`Cannot make a parameter: low must be above 0 on a logarithmic scale, got ${low}`);
  }
  if (step !== undefined) {
    throw new RangeError(
      `Cannot make a parameter: step must not be given on a logarithmic scale, got ${step}`,
    );
  }
}

/** Steps from low that fit below high; a part of a rounding error is no step. */
const stepsOf = (low: number, high: number, step: number): number => Math.floor((high - low) / step + 1e-9);

/** Points that a grid may have. */
const mostPoints = 1_000_000;

/** Values from low to high in steps. */
function stepped(low: number, high: number, step: number): number[] {
  const count = stepsOf(low, high, step) + 1;
  if (count > mostPoints) {
    throw new RangeError(`Cannot search a grid: a parameter may have ${mostPoints} values, got ${count}`);
  }
  return Array.from({ length: count }, (_, i) => low + i * step);
}

function spread(low: number, high: number, { count, log }: { count: number; log: boolean }): number[] {
  const at = (share: number) => (log ? low * (high / low) ** share : low + share * (high - low));
  if (count === 1 || low === high) return [low];
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? high : at(i / (count - 1))));
}

/**
 * A number from `low` to `high`, both among them.
 *
 * @param options see {@link FloatOptions}
 * @throws {RangeError} if the limits are not finite, in order, or above 0 where they must be
 * @example
 * const rate = float(1e-5, 1e-1, { log: true });
 */
export function float(low: number, high: number, options: FloatOptions = {}): Domain<number> {
  const { log = false, step, points } = options;
  checkLimits(low, high, false);
  if (log) checkLog(low, step);
  const action = "make a parameter";
  if (step !== undefined) checkNumber(step, { action, name: "step", low: 0, above: true });
  if (points !== undefined) checkNumber(points, { action, name: "points", whole: true, low: 1 });
  const last = step === undefined ? high : low + stepsOf(low, high, step) * step;
  return {
    told: { kind: "float", low, high: last, log, step },
    get points() {
      if (points !== undefined) return spread(low, high, { count: points, log });
      return step === undefined ? undefined : stepped(low, high, step);
    },
    read: Number,
    write: (value) => value,
    // The last step may be a rounding error above.
    has: (value) => typeof value === "number" && value >= low && value <= Math.max(high, last),
  };
}

/** Options of {@link int}. */
export interface IntOptions {
  /** Whether equal ratios are equally far, as for sizes of layers; needs `low` above 0. Default false. */
  log?: boolean;
  /** Distance of the values that are possible, from `low` on; not with `log`. Default 1. */
  step?: number;
}

/**
 * A whole number from `low` to `high`, both among them.
 *
 * @param options see {@link IntOptions}
 * @throws {RangeError} if the limits are not whole, in order, or above 0 where they must be
 * @example
 * const layers = int(1, 4);
 */
export function int(low: number, high: number, options: IntOptions = {}): Domain<number> {
  const { log = false, step } = options;
  checkLimits(low, high, true);
  if (log) checkLog(low, step);
  if (step !== undefined)
    checkNumber(step, { action: "make a parameter", name: "step", whole: true, low: 1 });
  const by = step ?? 1;
  const last = low + stepsOf(low, high, by) * by;
  return {
    told: { kind: "int", low, high: last, log, step },
    get points() {
      return stepped(low, high, by);
    },
    read: Number,
    write: (value) => value,
    has: (value) =>
      Number.isInteger(value) &&
      (value as number) >= low &&
      (value as number) <= last &&
      ((value as number) - low) % by === 0,
  };
}

/**
 * One of some values.
 *
 * @param values texts, numbers, booleans, null, or anything else, which figures and tables then name by its place
 * @throws {RangeError} if there are none, or one twice
 * @example
 * const activation = choice(["relu", "gelu", "mish"]);
 */
export function choice<const T>(values: readonly T[]): Domain<T> {
  if (values.length === 0 || new Set(values).size !== values.length) {
    throw new RangeError(
      `Cannot make a parameter: choices must be one or more different values, got [${values}]`,
    );
  }
  const kinds = new Set(values.map((value) => (value === null ? "null" : typeof value)));
  // Python takes true for 1 and false for 0.
  const isMixed = kinds.has("boolean") && kinds.has("number");
  const isPlain =
    !isMixed && [...kinds].every((kind) => ["null", "string", "number", "boolean"].includes(kind));
  const names = isPlain ? (values as unknown as Plain[]) : values.map((_, i) => `choice ${i}`);
  const places = new Map<unknown, number>(names.map((name, i) => [name, i]));
  return {
    told: { kind: "choice", values: names },
    points: values,
    read: (name) => values[places.get(name) as number],
    write: (value) => names[values.indexOf(value)],
    has: (value) => values.includes(value as T),
  };
}

/** All points of a grid, the last parameter changing fastest. */
export function gridOf(space: Space): Record<string, unknown>[] {
  let grid: Record<string, unknown>[] = [{}];
  for (const [name, { points }] of Object.entries(space)) {
    if (points === undefined) {
      throw new RangeError(`Cannot search a grid: ${name} must have a step or points, got neither`);
    }
    if (grid.length * points.length > mostPoints) {
      throw new RangeError(`Cannot search a grid: it may have ${mostPoints} points, got more`);
    }
    grid = grid.flatMap((before) => points.map((value) => ({ ...before, [name]: value })));
  }
  return grid;
}
