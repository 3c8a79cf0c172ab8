import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { randomSource } from "../../src/core/random";
import { series } from "../../src/core/series";
import { fftMagnitude } from "../../src/features/fourier/spectrum";
import { magnitude } from "../../src/features/series/combine";
import { gradient } from "../../src/features/series/gradient";
import { cumulativeIntegral } from "../../src/features/series/integral";
import { movingMean } from "../../src/features/series/moving";
import { standardScaler } from "../../src/features/series/scale";
import { windowStatistics } from "../../src/features/series/windowStatistics";
import { ridgeClassifier } from "../../src/models/ridge/ridge";
import { fitMiniRocket, type MiniRocket } from "../../src/models/rocket/miniRocket";
import { pythonPeer } from "./support/peer";
import { type Row, rowOf } from "./support/row";

export const peers = ["numpy", "scipy", "pandas", "scikit-learn", "numba"];

/** The motion competition's train part. */
const shape = [3125, 600, 6] as const;
const channels = ["acc_x", "acc_y", "acc_z", "gy_x", "gy_y", "gy_z"];
const rounds = 7;
/** Windows of 18 channels, as the features of a motion window are, and a table of MiniRocket's width. */
const rocketShape = [100, 600, 18] as const;
const tableShape = [500, 9996] as const;

/** Features of the whole motion competition beside vectorised NumPy and its family, and what is built on them, milliseconds a call. */
export default async function bench(report: (row: Row) => void): Promise<void> {
  const random = randomSource(1);
  const data = new Float32Array(shape[0] * shape[1] * shape[2]);
  for (let i = 0; i < data.length; i++) data[i] = random.uniform() - 0.5;
  const raw = series(data, { steps: shape[1], channels, rate: 50 });
  const wide = series(data.subarray(0, rocketShape[0] * rocketShape[1] * rocketShape[2]), {
    steps: rocketShape[1],
    channels: Array.from({ length: rocketShape[2] }, (_, c) => `channel${c}`),
  });
  const rocket = fitMiniRocket(wide);
  const table = { data: data.subarray(0, tableShape[0] * tableShape[1]), shape: tableShape };
  const labels = Int32Array.from({ length: tableShape[0] }, (_, i) => i % 61);
  const jobs: { name: string; peerName: string; run: () => unknown }[] = [
    { name: "gradient", peerName: "numpy", run: () => gradient(raw) },
    { name: "cumulativeIntegral", peerName: "scipy", run: () => cumulativeIntegral(raw) },
    { name: "gradientFloat32", peerName: "numpy", run: () => gradient(raw) },
    { name: "cumulativeIntegralFloat32", peerName: "scipy", run: () => cumulativeIntegral(raw) },
    { name: "standardScaler", peerName: "scikit-learn", run: () => standardScaler().fit(raw).transform(raw) },
    { name: "fftMagnitude", peerName: "numpy", run: () => fftMagnitude(raw) },
    { name: "movingMean", peerName: "pandas", run: () => movingMean(raw) },
    { name: "magnitude", peerName: "numpy", run: () => magnitude(raw, { channels: channels.slice(0, 3) }) },
    { name: "windowStatistics", peerName: "numpy", run: () => windowStatistics(raw) },
    { name: "miniRocket", peerName: "numba", run: () => rocket.transform(wide) },
    { name: "ridgeClassifier", peerName: "scikit-learn", run: () => ridgeClassifier(table, labels) },
  ];
  const folder = mkdtempSync(path.join(os.tmpdir(), "podium-bench-"));
  const file = path.join(folder, "series.bin");
  writeFileSync(file, data);
  const python = pythonPeer(path.join(__dirname, "features.py"));
  try {
    await python.ask(JSON.stringify({ path: file, shape, table: tableShape, rocket: parametersOf(rocket) }));
    for (const { name, peerName, run } of jobs) {
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = -1; round < rounds; round++) {
        const peer = Number(await python.ask(name));
        const start = performance.now();
        run();
        const mine = performance.now() - start;
        if (round < 0) continue; // the first round warms both up
        ours.push(mine);
        theirs.push(peer);
      }
      report(rowOf({ name, unit: "ms", peerName }, { ours, peer: theirs }));
    }
  } finally {
    python.stop();
    rmSync(folder, { recursive: true });
  }
}

/** A fitted MiniRocket as arrays. */
function parametersOf({ combinations }: MiniRocket) {
  const dilations = combinations.filter((_, i) => i % 84 === 0);
  const starts = [0];
  for (const { channels } of combinations) starts.push(starts[starts.length - 1] + channels.length);
  return {
    shape: rocketShape,
    heavy: combinations.slice(0, 84).map((one) => one.heavy),
    dilations: dilations.map((one) => one.dilation),
    counts: dilations.map((one) => one.biases.length),
    starts,
    channels: combinations.flatMap((one) => one.channels),
    biases: combinations.flatMap((one) => Array.from(one.biases)),
  };
}
