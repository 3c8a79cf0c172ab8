/**
 * Milliseconds on the clock, or with `PODIUM_BENCH_CLOCK=processor` those that this process computed: where others use
 * the machine too. Peers then measure theirs alike; one thread each (`PODIUM_THREADS=1 OMP_NUM_THREADS=1`) keeps
 * PyTorch's waiting threads from counting as work.
 */
export function clock(): number {
  if (!isProcessorTime) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const isProcessorTime = process.env.PODIUM_BENCH_CLOCK === "processor";

/** The unit of a row that is measured with {@link clock}. */
export const clockUnit = isProcessorTime ? "ms (processor)" : "ms";
