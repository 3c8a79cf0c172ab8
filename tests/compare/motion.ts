/**
 * Compares the motion recipes in equal time of two processors, with nobody on both sides of a fold:
 *
 *   node --import tsx tests/compare/motion.ts DATA [--minutes 15] [--folds 3] [--directory runs/compare/motion] [RECIPE…]
 *
 * DATA is a folder in the competition's layout; its `train_subjects.csv` (`id,subject`) makes the folds.
 * What is finished in the directory is read, not run again. Each recipe leaves its `row.json` and `submission.csv`.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { engine, metrics, motion, validate } from "../../src";
import { runComparison, showRows, startClock, writeRow } from "./recipeRows";

type RecipeName = keyof typeof motion.recipes;

interface Row {
  recipe: RecipeName;
  logLoss: number;
  accuracy: number;
  macroF1: number;
  /** From the features to the test predictions of all folds, in all threads together. */
  processorSeconds: number;
  /** Log loss of each fold. */
  folds: number[];
  /** Epochs trained in each fold. */
  epochs: number[];
}

async function compare(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      minutes: { type: "string", default: "15" },
      folds: { type: "string", default: "3" },
      directory: { type: "string", default: "runs/compare/motion" },
    },
  });
  const [source, ...asked] = positionals;
  if (!source) throw new TypeError("Cannot compare recipes: name the folder of the data");
  const directory = path.resolve(values.directory);
  const names = Object.keys(motion.recipes) as RecipeName[];

  await engine.ready();
  const competition = await motion.load(source);
  const { labels, subjects } = competition;
  if (!subjects) throw new Error(`Cannot group by person: ${source} has no train_subjects.csv`);
  const folds = validate.groupKFold(subjects, { folds: Number(values.folds) });

  for (const recipe of names.filter((name) => asked.length === 0 || asked.includes(name))) {
    const processorSeconds = startClock();
    const run = await motion.recipes[recipe](competition, {
      folds,
      groups: subjects,
      directory: path.join(directory, recipe),
      ...(recipe !== "miniRocket" && { seconds: 2 * 60 * Number(values.minutes), clock: "processor" }),
    });
    const row: Row = {
      recipe,
      logLoss: run.scores.logLoss,
      accuracy: run.scores.accuracy,
      macroF1: metrics.macroF1(labels, metrics.predictedLabels(run.predictions)),
      processorSeconds: processorSeconds(),
      folds: run.runs.map(({ scores }) => scores.logLoss),
      epochs: run.runs.map(({ epochs }) => epochs),
    };
    writeRow(directory, recipe, row);
    if (!run.test) throw new Error(`Cannot write a submission: ${recipe} has predicted no test windows`);
    const { template, testIds: ids } = competition;
    await motion.writeSubmission(path.join(directory, recipe, "submission.csv"), run.test, { template, ids });
  }
  showRows(directory, names, ({ folds, epochs, ...row }: Row) => ({ ...row, epochs: Math.min(...epochs) }));
}

runComparison(compare);
