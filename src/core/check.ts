/** What a number must be. */
export interface NumberLimits {
  /** Smallest value; none by default. */
  readonly low?: number;
  /** Greatest value; none by default. */
  readonly high?: number;
  /** Whether `low` itself is too small; `false` by default. */
  readonly above?: boolean;
  /** Whether `high` itself is too great; `false` by default. */
  readonly below?: boolean;
  /** Whether it must be whole; `false` by default. */
  readonly whole?: boolean;
}

/** What a number must be, and what it is for. */
export interface NumberRule extends NumberLimits {
  /** What is done with it, such as `"drop patches"`. */
  readonly action: string;
  /** The option's name. */
  readonly name: string;
}

/**
 * Refuses an option's number that is not finite, not whole or out of reach, before any work begins.
 *
 * @throws {RangeError} if it breaks the rule
 */
export function checkNumber(value: number, rule: NumberRule): void {
  const { action, name, above = false, below = false, whole = false } = rule;
  const { low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY } = rule;
  const fits = whole ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (fits && (below ? value < high : value <= high) && (above ? value > low : value >= low)) return;
  const limits = [
    ...(low > Number.NEGATIVE_INFINITY ? [`${above ? "above" : "from"} ${low}`] : []),
    ...(high < Number.POSITIVE_INFINITY ? [`${below ? "below" : "to"} ${high}`] : []),
  ];
  const kind = whole ? "a whole number" : "a finite number";
  throw new RangeError(
    `Cannot ${action}: ${name} must be ${[kind, ...limits].join(" ")}, got ${String(value)}`,
  );
}

/** What the value of an option must be: a number, a list, an object of options, one of a choice, or anything. */
export type OptionRule =
  | NumberLimits
  | { readonly each: OptionRule; readonly least: number; readonly most: number }
  | { readonly options: OptionRules }
  | readonly (string | number | boolean)[]
  | "any";

/** A rule for each option; all options that there are, by name. */
export type OptionRules<O = Readonly<Record<string, unknown>>> = { readonly [K in keyof O]-?: OptionRule };

/**
 * Refuses options that are unknown or break their rule, before any work begins. An option that is `undefined` has its
 * default.
 *
 * @param options as they were given
 * @param rules a rule for each option that there is
 * @param place `action`: what is done with them, such as `"build a network"`; `required`: those without a default
 * @throws {TypeError} if an option is unknown, with the known name that is nearest
 * @throws {RangeError} if one is missing or breaks its rule
 * @example
 * checkOptions(options, { size: { whole: true, low: 1 }, mode: ["fast", "exact"] }, { action: "sort", required: ["size"] });
 */
export function checkOptions<O extends object>(
  options: O,
  rules: OptionRules<O>,
  place: { action: string; required?: readonly (keyof O & string)[] },
): void {
  const { action, required = [] } = place;
  for (const name of required) {
    if (options[name] === undefined) {
      throw new RangeError(`Cannot ${action}: ${name} must be given, got none`);
    }
  }
  checkFields(options, rules as OptionRules, { action, prefix: "" });
}

function checkFields(options: object, rules: OptionRules, place: { action: string; prefix: string }): void {
  const { action, prefix } = place;
  const known = Object.keys(rules);
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) {
      const near = nearest(name, known);
      const hint = near === undefined ? `known are ${known.join(", ")}` : `did you mean ${near}?`;
      throw new TypeError(`Cannot ${action}: there is no option ${prefix}${name}; ${hint}`);
    }
    if (value !== undefined) checkValue(value, rules[name], { action, name: `${prefix}${name}` });
  }
}

function checkValue(value: unknown, rule: OptionRule, place: { action: string; name: string }): void {
  const { action, name } = place;
  const refuse = (requirement: string) =>
    new RangeError(`Cannot ${action}: ${name} must be ${requirement}, got ${shown(value)}`);
  if (rule === "any") return;
  if (Array.isArray(rule)) {
    if (rule.includes(value)) return;
    throw refuse(`${rule.slice(0, -1).join(", ")} or ${rule[rule.length - 1]}`);
  }
  if ("each" in rule) {
    const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
    const list = isList ? (value as ArrayLike<unknown>) : undefined;
    const { each, least, most } = rule;
    if (!list || list.length < least || list.length > most) {
      throw refuse(`a list of ${least === most ? least : `${least} to ${most}`}`);
    }
    for (let i = 0; i < list.length; i++) checkValue(list[i], each, { action, name: `${name}[${i}]` });
    return;
  }
  if ("options" in rule) {
    if (typeof value !== "object" || value === null) throw refuse("an object of options");
    checkFields(value, rule.options, { action, prefix: `${name}.` });
    return;
  }
  checkNumber(value as number, { ...(rule as NumberLimits), action, name });
}

function shown(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The known name that differs least, by at most a third of its letters; whether letters are large does not count. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const distances = known.map((other) => distance(name.toLowerCase(), other.toLowerCase()));
  const least = Math.min(...distances);
  const near = known[distances.indexOf(least)];
  return near !== undefined && least <= Math.max(1, near.length / 3) ? near : undefined;
}

/** Letters to insert, leave out or exchange to make one word of the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
