import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { randomSource } from "../../src/data/random";
import { series } from "../../src/data/series";
import { magnitude } from "../../src/features/combine";
import { gradient } from "../../src/features/gradient";
import { cumulativeIntegral } from "../../src/features/integral";
import { movingMean } from "../../src/features/moving";
import { standardScaler } from "../../src/features/scale";
import { fftMagnitude } from "../../src/features/spectrum";
import { windowStatistics } from "../../src/features/windowStatistics";
import { pythonPeer } from "./support/peer";
import { type Row, rowOf } from "./support/row";

export const peers = ["numpy", "scipy", "pandas", "scikit-learn"];

/** The motion competition's train part. */
const shape = [3125, 600, 6] as const;
const channels = ["acc_x", "acc_y", "acc_z", "gy_x", "gy_y", "gy_z"];
const rounds = 7;

/** Features of the whole motion competition beside vectorised NumPy and its family, milliseconds a call. */
export default async function bench(report: (row: Row) => void): Promise<void> {
  const random = randomSource(1);
  const data = new Float32Array(shape[0] * shape[1] * shape[2]);
  for (let i = 0; i < data.length; i++) data[i] = random.uniform() - 0.5;
  const raw = series(data, { steps: shape[1], channels, rate: 50 });
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
  ];
  const folder = mkdtempSync(path.join(os.tmpdir(), "podium-bench-"));
  const file = path.join(folder, "series.bin");
  writeFileSync(file, data);
  const python = pythonPeer(path.join(__dirname, "features.py"));
  try {
    await python.ask(JSON.stringify({ path: file, shape }));
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
