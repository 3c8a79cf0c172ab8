/** What `fit` needs to go on where it stopped: how it is gathered from those who hold it, and put back. */

import type { NamedArray } from "../../core/array";
import type { TrainStep } from "../step/step";
import type { Trainer } from "../step/trainer";
import type { Callback, FitState } from "../types";
import { checkWeights, scoredPrefix, weightsOf } from "./checkpoint";

/** Who holds the state of a run, besides what the run itself counts. */
export interface StateHolders {
  readonly step: TrainStep;
  readonly trainer: Trainer;
  readonly callbacks: readonly Callback[];
}

/** What each callback's memory is kept under: its name and what it monitor, numbered where several have both alike. */
function memoryKeys(callbacks: readonly Callback[]): string[] {
  const counts = new Map<string, number>();
  return callbacks.map(({ name, monitor }) => {
    const key = monitor === undefined ? name : `${name} of ${monitor}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count === 1 ? key : `${key} #${count}`;
  });
}

/** What the callbacks remember, and their tensors. */
export function gatherMemories(callbacks: readonly Callback[]): {
  tensors: Record<string, NamedArray>;
  callbacks: Record<string, unknown>;
} {
  const tensors: Record<string, NamedArray> = {};
  const remembered: Record<string, unknown> = {};
  const keys = memoryKeys(callbacks);
  for (const [place, callback] of callbacks.entries()) {
    const memory = callback.state?.();
    if (!memory) continue;
    remembered[keys[place]] = memory.json;
    for (const [name, array] of Object.entries(memory.arrays ?? {})) {
      tensors[`callbacks/${keys[place]}/${name}`] = array;
    }
  }
  return { tensors, callbacks: remembered };
}

/** Hands the callbacks what they remembered; one that the state knows nothing of begins anew. */
export function restoreMemories(state: FitState, callbacks: readonly Callback[]): void {
  const keys = memoryKeys(callbacks);
  for (const [place, callback] of callbacks.entries()) {
    const prefix = `callbacks/${keys[place]}/`;
    const arrays = Object.fromEntries(
      Object.entries(state.tensors)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, array]) => [name.slice(prefix.length), array]),
    );
    const json = state.progress.callbacks[keys[place]];
    if (json !== undefined) callback.restore?.({ json, arrays });
  }
}

/**
 * The tensors of a state, and what the callbacks remember.
 *
 * @param options `training`: the weights that training goes on from, where those in the session are others
 */
export function gatherState(
  holders: StateHolders,
  options: { training?: readonly NamedArray[] } = {},
): { tensors: Record<string, NamedArray>; callbacks: Record<string, unknown> } {
  const { step, trainer, callbacks } = holders;
  const { training } = options;
  const values = trainer.read();
  const tensors: Record<string, NamedArray> = {};
  for (const [place, { name, data, shape }] of step.weights.named(values).entries()) {
    tensors[`weights/${name}`] = training?.[place] ?? { data, shape };
    if (training) tensors[`${scoredPrefix}${name}`] = { data, shape };
  }
  for (const [name, data] of Object.entries(values.slots)) {
    const scalar = step.options.optimizer.slots[name].kind === "scalar";
    tensors[`slots/${name}`] = { data, shape: scalar ? [] : [data.length] };
  }
  const memories = gatherMemories(callbacks);
  return { tensors: { ...tensors, ...memories.tensors }, callbacks: memories.callbacks };
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
 * @throws {RangeError} if it is of another optimizer or model, or other layers are frozen
 */
export function restoreState(state: FitState, holders: StateHolders): void {
  const { tensors, progress } = state;
  const { step, trainer, callbacks } = holders;
  const { optimizer, model } = step.options;
  if (progress.optimizer !== optimizer.name) {
    throw new RangeError(
      `Cannot go on training: the state is of optimizer "${progress.optimizer}", got "${optimizer.name}"`,
    );
  }
  const weights = weightsOf(tensors);
  checkWeights(weights, { model, source: "the state" });
  const trained = step.weights.trainableKeys();
  const others = [
    ...trained.filter((name) => !progress.trainable.includes(name)).map((name) => `"${name}" frozen`),
    ...progress.trainable.filter((name) => !trained.includes(name)).map((name) => `"${name}" trained`),
  ];
  if (others.length > 0) {
    throw new RangeError(
      `Cannot go on training: the same layers must be frozen as in the state, where ${others[0]} was; loadWeights takes its weights for a training that begins anew`,
    );
  }
  writeWeights(
    step.weights.keys().map((name) => weights.get(name) as NamedArray),
    holders,
  );
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
  restoreMemories(state, callbacks);
}
