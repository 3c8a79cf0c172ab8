import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as motion from "../../src/motion";
import * as radar from "../../src/radar";
import { Peer, pythonPeer } from "./support/peer";
import { median, type Row, rowOf } from "./support/row";

export const peers = ["numpy", "pandas"];

const rounds = 7;
const radarSamples = 1000;
/** Files of the rows in files a second; the competition's has 62,735, which need 5 GB of disk and of memory. */
const manyFiles = Number(process.env.PODIUM_BENCH_FILES ?? 5000);
/** What the competition's winner told of his own loading. */
const authorsRate = 178;

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

/** Radar files in number: to simulate each anew would take longer than all else. */
async function writeManyFiles(folder: string): Promise<number> {
  const [samples, testSamples] = [Math.min(manyFiles, 200), 20];
  await radar.writeSample(folder, { samples, testSamples });
  const fileOf = (index: number) => path.join(folder, "train", `train_${String(index).padStart(5, "0")}.npy`);
  for (let index = samples; index < manyFiles; index++) {
    if (!existsSync(fileOf(index))) copyFileSync(fileOf(index % samples), fileOf(index));
  }
  return manyFiles + testSamples;
}

/**
 * Loading of simulated files that the system holds in memory: motion at the competition's full size, radar a thousand
 * samples, in milliseconds; and radar files in number, in files a second.
 */
export default async function bench(report: (row: Row) => void): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "podium-bench-load-"));
  const [motionFolder, radarFolder, manyFolder] = ["motion", "radar", "many"].map((name) =>
    path.join(folder, name),
  );
  await motion.writeSample(motionFolder, { windows: 3125, testWindows: 782, classes: 61 });
  await radar.writeSample(radarFolder, { samples: radarSamples, testSamples: 100 });
  await motion.load(motionFolder); // makes the cache
  const files = await writeManyFiles(manyFolder);

  const startPython = async () => {
    const folders = [motionFolder, radarFolder, manyFolder];
    const python = pythonPeer(path.join(__dirname, "load.py"), { arguments: folders });
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
    const times = { ours: [] as number[], peer: [] as number[] };
    for (let round = 0; round <= Math.min(rounds, 5); round++) {
      times.ours.push(await timed(() => radar.load(manyFolder)));
      times.peer.push(Number(await python.ask("np.load, many files")));
    }
    const [ours, numpy] = [times.ours, times.peer].map((all) => (1000 * files) / median(all.slice(1)));
    const name = `radar.npy, ${files} files`;
    report({ name, unit: "files/s", ours, peer: numpy, peerName: "np.load", ratio: ours / numpy });
    const peerName = `the author's ${authorsRate} files/s`;
    report({ name, unit: "files/s", ours, peer: authorsRate, peerName, ratio: ours / authorsRate });
  } finally {
    python.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
