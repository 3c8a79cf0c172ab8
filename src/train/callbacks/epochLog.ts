import { existsSync, readFileSync } from "node:fs";
import { atomicWrite } from "../../core/atomicFile";
import type { Logs } from "../../core/estimator";
import type { Callback, FitContext } from "../types";
import { isContinued } from "./monitor";

/** How a log file writes an epoch and finds it again. */
interface LogFormat {
  readonly name: string;
  /** The lines before the first epoch's. */
  header(logs: Logs): string[];
  line(context: FitContext, logs: Logs, seconds: number): string;
  /** The epoch of a line; `undefined` for a header or a line that is cut off. */
  epochOf(line: string): number | undefined;
}

/** The lines of a file up to the last whole one. */
function wholeLines(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
}

/**
 * Keeps a text file of one line an epoch. It is rewritten whole each time, which costs nothing compared with an epoch and
 * never leaves half a line; a training that goes on from a saved state keeps the lines before that state.
 */
function epochLog(file: string, format: LogFormat): Callback {
  let lines: string[] = [];
  let start = 0;
  return {
    name: format.name,
    config: null,
    onTrainBegin(context) {
      start = performance.now();
      lines = [];
      if (!isContinued(context)) return;
      lines = wholeLines(file).filter((line, i) => {
        const epoch = format.epochOf(line);
        return epoch === undefined ? i === 0 : epoch < context.epoch;
      });
    },
    onEpochEnd(context, logs) {
      if (lines.length === 0) lines.push(...format.header(logs));
      lines.push(format.line(context, logs, (performance.now() - start) / 1000));
      atomicWrite(file, `${lines.join("\n")}\n`);
    },
  };
}

/**
 * Writes one JSON object an epoch: `{"epoch", "step", "seconds", "loss", …}`, epochs from 0, seconds since the start;
 * numbers that are not finite are null.
 *
 * @param file where to write; its folder is made where it is lacking
 * @example
 * await fit(model, { x, y }, { ...options, callbacks: [jsonLines("runs/a/log.jsonl")] });
 */
export function jsonLines(file: string): Callback {
  return epochLog(file, {
    name: "jsonLines",
    header: () => [],
    line: ({ epoch, step }, logs, seconds) =>
      JSON.stringify({ epoch: epoch - 1, step, seconds: Math.round(seconds * 1000) / 1000, ...logs }),
    epochOf(line) {
      try {
        return (JSON.parse(line) as { epoch?: number }).epoch;
      } catch {
        return undefined;
      }
    },
  });
}

/**
 * Writes one row an epoch: the epoch from 0, then the numbers of the logs in alphabetical order; NA where one lacks.
 *
 * Source: Keras 3 `CSVLogger`.
 *
 * @param file where to write; its folder is made where it is lacking
 * @param options `separator`: between the columns (default ",")
 * @example
 * await fit(model, { x, y }, { ...options, callbacks: [csvLog("runs/a/log.csv")] });
 */
export function csvLog(file: string, options: { separator?: string } = {}): Callback {
  const { separator = "," } = options;
  let columns: string[] | undefined;
  return epochLog(file, {
    name: "csvLog",
    header(logs) {
      columns = Object.keys(logs).sort();
      return [["epoch", ...columns].join(separator)];
    },
    line({ epoch }, logs) {
      // A continued log keeps the columns of its header.
      columns ??= wholeLines(file)[0].split(separator).slice(1);
      return [epoch - 1, ...columns.map((name) => logs[name] ?? "NA")].join(separator);
    },
    epochOf: (line) => (/^\d+/.test(line) ? Number.parseInt(line, 10) : undefined),
  });
}
