import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import * as motion from "../../src/motion";
import * as radar from "../../src/radar";

interface Row {
  name: string;
  unit: string;
  ours: number;
  peer: number;
  peerName: string;
  ratio: number;
}

export const peers = ["numpy", "pandas"];

const rounds = 7;
const radarSamples = 1000;

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

/** Loading of simulated files, warm: motion at the competition's full size, radar a thousand samples. Milliseconds. */
export default async function bench(report: (row: Row) => void): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "podium-bench-load-"));
  const [motionFolder, radarFolder] = [path.join(folder, "motion"), path.join(folder, "radar")];
  await motion.writeSample(motionFolder, { windows: 3125, testWindows: 782, classes: 61 });
  await radar.writeSample(radarFolder, { samples: radarSamples, testSamples: 100 });
  await motion.load(motionFolder); // makes the cache

  const jobs: { name: string; peerName: string; run: () => Promise<unknown> }[] = [
    { name: "motion.csv", peerName: "pandas", run: () => motion.load(motionFolder, { cache: false }) },
    { name: "motion.csv, second time", peerName: "pandas", run: () => motion.load(motionFolder) },
    { name: "radar.npy", peerName: "np.load", run: () => radar.load(radarFolder) },
    { name: "radar.npy", peerName: "np.load, / 255 as float32", run: () => radar.load(radarFolder) },
  ];
  const python = spawn(
    process.env.PODIUM_BENCH_PYTHON ?? "python3",
    [path.join(__dirname, "load.py"), motionFolder, radarFolder],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error("Cannot measure loading: the Python peer ended early; see its message above");
    return value;
  };
  try {
    await next();
    for (const { name, peerName, run } of jobs) {
      const ours: number[] = [];
      const peer: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        const start = performance.now();
        await run();
        const elapsed = performance.now() - start;
        python.stdin.write(`${peerName}\n`);
        const answer = Number(await next());
        // The first round warms both up.
        if (round > 0) {
          ours.push(elapsed);
          peer.push(answer);
        }
      }
      const [a, b] = [median(ours), median(peer)];
      report({ name, unit: "ms", ours: a, peer: b, peerName, ratio: b / a });
    }
  } finally {
    python.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
