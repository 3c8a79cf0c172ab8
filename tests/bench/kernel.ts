import path from "node:path";
import { Peer } from "./support/peer";
import { type Row, rowOf } from "./support/row";

/** ipykernel comes with JupyterLab. */
export const peers: string[] = [];

const root = path.join(__dirname, "..", "..");
const rounds = 5;
const steps = ["start to ready", "start to 1 + 2", "first completion"];

/** Seconds from a kernel's start to what a person waits for, beside ipykernel, one after the other. */
export default async function kernel(report: (row: Row) => void): Promise<void> {
  const { placesOf } = await import(path.join(root, "src", "setup", "places.mjs"));
  const { jupyterVariables } = await import(path.join(root, "src", "setup", "steps", "kernelSpec.mjs"));
  const places = placesOf(root);
  Object.assign(process.env, jupyterVariables(places));
  const clock = new Peer([places.python, path.join(__dirname, "kernel.py")], { quiet: true });
  const measure = async (name: string, text: string) =>
    (await clock.ask(`${name}\t${text}`)).split(" ").map(Number);
  const ours: number[][] = [];
  const theirs: number[][] = [];
  // Once each before, so that files are in memory.
  for (let round = -1; round < rounds; round++) {
    const [one, other] = [
      await measure(path.basename(places.kernel), "Math.sq"),
      await measure("python3", "print.__d"),
    ];
    if (round < 0) continue;
    ours.push(one);
    theirs.push(other);
  }
  clock.stop();
  for (const [i, name] of steps.entries()) {
    const times = { ours: ours.map((all) => all[i]), peer: theirs.map((all) => all[i]) };
    report(rowOf({ name, unit: "s", peerName: "ipykernel" }, times));
  }
}
