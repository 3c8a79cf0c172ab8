import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as motion from "../../src/motion";
import * as radar from "../../src/radar";
import { Peer, pythonPeer } from "./support/peer";
import { type Row, rowOf } from "./support/row";

export const peers = ["numpy", "pandas"];

const rounds = 7;
const radarSamples = 1000;

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** The first loading of a process, in which nothing is compiled yet; without the start of the process and imports. */
async function firstLoad(folder: string): Promise<number> {
  const script = path.join(__dirname, "load.cold.ts");
  const fresh = new Peer([process.execPath, ...process.execArgv, script, folder], { quiet: true });
  const elapsed = Number(await fresh.ask());
  fresh.stop();
  return elapsed;
}

/**
 * Loading of simulated files that the system holds in memory: motion at the competition's full size, radar a thousand
 * samples. Milliseconds.
 */
export default async function bench(report: (row: Row) => void): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "podium-bench-load-"));
  const [motionFolder, radarFolder] = [path.join(folder, "motion"), path.join(folder, "radar")];
  await motion.writeSample(motionFolder, { windows: 3125, testWindows: 782, classes: 61 });
  await radar.writeSample(radarFolder, { samples: radarSamples, testSamples: 100 });
  await motion.load(motionFolder); // makes the cache

  const startPython = async () => {
    const python = pythonPeer(path.join(__dirname, "load.py"), { arguments: [motionFolder, radarFolder] });
    await python.ask(); // has imported what it needs
    return python;
  };
  const firstOfPython = async (name: string) => {
    const fresh = await startPython();
    const elapsed = Number(await fresh.ask(name));
    fresh.stop();
    return elapsed;
  };
  const python = await startPython();
  const parse = () => timed(() => motion.load(motionFolder, { cache: false }));
  const jobs: {
    name: string;
    peerName: string;
    run: () => Promise<number>;
    runPeer?: (name: string) => Promise<number>;
  }[] = [
    { name: "motion.csv", peerName: "pandas", run: parse },
    { name: "motion.csv", peerName: "pandas, float32 columns", run: parse },
    {
      name: "motion.csv, first of a process",
      peerName: "pandas",
      run: () => firstLoad(motionFolder),
      runPeer: firstOfPython,
    },
    {
      name: "motion.csv, second time",
      peerName: "pandas",
      run: () => timed(() => motion.load(motionFolder)),
    },
    { name: "radar.npy", peerName: "np.load", run: () => timed(() => radar.load(radarFolder)) },
    {
      name: "radar.npy",
      peerName: "np.load, / 255 as float32",
      run: () => timed(() => radar.load(radarFolder)),
    },
  ];
  try {
    for (const job of jobs) {
      const { run, runPeer = async (name) => Number(await python.ask(name)) } = job;
      const times = { ours: [] as number[], peer: [] as number[] };
      for (let round = 0; round <= rounds; round++) {
        const [ours, peer] = [await run(), await runPeer(job.peerName)];
        // The first round warms both up.
        if (round === 0) continue;
        times.ours.push(ours);
        times.peer.push(peer);
      }
      report(rowOf({ name: job.name, unit: "ms", peerName: job.peerName }, times));
    }
  } finally {
    python.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
