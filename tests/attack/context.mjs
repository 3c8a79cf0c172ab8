// What every case uses: the project's modules, a folder, and a random source that each case begins anew.
import { folder, load, random } from "./support.mjs";

const index = await load("index.ts");
export const { data: D, motion, radar, train: T } = index.default ?? index;
export const dir = folder("mutate");
let source = random(1);
export const r = {
  seed: (seed) => {
    source = random(seed);
  },
  int: (n) => source.int(n),
  pick: (list) => source.pick(list),
};
export const same = (a, b) => a.length === b.length && a.every((v, i) => Object.is(v, b[i]) || v === b[i]);
/** Makes a case of each kind of file: what is written, what reads it, and what is right. */
export const groups = {};
