import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { randomSource } from "../../src/core/random";
import { advect } from "../../src/features/flow/advect";
import { farneback } from "../../src/features/flow/farneback";
import { lucasKanade } from "../../src/features/flow/lucasKanade";
import { radialPowerSpectrum } from "../../src/features/fourier/radialSpectrum";
import { fractionsSkillScore } from "../../src/metrics/fractionsSkill";
import { categoricalScores, contingency } from "../../src/metrics/nowcast";
import { pythonPeer } from "./support/peer";
import { type Row, rowOf } from "./support/row";

export const peers = ["numpy", "scipy", "opencv-python-headless", "pysteps"];

const shape = [120, 120] as const;

/** Four 8-bit radar-like images: cells that move and grow. */
function movingCells(): Float64Array[] {
  const random = randomSource(1);
  const cells = Array.from({ length: 25 }, () => ({
    x: random.uniform() * 120,
    y: random.uniform() * 120,
    width: 3 + random.uniform() * 8,
    height: 60 + random.uniform() * 150,
  }));
  return [0, 1, 2, 3].map((time) =>
    Float64Array.from({ length: 120 * 120 }, (_, i) => {
      let sum = 0;
      for (const { x, y, width, height } of cells) {
        const dx = (i % 120) - x - 2.5 * time;
        const dy = Math.floor(i / 120) - y - 1.2 * time;
        sum += height * (1 + 0.05 * time) * Math.exp(-(dx * dx + dy * dy) / (2 * width * width));
      }
      return sum < 20 ? 0 : Math.floor(Math.min(sum, 255));
    }),
  );
}

/** Optical flow, advection and verification of 120 x 120 images beside pysteps and OpenCV, milliseconds a call. */
export default async function bench(report: (row: Row) => void): Promise<void> {
  const images = movingCells();
  const folder = mkdtempSync(path.join(os.tmpdir(), "podium-bench-"));
  const file = path.join(folder, "images.bin");
  writeFileSync(file, Buffer.concat(images.map((image) => Buffer.from(image.buffer))));
  const python = pythonPeer(path.join(__dirname, "nowcast.py"));
  try {
    await python.ask(JSON.stringify({ path: file, shape: [4, ...shape] }));
    const motion = lucasKanade(images, { shape });
    const [earlier, latest] = images.slice(-2);
    const jobs: { name: string; peerName: string; run: () => unknown }[] = [
      { name: "lucasKanade", peerName: "pysteps", run: () => lucasKanade(images, { shape }) },
      { name: "advect", peerName: "pysteps", run: () => advect(latest, { motion }) },
      // Ours takes one thread; OpenCV as many as it likes, and one.
      { name: "farneback", peerName: "opencv", run: () => farneback(images, { shape }) },
      { name: "farneback in one thread", peerName: "opencv", run: () => farneback(images, { shape }) },
      {
        name: "categorical",
        peerName: "pysteps",
        run: () => categoricalScores(contingency(latest, { forecast: earlier, threshold: 63 })),
      },
      {
        name: "fractions",
        peerName: "pysteps",
        run: () => fractionsSkillScore(latest, { forecast: earlier, shape, threshold: 63, scale: 16 }),
      },
      { name: "spectrum", peerName: "pysteps", run: () => radialPowerSpectrum(latest, { shape }) },
    ];
    for (const { name, peerName, run } of jobs) {
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < 18; round++) {
        const start = performance.now();
        run();
        const elapsed = performance.now() - start;
        const peer = Number(await python.ask(name));
        if (round < 3) continue;
        ours.push(elapsed);
        theirs.push(peer);
      }
      report(rowOf({ name, unit: "ms", peerName }, { ours, peer: theirs }));
    }
  } finally {
    python.stop();
    rmSync(folder, { recursive: true });
  }
}
