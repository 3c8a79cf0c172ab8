/** Chance that a step of a composed augmentation is done to a sample, or a function that gives an epoch, from 0, its own. */
export type StepProbability = number | ((epoch: number) => number);

function requireProbability(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`Cannot compose augmentations: probability must lie in [0, 1], got ${probability}`);
  }
  return probability;
}

/** @throws {RangeError} if a probability that is the same in every epoch lies outside [0, 1] */
export function checkProbabilities(steps: readonly { probability?: StepProbability }[]): void {
  for (const { probability } of steps) if (typeof probability === "number") requireProbability(probability);
}

/** @throws {RangeError} if the epoch's probability lies outside [0, 1] */
export function probabilityIn(epoch: number, probability: StepProbability): number {
  return typeof probability === "number" ? probability : requireProbability(probability(epoch));
}
