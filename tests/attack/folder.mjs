// What a run's folder withstands: a flipped byte in each file, two processes at once, no space, no permission, few files, signals.
// Usage: node tests/attack/folder.mjs PROJECT [--flips 6]
import { spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { finish, folder, option, project, random } from "./support.mjs";

const root = folder("runfolder");
const flips = Number(option("flips", 6));
const r = random(2);
const worker = path.join(import.meta.dirname, "many.mjs");
const run = (args, { shell, after, signals = [], uid } = {}) =>
  new Promise((resolve) => {
    const command = shell
      ? ["bash", ["-c", shell, "bash", process.execPath, "--import", "tsx", worker, project, ...args]]
      : [process.execPath, ["--import", "tsx", worker, project, ...args]];
    const child = spawn(...command, {
      cwd: project,
      stdio: ["ignore", "pipe", "pipe"],
      ...(uid ? { uid, gid: uid, env: { ...process.env, HOME: root } } : {}),
    });
    let text = "";
    const from = Date.now();
    let armed = false;
    child.stdout.on("data", (t) => {
      text += t;
      if (!armed && /BEGUN/.test(text)) {
        armed = true;
        signals.forEach(([ms, s]) => setTimeout(() => child.kill(s), ms));
      }
    });
    let error = "";
    child.stderr.on("data", (t) => (error = (error + t).slice(-1500)));
    const timer = setTimeout(() => child.kill("SIGKILL"), after ?? 120_000);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const last = text.trim().split("\n").at(-1);
      let json;
      try {
        json = JSON.parse(last);
      } catch {}
      resolve({ code, signal, json, text, error, seconds: (Date.now() - from) / 1000 });
    });
  });
const problems = [];
// 1. A finished and a stopped run; then one flipped byte in a file, and go on, all in one process: many copies.
const finished = path.join(root, "finished");
const first = await run(["cv", finished]);
const stopped = path.join(root, "stopped");
await run(["cv-stop", stopped]);
const files = (d) =>
  readdirSync(d, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => path.relative(d, path.join(e.parentPath ?? e.path, e.name)));
const tasks = [];
for (const [kind, from] of [
  ["finished", finished],
  ["stopped", stopped],
])
  for (const file of files(from))
    for (let i = 0; i < flips; i++) {
      const to = path.join(root, `${kind}-${tasks.length}`);
      cpSync(from, to, { recursive: true });
      const target = path.join(to, file);
      const bytes = readFileSync(target);
      if (bytes.length === 0) continue;
      // Half of the flips fall into a safetensors file's header.
      const head = file.endsWith(".safetensors") ? Number(bytes.readBigUInt64LE(0)) + 8 : bytes.length;
      const at = r.int(i % 2 ? head : bytes.length);
      bytes[at] ^= 1 << r.int(7);
      writeFileSync(target, bytes);
      tasks.push({ dir: to, kind, file, at, inHeader: at < head });
    }
writeFileSync(path.join(root, "tasks.json"), JSON.stringify(tasks));
const flipped = await run(["cv-list", path.join(root, "tasks.json")], { after: 400_000 });
const want = JSON.stringify(first.json);
const table = {};
let unnoticed = 0;
for (const line of flipped.text.split("\n").filter((l) => l.startsWith('{"task"'))) {
  const { task, result, error, reread } = JSON.parse(line);
  const { kind, file, inHeader, at } = tasks[task];
  const name = `${kind} ${path.basename(file)}`;
  table[name] ??= { refused: 0, "same result": 0, "OTHER RESULT": 0 };
  const own = table[name];
  if (error) {
    own.refused++;
    if (!error.includes(path.basename(file)) && !/run\.json|fold\.json/.test(error))
      problems.push(`${name}: refused without the file: ${error.slice(0, 140)}`);
  } else if (JSON.stringify(result) === want) {
    own["same result"]++;
    if (reread) problems.push(`${name} byte ${at}: ${reread}`);
  } else {
    own["OTHER RESULT"]++;
    unnoticed++;
    problems.push(`${name} byte ${at}${inHeader ? " (header)" : ""}: continued to another result, unnoticed`);
  }
}
for (const [name, counts] of Object.entries(table)) console.log(name.padEnd(36), JSON.stringify(counts));
if (flipped.code !== 0)
  console.log("list ended with", flipped.code, flipped.signal, flipped.error.slice(-400));
// 2. Two at once.
const both = path.join(root, "both");
const two = await Promise.all([run(["cv", both]), run(["cv", both])]);
const same = two.map((t) =>
  JSON.stringify(t.json) === want
    ? "same result"
    : `${t.error.split("\n").filter(Boolean).at(-1) ?? ""} ${t.text.split("\n").filter(Boolean).at(-1)?.slice(0, 160)}`,
);
const after = await run(["cv", both]);
console.log(
  "two at once:",
  same.join(" / "),
  "; folder afterwards:",
  JSON.stringify(after.json) === want ? "right" : "WRONG",
);
if (!two.some((t) => /one run at a time/.test(t.text + t.error)))
  problems.push("two processes on one run folder: not refused");
// 3. No space (files of at most 40 KiB), and afterwards with space.
const full = path.join(root, "full");
const limited = await run(["cv", full], { shell: 'ulimit -f 12; shift 0; exec "$@"' });
console.log(
  "ulimit -f 12:",
  limited.code,
  limited.signal,
  limited.text.split("\n").filter(Boolean).at(-1)?.slice(0, 200),
  limited.error.slice(-150).replaceAll("\n", " "),
);
const freed = await run(["cv", full]);
console.log(
  "afterwards:",
  JSON.stringify(freed.json) === want ? "right" : "WRONG",
  "left",
  existsSync(full)
    ? files(full)
        .filter((f) => /tmp|part/.test(f))
        .join(" ")
    : "",
);
if (JSON.stringify(freed.json) !== want) problems.push("no space, then space: another result");
// 4. Read-only folder, as a user who is no superuser.
chmodSync(root, 0o777);
const locked = path.join(root, "locked");
mkdirSync(locked);
chmodSync(locked, 0o555);
const refused = await run(["cv", locked], { uid: 65534 });
console.log("read-only:", refused.code, refused.text.split("\n").filter(Boolean).at(-1)?.slice(0, 200));
// 5. Few file descriptors.
const few = await run(["cv", path.join(root, "few")], { shell: 'ulimit -n 64; exec "$@"' });
console.log(
  "ulimit -n 64:",
  JSON.stringify(few.json) === want
    ? "right"
    : `${few.code} ${few.text.slice(-200)} ${few.error.slice(-200)}`,
);
// 6. Signals, then going on.
for (const [name, signals] of [
  ["SIGTERM", [[400, "SIGTERM"]]],
  [
    "SIGINT twice",
    [
      [400, "SIGINT"],
      [450, "SIGINT"],
    ],
  ],
  ["SIGHUP", [[400, "SIGHUP"]]],
]) {
  const d = path.join(root, `signal-${name.replace(" ", "")}`);
  const cut = await run(["cv", d], { signals });
  const on = await run(["cv", d]);
  console.log(
    `${name}: ended with ${cut.code ?? cut.signal}, went on to ${JSON.stringify(on.json) === want ? "the right result" : "ANOTHER RESULT"}`,
  );
  if (JSON.stringify(on.json) !== want) problems.push(`${name}: another result`);
}
for (const p of [...new Set(problems)].slice(0, 60)) console.log("  ", p);
finish(
  "folder",
  { flips: tasks.length, "unnoticed-and-another-result": unnoticed, problems: problems.length },
  problems.length === 0,
);
