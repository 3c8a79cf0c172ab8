/** What `fit` needs to go on where it stopped: how it is gathered from those who hold it, and put back. */

import type { NamedArray } from "../../core/array";
import type { TrainStep } from "../step/step";
import type { Trainer } from "../step/trainer";
import type { Callback, FitState } from "../types";

/** Who holds the state of a run, beside what the run itself counts. */
export interface StateHolders {
  readonly step: TrainStep;
  readonly trainer: Trainer;
  readonly callbacks: readonly Callback[];
}

/** The tensors of a state, and what the callbacks remember. */
export function gatherState({ step, trainer, callbacks }: StateHolders): {
  tensors: Record<string, NamedArray>;
  remembered: Record<string, unknown>;
} {
  const values = trainer.read();
  const tensors: Record<string, NamedArray> = {};
  for (const { name, data, shape } of step.weights.named(values))
    tensors[`weights/${name}`] = { data, shape };
  for (const [name, data] of Object.entries(values.slots)) {
    const scalar = step.options.optimizer.slots[name].kind === "scalar";
    tensors[`slots/${name}`] = { data, shape: scalar ? [] : [data.length] };
  }
  const remembered: Record<string, unknown> = {};
  for (const callback of callbacks) {
    const own = callback.state?.();
    if (!own) continue;
    remembered[callback.name] = own.json;
    for (const [name, array] of Object.entries(own.arrays ?? {})) {
      tensors[`callbacks/${callback.name}/${name}`] = array;
    }
  }
  return { tensors, remembered };
}

/** Writes weights into the session and into the model. */
export function writeWeights(
  weights: readonly NamedArray[],
  { step, trainer }: Pick<StateHolders, "step" | "trainer">,
): void {
  const flat = step.weights.fromNamed(weights);
  trainer.write(flat);
  step.weights.assign(flat.trainable, flat.fixed);
}

/**
 * Puts a state back into those who hold it.
 *
 * @throws {RangeError} if it is of another optimizer or model
 */
export function restoreState(state: FitState, holders: StateHolders): void {
  const { tensors, progress } = state;
  const { step, trainer, callbacks } = holders;
  const { optimizer } = step.options;
  if (progress.optimizer !== optimizer.name) {
    throw new RangeError(
      `Cannot go on training: the state is of optimizer "${progress.optimizer}", got "${optimizer.name}"`,
    );
  }
  // Names hold counters that differ between two builds of a model in one process; place and shape decide.
  const names = Object.keys(tensors).filter((name) => name.startsWith("weights/"));
  const weights = names.sort().map((name) => tensors[name]);
  writeWeights(weights, holders);
  const slots: Record<string, Float32Array> = {};
  for (const [name, initial] of Object.entries(step.initialSlots())) {
    const found = tensors[`slots/${name}`];
    if (found?.data.length !== initial.length) {
      throw new RangeError(
        `Cannot go on training: slot "${name}" must have ${initial.length} values, got ${found?.data.length ?? "none"}`,
      );
    }
    slots[name] = found.data;
  }
  trainer.write({ slots });
  for (const callback of callbacks) {
    const prefix = `callbacks/${callback.name}/`;
    const arrays = Object.fromEntries(
      Object.entries(tensors)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, array]) => [name.slice(prefix.length), array]),
    );
    const json = progress.callbacks[callback.name];
    if (json !== undefined) callback.restore?.({ json, arrays });
  }
}
