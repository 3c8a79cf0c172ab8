import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";

/**
 * Milliseconds a training step of both networks takes in PyTorch, by the twin of the benches; the second answer counts.
 *
 * @param {import("../places.mjs").Places} places
 * @returns {Promise<Record<string, number>>}
 */
export async function torchStep({ packageRoot }) {
  const script = path.join(packageRoot, "tests", "bench", "training_torch.py");
  const peer = spawn("python3", [script], { stdio: ["pipe", "pipe", "ignore"] });
  const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
  const times = {};
  try {
    for (const name of ["motion", "motion", "radar", "radar"]) {
      peer.stdin.write(`${name}\n`);
      const { value, done } = await answers.next();
      if (done) break;
      times[name] = Number(value);
    }
  } finally {
    peer.kill();
  }
  return times;
}
