/** `node --import tsx tests/fuzz/run.ts [COUNT] [FIRST SEED]`: many random models, compiled against eager. */
import { compareSeed } from "./compiledAgainstEager";

async function main(): Promise<void> {
  const [count, first] = process.argv.slice(2).map(Number);
  const from = first || 1;
  let failures = 0;
  for (let seed = from; seed < from + (count || 100); seed++) {
    await compareSeed(seed).catch((error: Error) => {
      failures++;
      console.log(error.message);
    });
    if (seed % 10 === 0)
      console.log(`seed ${seed}: ${Math.round(process.memoryUsage().rss / 1e6)} MB, ${failures} differ`);
  }
  process.exitCode = failures > 0 ? 1 : 0;
}

void main();
