// Shared by the attack scripts: arguments, a seeded random source, the project's modules, the last line.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

export const project = path.resolve(process.argv[2] ?? ".");
export function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
}
export function random(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { next, int: (n) => Math.floor(next() * n), pick: (list) => list[Math.floor(next() * list.length)] };
}
export function folder(name) {
  const made = mkdtempSync(path.join(os.tmpdir(), `podium-attack-${name}-`));
  process.on(
    "exit",
    () => !process.argv.includes("--keep") && rmSync(made, { recursive: true, force: true }),
  );
  return made;
}
export async function load(file) {
  return import(pathToFileURL(path.join(project, "src", file)).href);
}
export function statusOf(pid, name) {
  try {
    return (
      Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) *
      1024
    );
  } catch {
    return 0;
  }
}
export function finish(name, figures, held) {
  console.log(
    `${name}: ${Object.entries(figures)
      .map(([k, v]) => `${k} ${v}`)
      .join(", ")}; ${held ? "held" : "NOT HELD"}`,
  );
  process.exitCode = held ? 0 : 1;
}
export const tsx = ["--import", "tsx"];
