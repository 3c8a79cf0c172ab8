import type { Schedule } from "./schedules";

/** A schedule by what it gives, since its source text does not tell its settings: at shares of a whole, and at updates. */
export function scheduleConfig(schedule: Schedule | undefined): readonly number[] | undefined {
  if (!schedule) return undefined;
  const shares = Array.from({ length: 33 }, (_, i) => i / 32);
  const updates = Array.from({ length: 80 }, (_, i) => Math.round(2 ** (i / 3)));
  return [...shares, ...updates].map((place) => schedule(place));
}
