import { readFileSync } from "node:fs";
import path from "node:path";
import type { Probabilities } from "../../src/metrics/probabilities";

/** What scikit-learn says of one set of predictions. */
export interface GoldenScores {
  classes: number;
  truth: number[];
  table: number[];
  logLoss: number;
  logLossFloat32: number;
  weighted: number;
  accuracy: number;
  balancedAccuracy: number;
  macroF1: number;
  precision: number[];
  recall: number[];
  f1: number[];
  support: number[];
  confusion: number[];
  normalized: Record<"truth" | "prediction" | "all", number[]>;
  topK: Record<string, number>;
  calibration: Record<string, { accuracy: number[]; confidence: number[] }>;
  calibrationError: number;
}

/** Predictions of which one row is all zeros, and scikit-learn's log loss as they are and after normalizing. */
interface GoldenZeroRow {
  classes: number;
  truth: number[];
  table: number[];
  kept: number;
  normalized: number;
}

const file = path.join(__dirname, "..", "golden", "classification.json");

const all: Record<"small" | "imbalanced" | "certain", GoldenScores> & { zero: GoldenZeroRow } = JSON.parse(
  readFileSync(file, "utf8"),
);

export const golden = all;
export const goldenZeroRow = all.zero;

/** The predictions as float64 probabilities. */
export function probabilities({ table, classes }: { table: number[]; classes: number }): Probabilities {
  return { data: Float64Array.from(table), shape: [table.length / classes, classes] };
}

/** Whether two lists agree within 1e-12. */
export function close(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return (
    a.length === b.length &&
    Array.from(a).every((value, i) => Math.abs(value - b[i]) <= 1e-12 * (1 + Math.abs(b[i])))
  );
}
