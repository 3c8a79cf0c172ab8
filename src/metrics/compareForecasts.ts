import { showAs, tableBundle } from "../core/display";
import type { Verification } from "./verify";

/** Verifications by name; a notebook shows them as a table, one forecast a row. */
export type ForecastComparison = Readonly<Record<string, Verification>>;

/**
 * Compares forecasts: errors, the competition's score, CSI per threshold and fractions skill per scale. NaN
 * stands for a score that is undefined.
 *
 * @param verifications what `metrics.verify` found, by the forecast's name
 * @returns the same, shown as a table
 * @throws {RangeError} if there is none
 * @example
 * const flow = await features.extrapolate(inputs);
 * const scoreOf = (forecast: podium.data.Frames) => metrics.verify(target, { forecast });
 * metrics.compareForecasts({ persistence: scoreOf(features.persist(inputs)), flow: scoreOf(flow) });
 */
export function compareForecasts(verifications: ForecastComparison): ForecastComparison {
  const entries = Object.entries(verifications);
  if (entries.length === 0) throw new RangeError("Cannot compare forecasts: need at least one, got none");
  const [, first] = entries[0];
  const head = [
    "forecast",
    "MAE (mm/h)",
    "RMSE (mm/h)",
    "MAE (pixel)",
    "CSI",
    "MAE / CSI",
    ...first.categorical.map(({ threshold }) => `CSI ${threshold} mm/h`),
    ...first.fractions.map(({ scale }) => `FSS ${scale} px`),
  ];
  const rows = entries.map(([name, found]) => [
    name,
    // Strings, so that whole numbers keep their places and line up.
    ...[found.mae, found.rmse, found.pixelMae, found.csi, found.score].map((value) => value.toFixed(4)),
    ...found.categorical.map(({ csi }) => csi.toFixed(4)),
    ...found.fractions.map(({ fss }) => fss.toFixed(4)),
  ]);
  return showAs({ ...verifications }, () => tableBundle(head, rows));
}
