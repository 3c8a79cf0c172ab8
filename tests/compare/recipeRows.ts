/** What the comparisons of recipes share: rows in files, so that what is finished need not run again. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

function fileOf(directory: string, name: string): string {
  return path.join(directory, name, "row.json");
}

export function hasRow(directory: string, name: string): boolean {
  return existsSync(fileOf(directory, name));
}

export function writeRow(directory: string, name: string, row: object): void {
  mkdirSync(path.join(directory, name), { recursive: true });
  writeFileSync(fileOf(directory, name), `${JSON.stringify(row)}\n`);
}

/** Shows the rows that are there, and tells them whole. */
export function showRows<Row extends object>(
  directory: string,
  names: readonly string[],
  shown: (row: Row) => object,
): void {
  const rows = names
    .filter((name) => hasRow(directory, name))
    .map((name) => JSON.parse(readFileSync(fileOf(directory, name), "utf8")) as Row);
  console.table(rows.map(shown));
  console.log(JSON.stringify(rows, null, 1));
}

/** Starts a clock of the processors' time of this process, all threads together; gives the seconds since. */
export function startClock(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
}

/** Runs a comparison; one that fails ends the process with an error. */
export function runComparison(compare: () => Promise<void>): void {
  compare().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
