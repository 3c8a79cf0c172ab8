/** Tables for tests of trees, and what a plain Python script makes of them. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { EstimatorFold } from "../../src/core/estimator";
import { randomSource } from "../../src/core/random";
import { readNpy, writeNpy } from "../../src/data";

/** Rows of a part. */
export interface TreeTable {
  readonly data: Float32Array;
  readonly shape: [rows: number, columns: number];
  readonly columns: string[];
}

/** Rows of numbers and one column of categories, some missing, and labels that depend on them. */
export function makeTable(
  rows: number,
  { classes = 3, width = 8, seed = 1 } = {},
): { x: TreeTable; y: Int32Array; number: Float32Array } {
  const random = randomSource(seed);
  const data = new Float32Array(rows * width);
  const y = new Int32Array(rows);
  const number = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    for (let c = 0; c < width; c++) data[at + c] = random.normal();
    data[at + width - 1] = random.integer(0, 6);
    const score =
      data[at] * 1.5 + data[at + 1] * data[at + 2] + (data[at + width - 1] % 2) + 0.5 * random.normal();
    number[row] = score;
    y[row] = Math.min(classes - 1, Math.max(0, Math.floor((score + 2) * (classes / 4))));
    for (let c = 0; c < width; c++) if (random.uniform() < 0.05) data[at + c] = Number.NaN;
  }
  const columns = Array.from({ length: width }, (_, c) => `column ${c}`);
  return { x: { data, shape: [rows, width], columns }, y, number };
}

/** Rows of a table. */
export function rowsOf({ data, shape, columns }: TreeTable, first: number, end: number): TreeTable {
  return { data: data.slice(first * shape[1], end * shape[1]), shape: [end - first, shape[1]], columns };
}

/** A fold of given parts. */
export function foldOf(
  parts: Pick<EstimatorFold, "train"> & Partial<EstimatorFold>,
  foldSeed = 5,
): EstimatorFold {
  const none = new Int32Array(0);
  return {
    context: { fold: 0, seed: 0, foldSeed, trainIndices: none, validationIndices: none },
    directory: undefined,
    progress: false,
    label: "a fold",
    ...parts,
  };
}

/** What a plain script is given. */
export interface PlainTask {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, { data: Float32Array; shape: readonly number[] }>>;
}

/** What a plain script of Python's predicts, and the processor time of its trainings. */
export async function plainTrees(
  tasks: readonly PlainTask[],
): Promise<{ predictions: Float32Array; best: number; seconds: number }[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "podium-trees-"));
  const folders = tasks.map((_, task) => path.join(folder, String(task)));
  try {
    for (const [task, { settings, arrays }] of tasks.entries()) {
      mkdirSync(folders[task]);
      for (const [name, array] of Object.entries(arrays)) {
        await writeNpy(path.join(folders[task], `${name}.npy`), {
          data: array.data,
          shape: [...array.shape],
        });
      }
      writeFileSync(path.join(folders[task], "settings.json"), JSON.stringify(settings));
    }
    const places = pathToFileURL(path.join(__dirname, "..", "..", "src", "setup", "places.mjs")).href;
    const { python } = ((await import(places)) as { placesOf(): { python: string } }).placesOf();
    execFileSync(python, [path.join(__dirname, "plain_trees.py"), ...folders], {
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    return await Promise.all(
      folders.map(async (each) => {
        const { best, seconds } = JSON.parse(readFileSync(path.join(each, "result.json"), "utf8"));
        const { data } = await readNpy(path.join(each, "predictions.npy"));
        return { predictions: Float32Array.from(data), best, seconds };
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
