import { checkOptions } from "../core/check";
import { randomSource } from "../core/random";
import type { Series } from "../core/series";
import type { OversampledSeries } from "./oversample";

/** Labels whose windows are joined, and the label that one of each, one after the other, has. */
export interface LabelPair {
  /** Such as an exercise of the left arm. */
  readonly first: number;
  /** Such as the same of the right arm. */
  readonly second: number;
  /** Such as the same of both arms, one after the other. */
  readonly joined: number;
}

/** Options of {@link joinSeries}. */
export interface JoinSeriesOptions {
  /** Labels that are joined; those without windows of both are left out. */
  pairs: readonly LabelPair[];
  /** New windows per window of the joined label, at least one per pair; default 1. */
  copies?: number;
  /** Where the second begins, as a share of the window, drawn between these; default [0.25, 0.75]. */
  cut?: readonly [low: number, high: number];
  /** Seed of the draws; default 0. */
  seed?: number;
}

/** The rules of the options, without the seed. */
const share = { low: 0, high: 1 };

/** Refuses pairs and cuts that say nothing. */
export function checkJoin(
  options: Pick<JoinSeriesOptions, "pairs" | "cut" | "copies"> & { seed?: number; probability?: number },
): void {
  const label = { whole: true, low: 0 };
  checkOptions(
    options,
    {
      pairs: "any",
      copies: { whole: true, low: 0, high: 1000 },
      cut: { each: share, least: 2, most: 2 },
      seed: "any",
      probability: share,
    },
    { action: "join windows", required: ["pairs"] },
  );
  const [low, high] = options.cut ?? [0.25, 0.75];
  if (!(low <= high))
    throw new RangeError(`Cannot join windows: cut must be low <= high, got [${low}, ${high}]`);
  for (const pair of options.pairs) {
    checkOptions(
      pair,
      { first: label, second: label, joined: label },
      { action: "join windows", required: ["first", "second", "joined"] },
    );
  }
}

/**
 * Appends windows that begin as one of one label and go on as one of another, in either order, labelled as both: of the
 * left and of the right arm, they make windows whose label spans both arms. Give it a fold's train part only, as it was
 * recorded: features that add up along time go on over the cut.
 *
 * @param source series `[windows, steps, channels]`
 * @param labels one label per window
 * @param options see {@link JoinSeriesOptions}
 * @returns the given windows followed by the joined ones, with labels; their origin is the one that they begin as
 * @throws {RangeError} if labels and windows disagree, or an option is out of reach
 * @throws {TypeError} if an option is unknown
 * Source: what the third place of DACON 235689 wished for after it.
 * @example
 * const pairs = [{ first: 0, second: 1, joined: 2 }];
 * const { series: more, labels: all } = joinSeries(windows, labels, { pairs });
 */
export function joinSeries(
  source: Series,
  labels: ArrayLike<number>,
  options: JoinSeriesOptions,
): OversampledSeries {
  checkJoin(options);
  const { pairs, copies = 1, cut = [0.25, 0.75], seed = 0 } = options;
  const [windows, steps, channels] = source.shape;
  if (labels.length !== windows) {
    throw new RangeError(`Cannot join windows: need one label per window (${windows}), got ${labels.length}`);
  }
  const random = randomSource(seed).fork("join");
  const places = new Map<number, number[]>();
  for (let w = 0; w < windows; w++) places.set(labels[w], [...(places.get(labels[w]) ?? []), w]);
  const made: { origin: number; other: number; at: number; label: number }[] = [];
  for (const { first, second, joined } of pairs) {
    const [some, others] = [places.get(first) ?? [], places.get(second) ?? []];
    const count = copies * Math.max(1, places.get(joined)?.length ?? 0);
    for (let copy = 0; copy < count && some.length > 0 && others.length > 0; copy++) {
      const one = some[random.integer(0, some.length)];
      const two = others[random.integer(0, others.length)];
      const [origin, other] = random.uniform() < 0.5 ? [one, two] : [two, one];
      const at = Math.round((cut[0] + (cut[1] - cut[0]) * random.uniform()) * steps) * channels;
      made.push({ origin, other, at, label: joined });
    }
  }
  const size = steps * channels;
  const data = new Float32Array((windows + made.length) * size);
  data.set(source.data);
  made.forEach(({ origin, other, at }, place) => {
    const start = (windows + place) * size;
    data.set(source.data.subarray(origin * size, origin * size + at), start);
    data.set(source.data.subarray(other * size + at, (other + 1) * size), start + at);
  });
  return {
    series: { ...source, data, shape: [windows + made.length, steps, channels] },
    labels: Int32Array.from([...Array.from(labels), ...made.map(({ label }) => label)]),
    origins: Int32Array.from([...Array(windows).keys(), ...made.map(({ origin }) => origin)]),
  };
}
