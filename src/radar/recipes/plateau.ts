import { type Callback, earlyStopping, type FoldContext, reduceLROnPlateau } from "../../train";

/** The author's callbacks; a model of all samples has no validation to watch. */
export function plateauCallbacks({ fold }: FoldContext, minDelta?: number): Callback[] {
  if (fold === undefined) return [];
  return [reduceLROnPlateau({ factor: 0.3, patience: 5, minDelta }), earlyStopping({ patience: 11 })];
}
