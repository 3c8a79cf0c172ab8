import test from "node:test";
import { compareSeed } from "./compiledAgainstEager";

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`random model ${seed} trains compiled as eagerly, through two fits`, () => compareSeed(seed));
}
