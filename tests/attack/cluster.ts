/**
 * Kills workers and a whole node of Ray at random while ten folds are fitted, again and again; the predictions must be
 * those of one process each time, byte for byte.
 *
 * node --import tsx tests/attack/cluster.ts [RUNS] [SEED]     default 20 runs, seed 1; after `npm run build`
 */
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { randomSource } from "../../src/core/random";
import { blobs, bytesOf, enterFolder, podium } from "../cluster/support/experiment";
import { RayForTests } from "../cluster/support/rayCluster";

async function main(runs: number, seed: number): Promise<void> {
  const random = randomSource(seed);
  const machines = new RayForTests();
  const { folder, leave } = enterFolder();
  const options = { folds: 10, epochs: 3, pause: 200 };
  const here = await podium.validate.crossValidate({ ...(await blobs(options)), progress: false });
  let [workers, nodes] = [0, 0];
  const times: number[] = [];
  try {
    await podium.python.install("ray");
    await machines.start(folder);
    Object.assign(process.env, machines.env);
    // A fold may be hit more often than a person would see in a year.
    const on = podium.cluster.ray({ address: machines.address, retries: 20 });
    for (let run = 0; run < runs; run++) {
      const begin = performance.now();
      let isOver = false;
      const there = podium.validate.crossValidate({
        ...(await blobs(options)),
        directory: `run-${run}`,
        on,
        progress: false,
      });
      const ended = there.finally(() => {
        isOver = true;
      });
      ended.catch(() => {});
      const killNodeAt = random.integer(1, 4);
      for (let kill = 0; kill < 6 && !isOver; kill++) {
        await Promise.race([wait(random.integer(500, 4000)), ended.catch(() => {})]);
        if (isOver) break;
        if (kill === killNodeAt) {
          machines.killSecond();
          nodes++;
        } else if (machines.killWorker((count) => random.integer(0, count))) workers++;
      }
      const result = await ended;
      assert.equal(bytesOf(result.predictions), bytesOf(here.predictions), `run ${run}`);
      times.push((performance.now() - begin) / 1000);
      console.log(`run ${run + 1}: the same, ${times[run].toFixed(0)} s`);
      if (run + 1 < runs) await machines.startSecondAgain(folder);
    }
    await on.close();
  } finally {
    machines.stop();
    leave();
  }
  console.log(
    `${runs} runs of 10 folds, ${workers} workers and ${nodes} nodes killed: all predictions the same`,
  );
}

main(Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 1));
