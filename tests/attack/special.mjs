// Single odd inputs, a process each. Usage: node tests/attack/special.mjs PROJECT [--only PATTERN]
import { execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  createWriteStream,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { createGzip } from "node:zlib";
import { finish, folder, option, project, random, statusOf } from "./support.mjs";

const only = option("only", "");
const limit = Number(option("limit", 30)) * 1000;
const dir = folder("special");
chmodSync(dir, 0o777);
const channels = ["acc_x", "acc_y", "acc_z", "gy_x", "gy_y", "gy_z"];
function features(ids) {
  const g = random(7);
  const lines = [`id,time,${channels.join(",")}`];
  for (const id of ids)
    for (let t = 0; t < 600; t++)
      lines.push([id, t, ...channels.map(() => (g.next() - 0.5).toFixed(6))].join(","));
  return `${lines.join("\n")}\n`;
}
const npy = (times) => {
  const text = `${`{'descr': '|u1', 'fortran_order': False, 'shape': (120, 120, ${times}), }`.padEnd(117)}\n`;
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00v\x00", "latin1"),
    Buffer.from(text),
    Buffer.alloc(14400 * times, 9),
  ]);
};
function motionFolder(name, without = []) {
  const base = path.join(dir, name);
  mkdirSync(base, { recursive: true });
  const files = {
    "train_features.csv": features([0, 1]),
    "test_features.csv": features([5]),
    "train_labels.csv": "id,label\n0,1\n1,0\n",
    "sample_submission.csv": "id,0,1\n5,0,0\n",
  };
  for (const [n, t] of Object.entries(files)) if (!without.includes(n)) writeFileSync(path.join(base, n), t);
  return base;
}
function radarFolder(name, without = []) {
  const base = path.join(dir, name);
  for (const [n, t] of [
    ["train/train_00000.npy", 5],
    ["train/train_00001.npy", 5],
    ["test/test_00000.npy", 4],
  ]) {
    if (without.includes(n) || without.includes(n.split("/")[0])) continue;
    mkdirSync(path.join(base, path.dirname(n)), { recursive: true });
    writeFileSync(path.join(base, n), npy(t));
  }
  return base;
}
async function bomb(file, piece, times, before = Buffer.alloc(0), after = Buffer.alloc(0)) {
  const gz = createGzip({ level: 1 });
  const out = createWriteStream(file);
  gz.pipe(out);
  gz.write(before);
  for (let i = 0; i < times; i++) if (!gz.write(piece)) await new Promise((done) => gz.once("drain", done));
  gz.end(after);
  await new Promise((done) => out.once("close", done));
}
const mb = Buffer.alloc(1 << 20);
const tarHead = (name, size) => {
  const b = Buffer.alloc(512);
  b.write(name);
  b.write("0000644\0", 100);
  b.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  b.write("        ", 148);
  b.write("0", 156);
  b.write("ustar\x0000", 257, "latin1");
  b.write(
    `${b
      .reduce((s, v) => s + v, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return b;
};
const header = `id,time,${channels.join(",")}\n`;
const motionLoad = (base) => `P.motion.load(${JSON.stringify(base)}, { cache: false })`;
const radarLoad = (base) => `P.radar.load(${JSON.stringify(base)})`;
/** name: [prepare -> code, { during, want: "refused" | "either" | "accepted", user }] */
const cases = {
  "bomb features, no line end, 1 GB": [
    async () => {
      const b = motionFolder("b1", ["train_features.csv"]);
      await bomb(path.join(b, "train_features.csv.gz"), mb, 1024);
      return motionLoad(b);
    },
  ],
  "bomb features, blank lines, 1 GB": [
    async () => {
      const b = motionFolder("b2", ["train_features.csv"]);
      await bomb(path.join(b, "train_features.csv.gz"), Buffer.alloc(1 << 20, 10), 1024, Buffer.from(header));
      return motionLoad(b);
    },
  ],
  "bomb features, one long field, 1 GB": [
    async () => {
      const b = motionFolder("b3", ["train_features.csv"]);
      await bomb(
        path.join(b, "train_features.csv.gz"),
        Buffer.alloc(1 << 20, 48),
        1024,
        Buffer.from(`${header}0,0,`),
      );
      return motionLoad(b);
    },
  ],
  "bomb labels, 1 GB": [
    async () => {
      const b = motionFolder("b4", ["train_labels.csv"]);
      await bomb(path.join(b, "train_labels.csv.gz"), mb, 1024);
      return motionLoad(b);
    },
  ],
  "bomb motion template, commas, 1 GB": [
    async () => {
      const b = motionFolder("b5", ["sample_submission.csv"]);
      await bomb(path.join(b, "sample_submission.csv.gz"), Buffer.alloc(1 << 20, 44), 1024);
      return motionLoad(b);
    },
  ],
  "bomb radar template, 1 GB": [
    async () => {
      const b = radarFolder("b6");
      await bomb(path.join(b, "sample_submission.csv.gz"), mb, 1024);
      return radarLoad(b);
    },
  ],
  "bomb radar archive, one entry of 1 GB": [
    async () => {
      const b = radarFolder("b7", ["train"]);
      await bomb(
        path.join(b, "train.tar.gz"),
        mb,
        1024,
        tarHead("train/train_00000.npy", 2 ** 30),
        Buffer.alloc(1024),
      );
      return radarLoad(b);
    },
  ],
  "bomb radar archive, a million empty entries": [
    async () => {
      const b = radarFolder("b8", ["train"]);
      const one = tarHead("train/x", 0);
      await bomb(
        path.join(b, "train.tar.gz"),
        Buffer.concat(Array.from({ length: 2048 }, () => one)),
        512,
        Buffer.alloc(0),
        Buffer.alloc(1024),
      );
      return radarLoad(b);
    },
  ],
  "plain features of 2 GB of zeros (sparse)": [
    async () => {
      const b = motionFolder("b9");
      truncateSync(path.join(b, "train_features.csv"), 2 ** 31);
      return motionLoad(b);
    },
  ],
  "plain labels of 2 GB of zeros (sparse)": [
    async () => {
      const b = motionFolder("b10");
      truncateSync(path.join(b, "train_labels.csv"), 2 ** 31);
      return motionLoad(b);
    },
  ],
  "npy of 5 GB (sparse)": [
    async () => {
      const b = radarFolder("b11");
      truncateSync(path.join(b, "train/train_00001.npy"), 5 * 2 ** 30);
      return radarLoad(b);
    },
  ],
  "safetensors of 5 GB (sparse)": [
    async () => {
      const f = path.join(dir, "b12.safetensors");
      writeFileSync(f, "");
      truncateSync(f, 5 * 2 ** 30);
      return `P.data.readSafetensors(${JSON.stringify(f)})`;
    },
  ],
  "directory named as features": [
    async () => {
      const b = motionFolder("d1", ["train_features.csv"]);
      mkdirSync(path.join(b, "train_features.csv"));
      return motionLoad(b);
    },
  ],
  "directory named as gzipped features": [
    async () => {
      const b = motionFolder("d2", ["train_features.csv"]);
      mkdirSync(path.join(b, "train_features.csv.gz"));
      return motionLoad(b);
    },
  ],
  "directory named as labels": [
    async () => {
      const b = motionFolder("d3", ["train_labels.csv"]);
      mkdirSync(path.join(b, "train_labels.csv"));
      return motionLoad(b);
    },
  ],
  "directory named as radar template": [
    async () => {
      const b = radarFolder("d4");
      mkdirSync(path.join(b, "sample_submission.csv"));
      return radarLoad(b);
    },
  ],
  "directory named as npy": [
    async () => {
      const b = radarFolder("d5", ["train/train_00001.npy"]);
      mkdirSync(path.join(b, "train/train_00001.npy"));
      return radarLoad(b);
    },
  ],
  "directory named as checkpoint": [
    async () => {
      const f = path.join(dir, "d6.safetensors");
      mkdirSync(f);
      return `P.train.loadCheckpoint(${JSON.stringify(f)})`;
    },
  ],
  "file in place of the data folder": [
    async () => {
      const f = path.join(dir, "d7");
      writeFileSync(f, "x");
      return motionLoad(f);
    },
  ],
  "dangling link": [
    async () => {
      const b = motionFolder("l1", ["train_labels.csv"]);
      symlinkSync("nowhere", path.join(b, "train_labels.csv"));
      return motionLoad(b);
    },
  ],
  "link loop": [
    async () => {
      const b = radarFolder("l2", ["train/train_00001.npy"]);
      symlinkSync("train_00001.npy", path.join(b, "train/train_00001.npy"));
      return radarLoad(b);
    },
  ],
  "features are a named pipe": [
    async () => {
      const b = motionFolder("p1", ["train_features.csv"]);
      execFileSync("mkfifo", [path.join(b, "train_features.csv")]);
      return motionLoad(b);
    },
  ],
  "npy is a named pipe": [
    async () => {
      const b = radarFolder("p2", ["train/train_00001.npy"]);
      execFileSync("mkfifo", [path.join(b, "train/train_00001.npy")]);
      return radarLoad(b);
    },
  ],
  "labels are an endless device": [
    async () => {
      const b = motionFolder("p3", ["train_labels.csv"]);
      symlinkSync("/dev/zero", path.join(b, "train_labels.csv"));
      return motionLoad(b);
    },
  ],
  "unreadable features": [
    async () => {
      const b = motionFolder("u1");
      chmodSync(path.join(b, "train_features.csv"), 0);
      return motionLoad(b);
    },
    { user: 65534 },
  ],
  "unreadable labels": [
    async () => {
      const b = motionFolder("u2");
      chmodSync(path.join(b, "train_labels.csv"), 0);
      return motionLoad(b);
    },
    { user: 65534 },
  ],
  "unreadable npy": [
    async () => {
      const b = radarFolder("u3");
      chmodSync(path.join(b, "train/train_00001.npy"), 0);
      return radarLoad(b);
    },
    { user: 65534 },
  ],
  "unreadable data folder": [
    async () => {
      const b = motionFolder("u4");
      chmodSync(b, 0);
      return motionLoad(b);
    },
    { user: 65534 },
  ],
  "read-only data folder": [
    async () => {
      const b = motionFolder("u5");
      chmodSync(b, 0o555);
      return `P.motion.load(${JSON.stringify(b)})`;
    },
    { user: 65534, want: "accepted" },
  ],
  "archive of GNU sparse files": [
    async () => {
      const b = radarFolder("s1", ["train"]);
      const t = path.join(b, "train");
      mkdirSync(t);
      for (const i of [0, 1]) {
        const f = path.join(t, `train_0000${i}.npy`);
        writeFileSync(f, npy(5).subarray(0, 128));
        truncateSync(f, 128 + 72000);
      }
      execFileSync("tar", [
        "-C",
        b,
        "--sparse",
        "--format=gnu",
        "-czf",
        path.join(b, "train.tar.gz"),
        "train",
      ]);
      rmSync(t, { recursive: true });
      return radarLoad(b);
    },
    { want: "either", zeros: true },
  ],
  "archive of pax sparse files": [
    async () => {
      const b = radarFolder("s2", ["train"]);
      const t = path.join(b, "train");
      mkdirSync(t);
      for (const i of [0, 1]) {
        const f = path.join(t, `train_0000${i}.npy`);
        writeFileSync(f, npy(5).subarray(0, 128));
        truncateSync(f, 128 + 72000);
      }
      execFileSync("tar", [
        "-C",
        b,
        "--sparse",
        "--format=posix",
        "-czf",
        path.join(b, "train.tar.gz"),
        "train",
      ]);
      rmSync(t, { recursive: true });
      return radarLoad(b);
    },
    { want: "either", zeros: true },
  ],
  "features replaced while read": [
    async () => {
      const b = motionFolder("r1");
      writeFileSync(path.join(b, "train_features.csv"), features(Array.from({ length: 400 }, (_, i) => i)));
      writeFileSync(
        path.join(b, "train_labels.csv"),
        `id,label\n${Array.from({ length: 400 }, (_, i) => `${i},${i % 2}`).join("\n")}\n`,
      );
      writeFileSync(
        path.join(b, "other"),
        features(Array.from({ length: 400 }, (_, i) => i)).replaceAll("0.", "9."),
      );
      return `P.motion.load(${JSON.stringify(b)}).then((m) => { const big = m.train.data.filter((v) => Math.abs(v) >= 1).length; if (big !== 0 && big !== m.train.data.length) throw new Error("MIXED"); return "whole"; })`;
    },
    {
      want: "either",
      during: () =>
        setTimeout(() => renameSync(path.join(dir, "r1/other"), path.join(dir, "r1/train_features.csv")), 5),
    },
  ],
  "features written over in place while read": [
    async () => {
      const b = motionFolder("r2");
      writeFileSync(path.join(b, "train_features.csv"), features(Array.from({ length: 400 }, (_, i) => i)));
      writeFileSync(
        path.join(b, "train_labels.csv"),
        `id,label\n${Array.from({ length: 400 }, (_, i) => `${i},${i % 2}`).join("\n")}\n`,
      );
      return `P.motion.load(${JSON.stringify(b)})`;
    },
    {
      want: "either",
      during: () => {
        const other = features(Array.from({ length: 400 }, (_, i) => i)).replaceAll("0.", "9.");
        const t = setInterval(() => {
          try {
            writeFileSync(path.join(dir, "r2/train_features.csv"), other);
          } catch {}
        }, 20);
        setTimeout(() => clearInterval(t), 4000);
      },
    },
  ],
  "features grow while read": [
    async () => {
      const b = motionFolder("r3");
      return `P.motion.load(${JSON.stringify(b)})`;
    },
    {
      want: "either",
      during: () => {
        const t = setInterval(() => {
          try {
            appendFileSync(path.join(dir, "r3/train_features.csv"), "1,0,");
          } catch {}
        }, 5);
        setTimeout(() => clearInterval(t), 5000);
      },
    },
  ],
  "features cut while read": [
    async () => {
      const b = motionFolder("r4");
      writeFileSync(path.join(b, "train_features.csv"), features(Array.from({ length: 400 }, (_, i) => i)));
      writeFileSync(
        path.join(b, "train_labels.csv"),
        `id,label\n${Array.from({ length: 400 }, (_, i) => `${i},${i % 2}`).join("\n")}\n`,
      );
      return motionLoad(b);
    },
    {
      want: "either",
      during: () => setTimeout(() => truncateSync(path.join(dir, "r4/train_features.csv"), 3_000_000), 60),
    },
  ],
  "cache is a directory": [
    async () => {
      const b = motionFolder("c1");
      mkdirSync(path.join(b, ".podium/train_features.csv.cache"), { recursive: true });
      return `P.motion.load(${JSON.stringify(b)})`;
    },
    { want: "accepted" },
  ],
  "cache folder is a file": [
    async () => {
      const b = motionFolder("c2");
      writeFileSync(path.join(b, ".podium"), "x");
      return `P.motion.load(${JSON.stringify(b)})`;
    },
    { want: "accepted" },
  ],
  "cache is a named pipe": [
    async () => {
      const b = motionFolder("c3");
      mkdirSync(path.join(b, ".podium"));
      execFileSync("mkfifo", [path.join(b, ".podium/train_features.csv.cache")]);
      return `P.motion.load(${JSON.stringify(b)})`;
    },
    { want: "accepted" },
  ],
  "cache says it has 2^53 values": [
    async () => {
      const b = motionFolder("c4");
      const file = JSON.stringify(path.join(b, ".podium/train_features.csv.cache"));
      return `(async () => {
        const fs = await import("node:fs");
        await P.motion.load(${JSON.stringify(b)});
        const old = fs.readFileSync(${file});
        const length = Number(old.readBigUInt64LE(0));
        const header = JSON.parse(old.toString("utf8", 8, 8 + length));
        header.data = { dtype: "F32", shape: [2 ** 51], data_offsets: [0, 2 ** 53] };
        const text = Buffer.from(JSON.stringify(header));
        const start = Buffer.alloc(8);
        start.writeBigUInt64LE(BigInt(text.length));
        fs.writeFileSync(${file}, Buffer.concat([start, text, old.subarray(8 + length)]));
        return P.motion.load(${JSON.stringify(b)});
      })()`;
    },
    { want: "accepted" },
  ],
};
const worker = path.join(import.meta.dirname, "one.mjs");
let held = 0;
let tried = 0;
const bad = [];
for (const [name, [prepare, { want = "refused", during, user } = {}]] of Object.entries(cases)) {
  if (only && !new RegExp(only).test(name)) continue;
  const code = await prepare();
  tried++;
  const result = await new Promise((resolve) => {
    const args = ["--max-old-space-size=6000", "--import", "tsx", worker, project, code];
    const from = Date.now();
    const child = spawn(process.execPath, args, {
      cwd: project,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      ...(user ? { uid: user, gid: user, env: { ...process.env, HOME: dir, TMPDIR: dir } } : {}),
    });
    let peak = 0;
    let base = 0;
    let begun;
    let said;
    let text = "";
    child.stderr.on("data", (t) => (text = (text + t).slice(-1500)));
    child.stdout.on("data", () => {});
    child.on("message", (m) => {
      if (m.ready) {
        begun = Date.now();
        base = statusOf(child.pid, "VmRSS");
        during?.(child);
        child.send("go");
      } else said = m;
    });
    let killed = "";
    const timer = setInterval(() => {
      if (begun) peak = Math.max(peak, statusOf(child.pid, "VmRSS") - base);
      if (begun && Date.now() - begun > limit) killed = "hang";
      if (!begun && Date.now() - from > 90_000) killed = "no start";
      if (peak > 7e9) killed = "memory";
      if (killed) child.kill("SIGKILL");
    }, 20);
    child.on("close", (code, signal) => {
      clearInterval(timer);
      resolve({ said, killed, peak, seconds: (Date.now() - (begun ?? from)) / 1000, code, signal, text });
    });
  });
  const { said, killed, peak, seconds } = result;
  const message = said?.message ?? "";
  const clean = message.replaceAll(dir, "DIR");
  const named = message.includes(dir) || /cached|csv|npy/.test(message);
  let verdict;
  if (killed) verdict = killed === "memory" ? "memory explosion" : killed;
  else if (!said)
    verdict = `crash ${result.code} ${result.signal} ${result.text.slice(-200).replaceAll("\n", " ")}`;
  else if (said.refused && !named) verdict = "refused without the file";
  else if (said.refused && want === "accepted") verdict = "refused though fine";
  else if (!said.refused && want === "refused") verdict = "accepted";
  else if (/MIXED/.test(message)) verdict = "silently mixed";
  else if (peak > 1e9 && !/sparse\)/.test(name)) verdict = "held, but over 1 GB of memory";
  else verdict = "held";
  if (verdict === "held") held++;
  else bad.push(name);
  console.log(
    `${verdict.padEnd(26)} ${name} | ${seconds.toFixed(1)} s, ${Math.round(peak / 1e6)} MB more | ${clean.slice(0, 220)}`,
  );
}
finish("special", { tried, held, not: bad.length }, held === tried);
