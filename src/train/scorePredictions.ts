import type { Score } from "./crossValidateOptions";

/** Scores by name of the predictions of some samples. */
export function scorePredictions(
  scores: Readonly<Record<string, Score>>,
  given: Parameters<Score>[0],
): Record<string, number> {
  return Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, score(given)]));
}
