/** What a number must be, and what it is for. */
export interface NumberRule {
  /** What is done with it, such as `"drop patches"`. */
  readonly action: string;
  /** The option's name. */
  readonly name: string;
  /** Smallest value; none by default. */
  readonly low?: number;
  /** Greatest value; none by default. */
  readonly high?: number;
  /** Whether `low` itself is too small; `false` by default. */
  readonly above?: boolean;
  /** Whether it must be whole; `false` by default. */
  readonly whole?: boolean;
}

/**
 * Refuses an option's number that is not finite, not whole or out of reach, before any work begins.
 *
 * @throws {RangeError} if it breaks the rule
 */
export function checkNumber(value: number, rule: NumberRule): void {
  const { action, name, above = false, whole = false } = rule;
  const { low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY } = rule;
  const fits = whole ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (fits && value <= high && (above ? value > low : value >= low)) return;
  const limits = [
    ...(low > Number.NEGATIVE_INFINITY ? [`${above ? "above" : "from"} ${low}`] : []),
    ...(high < Number.POSITIVE_INFINITY ? [`to ${high}`] : []),
  ];
  const kind = whole ? "a whole number" : "a finite number";
  throw new RangeError(
    `Cannot ${action}: ${name} must be ${[kind, ...limits].join(" ")}, got ${String(value)}`,
  );
}
