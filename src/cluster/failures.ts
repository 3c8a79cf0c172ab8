import type { BoardTask } from "./board/boardTask";

/** Tasks of `label` in words that say which failed and why; equal reasons are said once. */
function failureWords(failed: readonly { name: string; error?: string }[], all: number): string {
  const byReason = new Map<string, string[]>();
  for (const { name, error = "no reason is known" } of failed) {
    byReason.set(error, [...(byReason.get(error) ?? []), name]);
  }
  const reasons = [...byReason].map(([reason, names]) => {
    const [first, ...others] = names;
    return `${first}${others.length > 0 ? ` and ${others.length} more` : ""}: ${reason}`;
  });
  return `${failed.length} of ${all} tasks failed, the others are finished: ${reasons.slice(0, 3).join("; ")}${reasons.length > 3 ? "; …" : ""}`;
}

/**
 * Ends a run some of whose tasks failed.
 *
 * @throws {Error} naming them and why
 */
export function throwFailed(tasks: readonly BoardTask[]): void {
  const failed = tasks.filter(({ state }) => state === "failed");
  if (failed.length > 0) throw new Error(`Cannot cross-validate: ${failureWords(failed, tasks.length)}`);
}
