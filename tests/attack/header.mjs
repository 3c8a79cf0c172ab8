// A changed digit in the header of a stopped run's last.safetensors: noticed when going on? Usage: node tests/attack/header.mjs PROJECT [--digits 24]
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { finish, folder, option, project, random } from "./support.mjs";

const root = folder("header");
const r = random(4);
const worker = path.join(import.meta.dirname, "many.mjs");
const run = (...args) =>
  spawnSync(process.execPath, ["--import", "tsx", worker, project, ...args], {
    cwd: project,
    encoding: "utf8",
    maxBuffer: 1e8,
  });
const want = run("cv", path.join(root, "whole")).stdout.trim().split("\n").at(-1);
const stopped = path.join(root, "stopped");
run("cv-stop", stopped);
const file = readdirSync(stopped, { recursive: true })
  .map(String)
  .find((f) => f.endsWith("last.safetensors"));
const tasks = [];
for (let i = 0; i < Number(option("digits", 24)); i++) {
  const dir = path.join(root, `t${i}`);
  cpSync(stopped, dir, { recursive: true });
  const b = readFileSync(path.join(dir, file));
  const n = Number(b.readBigUInt64LE(0));
  const places = [];
  for (let at = 8; at < 8 + n; at++) if (b[at] >= 48 && b[at] <= 57) places.push(at);
  const at = r.pick(places);
  b[at] = 48 + ((b[at] - 47) % 10);
  writeFileSync(path.join(dir, file), b);
  tasks.push({ dir, around: b.toString("latin1", Math.max(8, at - 24), at + 6) });
}
writeFileSync(path.join(root, "tasks.json"), JSON.stringify(tasks));
let refused = 0,
  same = 0,
  other = 0;
for (const line of run("cv-list", path.join(root, "tasks.json"))
  .stdout.split("\n")
  .filter((l) => l.startsWith('{"task"'))) {
  const { task, result, error } = JSON.parse(line);
  if (error) refused++;
  else if (JSON.stringify(result) === want) same++;
  else {
    other++;
    console.log(
      "another result, unnoticed, after a changed digit at the end of:",
      tasks[task].around.replaceAll("\\", ""),
    );
  }
}
finish("header", { digits: tasks.length, refused, same, "another-result-unnoticed": other }, other === 0);
