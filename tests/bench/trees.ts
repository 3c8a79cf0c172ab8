import * as python from "../../src/python";
import { catBoost, lightGbm, xgBoost } from "../../src/python/trees";
import { foldOf, makeTable, plainTrees, rowsOf } from "../python/treeData";
import { type Row, rowOf } from "./support/row";

const repeats = 3;
const rows = 3000;
const width = 60;
const classes = 5;
const rounds = 60;

/** Processor time of the Python child so far, in seconds. */
const spent = (): Promise<number> => python.get<number>("__import__('time').process_time()");

/** Training with early stopping watched, beside a plain Python script in the same environment: seconds of processor time. */
export default async function bench(report: (row: Row) => void): Promise<void> {
  const { x, y } = makeTable(rows, { classes, width });
  const part = (first: number, end: number) => ({ x: rowsOf(x, first, end), y: y.slice(first, end) });
  const [train, validation] = [part(0, 2400), part(2400, rows)];
  const fold = foldOf({ train, validation });
  const labels = (of: Int32Array) => ({ data: Float32Array.from(of), shape: [of.length] });
  const arrays = {
    x: train.x,
    y: labels(train.y),
    held: validation.x,
    held_y: labels(validation.y),
    test: validation.x,
  };
  // One thread: on cores that are shared, more of them measure the others.
  const never = rounds + 1;
  const jobs = [
    {
      library: "lightGbm",
      estimator: lightGbm({ num_iterations: rounds, early_stopping_round: never, num_threads: 1 }),
      params: {
        objective: "multiclass",
        num_class: classes,
        verbosity: -1,
        deterministic: true,
        force_col_wise: true,
        seed: 5,
        num_threads: 1,
      },
    },
    {
      library: "xgBoost",
      estimator: xgBoost({ num_boost_round: rounds, early_stopping_rounds: never, nthread: 1 }),
      params: { objective: "multi:softprob", num_class: classes, verbosity: 0, seed: 5, nthread: 1 },
    },
    {
      library: "catBoost",
      estimator: catBoost({ iterations: rounds, early_stopping_rounds: never, thread_count: 1 }),
      params: { loss_function: "MultiClass", classes_count: classes, random_seed: 5, thread_count: 1 },
    },
  ];
  for (const { library, estimator, params } of jobs) {
    // The first fit installs and imports the library.
    await estimator.fit({ ...fold, epochs: 1 });
    const times: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
    for (let repeat = 0; repeat < repeats; repeat++) {
      const before = await spent();
      const fitted = await estimator.fit(fold);
      times.ours.push((await spent()) - before);
      const [plain] = await plainTrees([
        { settings: { library, params, rounds, patience: never, categorical: [] }, arrays },
      ]);
      times.peer.push(plain.seconds);
      const { data } = await fitted.predict(validation.x);
      const difference = data.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - plain.predictions[i])),
        0,
      );
      if (difference > 0) throw new Error(`Cannot compare ${library}: predictions differ by ${difference}`);
    }
    report(rowOf({ name: library, unit: "s of processor time", peerName: "plain Python" }, times));
  }
  await python.restart();
}
