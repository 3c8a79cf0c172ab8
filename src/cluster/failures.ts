/** Tasks of `label` in words that say which failed and why; equal reasons are said once. */
export function failureWords(failed: readonly { name: string; error?: string }[], all: number): string {
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
