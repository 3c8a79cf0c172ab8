import {
  type ChannelTriple,
  composeAugmentations,
  jitterSeries,
  oneHotLabels,
  rollSeries,
  rotateSeries,
} from "../../augment/graph";
import type { Series } from "../../core";
import { showAs, summaryBundle } from "../../core";
import { meanOfRuns } from "../../ensemble";
import { axesScaler, concatChannels, magnitude } from "../../features";
import { motionConv1d } from "../../models";
import { adamw, averageWeights, categoricalCrossEntropy, cosine, lossMetric, withEma } from "../../train";
import type { CrossValidation } from "../../validate";
import { basicFeatures } from "../basicFeatures";
import type { MotionData } from "../load";
import { scores } from "../scores";
import type { MiniRocketRecipeOptions } from "./miniRocket";
import { foldsOf, type MotionNetworkRecipeOptions, type NetworkRecipe, runNetwork } from "./recipe";
import { rocket as rocketRecipe } from "./rocket";

const acc = ["acc_x", "acc_y", "acc_z"];
const gyro = ["gy_x", "gy_y", "gy_z"];
const vectors = [acc, gyro].flatMap((names) =>
  ["", ".gradient", ".integral"].map((kind) => names.map((name) => `${name}${kind}`)),
);

/** The author's 18 channels and the lengths of both vectors: float32 `[windows, steps, 20]`. */
export function bestFeatures(source: Series): Series {
  return concatChannels([
    basicFeatures(source),
    magnitude(source, { channels: acc }),
    magnitude(source, { channels: gyro }),
  ]);
}

const learningRate = 2e-3;
/** Share of training in which the learning rate rises. */
const rise = 0.05;
const fall = cosine(learningRate, { steps: 1000 });

/** A short rise in a line, then half a cosine. */
function schedule(done: number): number {
  return done < rise
    ? learningRate * (0.05 + (0.95 * done) / rise)
    : fall((1000 * (done - rise)) / (1 - rise));
}

const network: NetworkRecipe = {
  name: "best",
  features: bestFeatures,
  scaler: axesScaler(vectors),
  model: (options) => motionConv1d({ ...options, roll: "none" }),
  keep: "last",
  fit: ({ windows, classes }) => ({
    epochs: 60,
    optimizer: withEma(adamw({ learningRate }), { momentum: 0.99 }),
    schedule,
    loss: categoricalCrossEntropy({ labelSmoothing: 0.02 }),
    metrics: ["accuracy", lossMetric("categoricalCrossEntropy", { name: "logLoss" })],
    batchSize: 16,
    arrange: oneHotLabels({ classes }),
    augment: composeAugmentations([
      // All vectors in one group: the arm turns, not a sensor in it.
      rotateSeries({ groups: [vectors.map((names) => placesOf(windows, names))], angle: 20 }),
      rollSeries(),
      jitterSeries({ deviation: 0.03 }),
    ]),
    callbacks: [averageWeights()],
  }),
};

/** Options of `motion.recipes.best`. */
export interface BestRecipeOptions extends MotionNetworkRecipeOptions {
  /** The options of the recipe `rocket`'s transform and classifier, or `false` for the network alone. Default its own. */
  rocket?: MiniRocketRecipeOptions["rocket"] | false;
}

/** A cross-validation of the mean of a network and the recipe `rocket`. */
export interface BestRecipeResult extends CrossValidation {
  /** The two that the mean is of; none without `rocket`. */
  readonly members?: { readonly network: CrossValidation; readonly rocket: CrossValidation };
}

/**
 * Ours: the mean of two that err differently, a network and the recipe `rocket`.
 *
 * The network is the third place's on its 18 channels and the lengths of both vectors, with new rolls in each training
 * step in place of a fixed one; axes scaled alike so that both sensors turn together, by up to 20 degrees, as a strap
 * does; jitter (0.03); label smoothing 0.02; AdamW 2e-3, which rises shortly and falls along a cosine, batch 16, 60
 * epochs; the moving average of the weights at the end (`keep: "best"`: the best epoch's own), so that no fold's
 * validation decides anything. Its val_loss
 * includes the smoothing; val_logLoss does not. Ten stratified folds. Both weigh the same, so the mean learns nothing
 * from the validation either.
 *
 * Of `seconds` the network gets what `rocket` leaves, at least half. `runs` are the network's, with the mean's
 * predictions and scores; `refit` makes a network only. With `features` of your own, give `scaler` and `fit.augment` too:
 * the rotation knows the channels' places.
 *
 * @param competition what `motion.load` gives
 * @param options what to change; see {@link BestRecipeOptions}
 * @returns out-of-fold probabilities `[windows, classes]`, those of the test windows, and the scores logLoss and accuracy
 * @throws {RangeError} if options disagree with the data
 * @example
 * const options = { folds: 2, epochs: 1, rocket: { features: 504 } };
 * const trial = await motion.recipes.best(competition, { ...options, groups: competition.subjects });
 */
export async function best(
  competition: MotionData,
  options: BestRecipeOptions = {},
): Promise<BestRecipeResult> {
  const { rocket, seconds, directory, name = network.name, groups, seeds, progress, signal } = options;
  const recipe: NetworkRecipe =
    // The average would take the place of the best epoch's weights.
    options.keep === "best" ? { ...network, fit: (of) => ({ ...network.fit(of), callbacks: [] }) } : network;
  if (rocket === false) return runNetwork(competition, recipe, options);
  const folds = foldsOf(competition, options);
  const shared = { folds, groups, seeds, directory, progress, signal };
  const rockets = await rocketRecipe(competition, { ...shared, rocket, name: `${name}-rocket` });
  const spent = rockets.runs.reduce((sum, run) => sum + run.seconds, 0);
  const networks = await runNetwork(competition, recipe, {
    ...options,
    folds,
    seconds: seconds && Math.max(seconds / 2, seconds - spent),
  });
  const members = { network: networks, rocket: rockets };
  const result = { ...meanOfRuns([networks, rockets], { folds, scores: scores(competition) }), members };
  return showAs(result, () =>
    summaryBundle("Network and rocket, out of fold", [
      ["network", scoreWords(networks.scores)],
      ["rocket", scoreWords(rockets.scores)],
      ["mean", scoreWords(result.scores)],
    ]),
  );
}

/** Scores in words. */
function scoreWords(found: Readonly<Record<string, number>>): string {
  return Object.entries(found)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(", ");
}

function placesOf({ channels }: Series, names: readonly string[]): ChannelTriple {
  const [x, y, z] = names.map((name) => channels.indexOf(name));
  return [x, y, z];
}
