import { cut } from "./rowParser";

/** What a column may be told to hold. */
export type ColumnKind = "number" | "boolean" | "string";

const words = new Map<string, boolean | number>([
  ["true", true],
  ["True", true],
  ["TRUE", true],
  ["false", false],
  ["False", false],
  ["FALSE", false],
  ...["inf", "Inf", "+inf", "infinity"].map((word): [string, number] => [word, Number.POSITIVE_INFINITY]),
  ...["-inf", "-Inf", "-infinity"].map((word): [string, number] => [word, Number.NEGATIVE_INFINITY]),
]);

/** What pandas takes for a missing value. */
export const missingWords: readonly string[] = [
  ...["", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>"],
  ...["N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"],
];

/** A field as a number; NaN where it is none, or a whole number too large to be kept exactly. */
function numberOf(field: string): number {
  const value = field === "" ? Number.NaN : Number(field);
  if (Number.isNaN(value)) return value;
  // Blanks are no zero; 0x10, 0b1 and 0o7 are numbers in JavaScript alone.
  const prefix = field.charCodeAt(1) | 32;
  const isOdd = prefix === 120 || prefix === 98 || prefix === 111 || field.charCodeAt(0) <= 32;
  if (isOdd && !/^\s*[-+.\d][-+.\deE]*\s*$/.test(field)) return Number.NaN;
  const isLarge = Math.abs(value) > Number.MAX_SAFE_INTEGER;
  return isLarge && /^\s*[+-]?\d+\s*$/.test(field) ? Number.NaN : value;
}

/** One column while it is read: its kind is that of all its values. */
export class GrowingColumn {
  readonly values: unknown[] = [];
  /** Whether a text came after values that were not kept as texts: the column is to be read again. */
  isLost = false;
  private isText: boolean;
  private hasNumbers = false;
  private hasBooleans = false;
  private readonly isForced: boolean;
  /** Whether a number may stand for a missing value. */
  private readonly hasMissingNumbers: boolean;

  constructor(
    readonly name: string,
    private readonly kind: ColumnKind | undefined,
    private readonly missing: ReadonlySet<string>,
  ) {
    this.isForced = kind !== undefined;
    this.isText = kind === "string";
    this.hasMissingNumbers = [...missing].some((word) => !Number.isNaN(numberOf(word)));
  }

  /** @param refuse makes the error of a field that is not what the column must hold */
  push(field: string, refuse: (problem: string) => Error): void {
    const value = this.isText ? this.textOf(field) : this.valueOf(field);
    if (value !== undefined) {
      this.values.push(value);
      return;
    }
    if (this.isForced)
      throw refuse(`column ${this.name} must be a ${this.kind}, got ${JSON.stringify(cut(field))}`);
    this.isLost = this.hasNumbers || this.hasBooleans;
    this.isText = true;
    this.values.push(field);
  }

  private textOf(field: string): string | number {
    return this.missing.has(field) ? Number.NaN : field;
  }

  /** `undefined` for a text. */
  private valueOf(field: string): number | boolean | undefined {
    const number = this.hasMissingNumbers && this.missing.has(field) ? Number.NaN : numberOf(field);
    if (Number.isNaN(number) && this.missing.has(field)) return number;
    const value = Number.isNaN(number) ? (words.get(field) ?? number) : number;
    if (typeof value === "boolean") {
      if (this.hasNumbers || this.kind === "number") return undefined;
      this.hasBooleans = true;
      return value;
    }
    if (Number.isNaN(value) || this.hasBooleans || this.kind === "boolean") return undefined;
    this.hasNumbers = true;
    return value;
  }
}
