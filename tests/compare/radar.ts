/**
 * Compares persistence, optical flow and the radar recipes in equal time of two processors, on samples that overlap none
 * trained on:
 *
 *   node --import tsx tests/compare/radar.ts DATA [--minutes 20] [--folds 2] [--filters N] [--batch N]
 *     [--event DATA …] [--directory runs/compare/radar] [RECIPE…]
 *
 * With `--event`, folders of other weather events, each event is forecast by what was trained on the others.
 * DATA is a folder in the competition's layout. What is finished in the directory is read, not run again. Each recipe
 * leaves its `row.json` and `submission.csv`.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { data, engine, features, metrics, radar, validate } from "../../src";
import { hasRow, runComparison, showRows, startClock, writeRow } from "./recipeRows";

type RecipeName = keyof typeof radar.recipes;
type Forecast = ReturnType<typeof features.persist>;

interface Row {
  forecast: string;
  /** In mm/h. */
  mae: number;
  csi: number;
  "MAE / CSI": number;
  /** Fractions skill score at the competition's threshold, by neighbourhood width in pixels. */
  [fractions: `FSS ${number}`]: number;
  /** MAE / CSI of each event alone. */
  [event: `event ${number}`]: number;
  /** From optical flow to the test forecasts of all folds, in all threads together. */
  processorSeconds: number;
  /** Epochs trained in each fold. */
  epochs?: number[];
  /** Weights of the blend. */
  blend?: Readonly<Record<string, number>>;
}

async function compare(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      minutes: { type: "string", default: "20" },
      folds: { type: "string", default: "2" },
      filters: { type: "string" },
      batch: { type: "string" },
      event: { type: "string", multiple: true, default: [] },
      directory: { type: "string", default: "runs/compare/radar" },
    },
  });
  const [source, ...asked] = positionals;
  if (!source) throw new TypeError("Cannot compare recipes: name the folder of the data");
  const directory = path.resolve(values.directory);

  await engine.ready();
  const competition = await radar.load([source, ...values.event]);
  const { inputs, target } = features.splitTarget(competition.train);
  const { events } = competition;
  const groups = events ?? (await validate.overlapGroups(competition.train));
  const folds = validate.groupKFold(groups, {
    folds: events ? values.event.length + 1 : Number(values.folds),
  });

  function keep(
    name: string,
    forecast: Forecast,
    rest: Pick<Row, "processorSeconds" | "epochs" | "blend">,
  ): void {
    const { mae, csi, score, fractions } = metrics.verify(target, { forecast, scales: [1, 5, 17] });
    const scales = Object.fromEntries(fractions.map(({ scale, fss }) => [`FSS ${scale}`, fss]));
    const one = folds.flatMap(({ validation }) => {
      if (!events) return [];
      const [truth, told] = [target, forecast].map((all) => data.takeSamples(all, validation));
      const alone = metrics.verify(truth, { forecast: told, scales: [] }).score;
      return [[`event ${events[validation[0]]}`, alone]];
    });
    const byEvent: Record<`event ${number}`, number> = Object.fromEntries(one);
    const row: Row = { forecast: name, mae, csi, "MAE / CSI": score, ...scales, ...byEvent, ...rest };
    writeRow(directory, name, row);
  }

  const isMissing = (name: string): boolean => !hasRow(directory, name);
  let spent = startClock();
  if (isMissing("persistence")) keep("persistence", features.persist(inputs), { processorSeconds: spent() });
  if (isMissing("optical flow")) {
    spent = startClock();
    keep("optical flow", await features.extrapolate(inputs), { processorSeconds: spent() });
  }

  const names = Object.keys(radar.recipes) as RecipeName[];
  for (const recipe of names.filter((name) => asked.includes(name))) {
    spent = startClock();
    const run = await radar.recipes[recipe](competition, {
      folds,
      seconds: 2 * 60 * Number(values.minutes),
      clock: "processor",
      filters: values.filters ? Number(values.filters) : undefined,
      batchSize: values.batch ? Number(values.batch) : undefined,
      directory: path.join(directory, recipe),
    });
    const epochs = run.runs.map((fold) => fold.epochs);
    keep(recipe, run.forecast, { processorSeconds: spent(), epochs, blend: run.blend?.weights });
    await radar.writeSubmission(path.join(directory, recipe, "submission.csv"), run.testForecast, {
      names: competition.testNames,
    });
  }
  showRows(directory, ["persistence", "optical flow", ...names], ({ epochs, blend: _, ...row }: Row) => ({
    ...row,
    epochs: epochs && Math.min(...epochs),
  }));
}

runComparison(compare);
