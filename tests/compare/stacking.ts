/**
 * The third place's question on stacking: a test sample's inputs are means over the folds' models, which are smoother than
 * the out-of-fold ones that the stack learned from. Is a refit of each model on all training windows better?
 *
 *   node --import tsx tests/compare/stacking.ts DATA [--folds 4] [--features 1008]
 *
 * DATA is a folder in the competition's layout with `train_subjects.csv`. Each outer fold holds persons out; on the others
 * three models are cross-validated by person, and refitted on all; stack and mean of both kinds predict those held out.
 */
import { parseArgs } from "node:util";
import { ensemble, features, metrics, models, motion, validate } from "../../src";
import type { NamedArray } from "../../src/core/array";

type Shares = Pick<NamedArray, "data" | "shape">;

async function compare(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { folds: { type: "string", default: "4" }, features: { type: "string", default: "1008" } },
  });
  const [source] = positionals;
  if (!source) throw new TypeError("Cannot compare stacks: name the folder of the data");
  const { train, labels, labelNames, subjects } = await motion.load(source);
  if (!subjects) throw new Error(`Cannot group by person: ${source} has no train_subjects.csv`);
  const classes = labelNames.length;
  const tables = [features.windowStatistics(train), features.spectralStatistics(train)];
  const rows: Record<string, number[]> = {};
  const outer = validate.groupKFold(subjects, { folds: Number(values.folds) });
  for (const [place, { train: known, validation: held }] of outer.entries()) {
    const own = Int32Array.from(known, (window) => labels[window]);
    const people = Array.from(known, (window) => subjects[window]);
    const shared = {
      folds: validate.groupKFold(people, { folds: 3 }),
      groups: people,
      refit: true,
      progress: false,
    };
    const rowsOf = (table: features.FeatureTable, indices: Int32Array) =>
      Object.fromEntries(
        table.columns.map((name, c) => [
          name,
          Float32Array.from(indices, (row) => table.data[row * table.columns.length + c]),
        ]),
      );
    const runs = [
      ...(await Promise.all(
        tables.map((table) =>
          validate.crossValidate({
            ...shared,
            estimator: models.ridge({ classes }),
            prepare: validate.prepareTable(rowsOf(table, known), {
              ...{ y: own, classes, test: rowsOf(table, held) },
              scaler: features.standardScaler(),
            }),
          }),
        ),
      )),
      await validate.crossValidate({
        ...shared,
        estimator: models.miniRocket({ classes, features: Number(values.features) }),
        prepare: validate.prepareSeries(takeWindows(train, known), {
          labels: own,
          test: takeWindows(train, held),
        }),
      }),
    ];
    const truth = Int32Array.from(held, (window) => labels[window]);
    const stacked = ensemble.stack(
      runs.map(({ predictions }) => predictions),
      { truth: own },
    );
    const tests: Record<string, Shares[]> = {
      "mean of folds": runs.map(({ test }) => test as Shares),
      refit: runs.map(({ refits: [one] }) => one.test as Shares),
    };
    for (const [kind, given] of Object.entries(tests)) {
      for (const [name, shares] of [
        [`stack on ${kind}`, stacked.predict(given)],
        [`mean on ${kind}`, ensemble.mean(given)],
        ...given.map((one, model): [string, Shares] => [`model ${model + 1}, ${kind}`, one]),
      ] as [string, Shares][]) {
        rows[name] ??= [];
        rows[name].push(metrics.logLoss(truth, shares as Parameters<typeof metrics.logLoss>[1]));
      }
    }
    console.log(`outer fold ${place + 1} of ${outer.length}`);
  }
  for (const [name, losses] of Object.entries(rows)) {
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    console.log(`${name.padEnd(26)} ${mean.toFixed(4)}   ${losses.map((loss) => loss.toFixed(4)).join(" ")}`);
  }
}

/** Some windows of a series. */
function takeWindows(source: Awaited<ReturnType<typeof motion.load>>["train"], indices: Int32Array) {
  const [, steps, channels] = source.shape;
  const size = steps * channels;
  const data = new Float32Array(indices.length * size);
  indices.forEach((window, at) =>
    data.set(source.data.subarray(window * size, (window + 1) * size), at * size),
  );
  return { ...source, data, shape: [indices.length, steps, channels] as const };
}

compare();
