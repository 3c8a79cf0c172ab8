import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { randomSource } from "../../src/data/random";
import { series } from "../../src/data/series";
import { magnitude } from "../../src/features/combine";
import { gradient } from "../../src/features/gradient";
import { cumulativeIntegral } from "../../src/features/integral";
import { movingMean } from "../../src/features/moving";
import { standardScaler } from "../../src/features/scale";
import { fftMagnitude } from "../../src/features/spectrum";
import { windowStatistics } from "../../src/features/windowStatistics";

interface Row {
  name: string;
  unit: string;
  ours: number;
  peer: number;
  peerName: string;
  ratio: number;
}

export const peers = ["numpy", "scipy", "pandas", "scikit-learn"];

/** The motion competition's train part. */
const shape = [3125, 600, 6] as const;
const channels = ["acc_x", "acc_y", "acc_z", "gy_x", "gy_y", "gy_z"];
const rounds = 7;

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

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
  const python = spawn(process.env.PODIUM_BENCH_PYTHON ?? "python3", [path.join(__dirname, "features.py")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const answer = async (text: string): Promise<string> => {
    python.stdin.write(`${text}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error("Cannot bench features: the Python peer stopped");
    return value;
  };
  try {
    await answer(JSON.stringify({ path: file, shape }));
    for (const { name, peerName, run } of jobs) {
      const own: number[] = [];
      const other: number[] = [];
      for (let round = -1; round < rounds; round++) {
        const peer = Number(await answer(name));
        const start = performance.now();
        run();
        const mine = performance.now() - start;
        if (round < 0) continue; // the first round warms both up
        own.push(mine);
        other.push(peer);
      }
      const ours = median(own);
      const peer = median(other);
      report({ name, unit: "ms", ours, peer, peerName, ratio: peer / ours });
    }
  } finally {
    python.kill();
    rmSync(folder, { recursive: true });
  }
}
