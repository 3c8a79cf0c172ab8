import { convertRadarValue, type RainRelationOptions } from "../features/frameUnits";

/**
 * The pixel from which on it rains: thresholds are compared as pixels, where whole numbers are exact.
 *
 * @param threshold rain in mm/h
 * @throws {RangeError} if that is no rate
 */
export function rainLevel(threshold: number, relation: RainRelationOptions): number {
  if (!(threshold >= 0)) {
    throw new RangeError(
      `Cannot tell where it rains: a threshold must be a rain rate of 0 mm/h or more, got ${threshold}`,
    );
  }
  return convertRadarValue(threshold, { ...relation, from: "rain", to: "pixel" });
}
