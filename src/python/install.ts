import { spawn } from "node:child_process";
import { startProgress } from "../core/progress";
import { currentSignal, throwIfAborted } from "../core/signal";
import { setupProgram } from "./place";

/**
 * Installs packages into the Python environment: those that Podium knows (scikit-learn, pandas, matplotlib, plotly,
 * optuna, lightgbm, xgboost-cpu, catboost and what they need) at pinned versions with hashes, others as the index has
 * them. What is there stays. `npx podium install NAME` does the same in a shell.
 *
 * @param names such as `"catboost"`, `"seaborn"` or `"catboost==1.2.8"`; one or several
 * @param options `signal`: stops it (default: the notebook cell's)
 * @throws {Error} with pip's words and what to do, as where there is no network
 * @example
 * await python.install(["numpy", "scikit-learn"]);
 */
export async function install(
  names: string | readonly string[],
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  const { signal = currentSignal() } = options;
  throwIfAborted(signal);
  const asked = typeof names === "string" ? [names] : names;
  const progress = startProgress(`Install ${asked.join(", ")}`, { unit: "packages" });
  const program = spawn(process.execPath, [setupProgram, "install", ...asked], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const stop = () => program.kill();
  signal?.addEventListener("abort", stop, { once: true });
  let words = "";
  let last = "";
  let done = 0;
  let rest = "";
  program.stderr.setEncoding("utf8").on("data", (text) => {
    words += text;
  });
  program.stdout.setEncoding("utf8").on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (/^Collecting /.test(line)) done++;
      if (line.trim() !== "") last = line.trim();
      progress.update(done, last.replace(/ \(from .*/, "").slice(0, 100));
    }
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    program.on("error", reject);
    program.on("close", resolve);
  }).finally(() => signal?.removeEventListener("abort", stop));
  progress.end(status === 0 ? last : "stopped");
  throwIfAborted(signal);
  if (status !== 0)
    throw new Error(words.trim() || `Cannot install ${asked.join(", ")}: set-up ended with ${status}`);
}
