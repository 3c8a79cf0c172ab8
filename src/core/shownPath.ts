import path from "node:path";

/**
 * A file's path as a notebook shows it: from the working folder where it lies near, so that reports look alike on every machine.
 */
export function shownPath(file: string): string {
  const relative = path.relative(process.cwd(), path.resolve(file)) || ".";
  return relative.startsWith(path.join("..", "..", "..")) ? file : relative;
}
