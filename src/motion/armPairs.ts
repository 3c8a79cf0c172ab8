import type { LabelPair } from "../augment";
import { labelNames } from "./labels";

/** A label of the competition's by its name. */
function labelOf(name: string): number {
  return labelNames.indexOf(name);
}

/**
 * The exercises that are recorded for the left arm, for the right arm, and for both after one another: dumbbell row and
 * triceps kickback. What `augment.joinSeries` and the recipes' `arms` make windows of both arms of. The sensor is always on
 * the right arm, so a left arm is no mirrored right one; Lawnmower has a left and a right, but none of both.
 *
 * @example
 * armPairs[0]; // { first: 12, second: 13, joined: 11 }
 */
export const armPairs: readonly LabelPair[] = ["Dumbbell Row", "Triceps Kickback"].map((exercise) => ({
  first: labelOf(`${exercise} (knee on bench) (left arm)`),
  second: labelOf(`${exercise} (knee on bench) (right arm)`),
  joined: labelOf(`${exercise} (knee on bench) (label spans both arms)`),
}));
