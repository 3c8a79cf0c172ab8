import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { TaskBoard } from "../../src/cluster/board/taskBoard";
import { follow } from "../../src/cluster/ray/ray";
import { RayDriver } from "../../src/cluster/ray/rayDriver";
import { rayPython } from "../../src/cluster/ray/rayPython";
import { RayForTests } from "../cluster/support/rayCluster";
import type { Row } from "./support/row";

/** Bare Ray is that of the environment, so that both sides have the same. */
export const peers: string[] = [];

const counts = [1000, 10_000];

/** The most memory that a process has had, in bytes. */
function peakOf(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

/** Tasks that do nothing, by the driver with its board and by bare Ray, on one Ray of this machine. */
export default async function bench(report: (row: Row) => void): Promise<void> {
  const python = await rayPython();
  const machine = new RayForTests();
  try {
    Object.assign(process.env, machine.env);
    await machine.startFirst();
    await measure(report, { python, address: machine.address });
  } finally {
    machine.stop();
  }
}

async function measure(
  report: (row: Row) => void,
  { python, address }: { python: string; address: string },
): Promise<void> {
  const script = path.join(__dirname, "cluster.py");
  const { stdout } = await promisify(execFile)(python, [script, address, ...counts.map(String)]);
  const bare = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { count: number; seconds: number; memory: number });
  const driver = new RayDriver(python, {
    settings: { address, retries: 3, num_cpus: 1, num_gpus: 0 },
    env: { ...process.env, RAY_USAGE_STATS_ENABLED: "0" },
  });
  driver.hold(true);
  await driver.ready;
  driver.order({ do: "job", job: "nothing" });
  const run = async (count: number): Promise<number> => {
    const tasks = Array.from({ length: count }, () => null);
    const board = new TaskBoard(
      "Nothing",
      tasks.map((_, i) => `task ${i}`),
      { isShown: false },
    );
    const begin = performance.now();
    await follow(driver, { job: "nothing", tasks, board, signal: undefined, onDone: () => {} });
    return (performance.now() - begin) / 1000;
  };
  await run(50);
  const heap = process.memoryUsage().heapUsed;
  for (const [i, count] of counts.entries()) {
    const seconds = await run(count);
    const peer = bare[i];
    const [ours, theirs] = [count / seconds, count / peer.seconds];
    const same = { peerName: "ray" };
    report({ name: `nothing-${count}`, unit: "tasks/s", ours, peer: theirs, ratio: ours / theirs, ...same });
    const [memory, beside] = [peakOf(driver.pid as number), peer.memory].map((bytes) => bytes / 2 ** 20);
    report({
      name: `driver-${count}`,
      unit: "MiB",
      ours: memory,
      peer: beside,
      ratio: beside / memory,
      ...same,
    });
  }
  const grown = (process.memoryUsage().heapUsed - heap) / 2 ** 20;
  console.error(`The notebook's heap grew by ${grown.toFixed(1)} MiB over ${counts.join(" and ")} tasks`);
  await driver.close();
}
