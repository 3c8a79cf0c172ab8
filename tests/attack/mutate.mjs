// Mutated input files. Usage: node tests/attack/mutate.mjs PROJECT [--cases 20000] [--seed 1] [--groups a,b]
// Starts a worker that runs cases one after another; kills it where one takes over 10 s or over 1 GB more memory.
import { spawn } from "node:child_process";
import { appendFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { finish, option, project, statusOf } from "./support.mjs";

const cases = Number(option("cases", 20000));
const seed = option("seed", "1");
const groups = option("groups", "");
const log = option("log", "");
const counts = {};
const byGroup = {};
const examples = {};
let done = 0;
let first = 0;
let greatest = 0;
const from = Date.now();
if (log) writeFileSync(log, "");

function record(result) {
  done++;
  counts[result.class] = (counts[result.class] ?? 0) + 1;
  byGroup[result.group] ??= {};
  const own = byGroup[result.group];
  own[result.class] = (own[result.class] ?? 0) + 1;
  const key = `${result.class} | ${result.group} | ${result.mutation.replace(/\d+/g, "N")} | ${(result.message ?? "").replace(/[\d.]+/g, "N").slice(0, 120)}`;
  examples[key] ??= { count: 0, first: result };
  examples[key].count++;
  if (log && !["accepted right", "refused clear"].includes(result.class))
    appendFileSync(log, `${JSON.stringify(result)}\n`);
}

function run() {
  return new Promise((resolve) => {
    const worker = spawn(
      process.execPath,
      [
        "--max-old-space-size=6000",
        "--import",
        "tsx",
        path.join(path.dirname(fileURLToPath(import.meta.url)), "mutateWorker.mjs"),
        project,
        "--first",
        String(first),
        "--cases",
        String(cases),
        "--seed",
        seed,
        "--groups",
        groups,
      ],
      { cwd: project, stdio: ["ignore", "ignore", "pipe", "ipc"] },
    );
    let said = "";
    let current;
    let since = Date.now();
    let base = 0;
    let started = false;
    let killed;
    worker.stderr.on("data", (text) => (said = (said + text).slice(-4000)));
    worker.on("message", (message) => {
      since = Date.now();
      if (message.begin) {
        started = true;
        current = message.begin;
        base = statusOf(worker.pid, "VmRSS");
      } else {
        record(message);
        first = message.case + 1;
        current = undefined;
      }
    });
    const timer = setInterval(() => {
      const rss = statusOf(worker.pid, "VmRSS");
      greatest = Math.max(greatest, rss);
      if (current && Date.now() - since > 10_000) killed = "hang";
      else if (current && rss - base > 1.5e9) killed = "memory explosion";
      else if (!started && Date.now() - since > 120_000) killed = "no start";
      if (killed) worker.kill("SIGKILL");
    }, 100);
    worker.on("close", (code, signal) => {
      clearInterval(timer);
      if (current) {
        record({
          ...current,
          class: killed ?? "crash",
          message: killed ? "" : `${code} ${signal} ${said.slice(-600)}`,
        });
        first = current.case + 1;
        return resolve(first < cases);
      }
      if (code !== 0) {
        console.error(said);
        return resolve(false);
      }
      resolve(false);
    });
  });
}
while (await run());
const bad = Object.entries(examples).filter(([key]) => !/^(accepted right|refused clear)/.test(key));
bad.sort((a, b) => b[1].count - a[1].count);
for (const [key, { count, first: result }] of bad.slice(0, 400))
  console.log(
    `${count} x ${key}\n    case ${result.case}: ${(result.message ?? "").slice(0, 300)} ${result.detail ?? ""}`,
  );
console.log(JSON.stringify(byGroup));
const good = (counts["accepted right"] ?? 0) + (counts["refused clear"] ?? 0);
finish(
  "mutate",
  {
    cases: done,
    ...Object.fromEntries(Object.entries(counts).map(([k, v]) => [k.replaceAll(" ", "-"), v])),
    "greatest-rss-mb": Math.round(greatest / 1e6),
    seconds: Math.round((Date.now() - from) / 1000),
  },
  good === done && done >= cases,
);
