// Runs the cases of mutate.mjs in one process; tells the parent of each.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { groups, r } from "./context.mjs";
import { channels } from "./material.mjs";
import * as reference from "./readers.mjs";
import { option } from "./support.mjs";
import "./archives.mjs";
import "./arrays.mjs";
import "./tables.mjs";
import "./tensors.mjs";

const first = Number(option("first", 0));
const cases = Number(option("cases", 100));
const seed = Number(option("seed", 1));
const only = (option("groups", "") || "").split(",").filter(Boolean);
const say = (message) => new Promise((resolve) => process.send(message, resolve));
const weights = {
  table: 5,
  tableGz: 2,
  windows: 5,
  windowsGz: 2,
  motion: 4,
  npy: 6,
  radarFolder: 3,
  radarTar: 3,
  tar: 3,
  radarTemplate: 1,
  safetensors: 5,
  checkpoint: 5,
  cache: 1,
  motionPrevious: 2,
  radarPrevious: 1,
};
const pool = Object.entries(weights)
  .filter(([n]) => only.length === 0 || only.includes(n))
  .flatMap(([n, w]) => new Array(w).fill(n));
const places =
  /:\d+[:)\s]|at byte|byte \d|\[[\d, ]+\]|header|column|shape|checksum|cut off|too long|empty|damaged|type|version|version|must begin|must hold|every id|every file|twice|must come once|got no |whole numbers|decompress|weight|magic|values must|tensor/;
function refused(error, names) {
  const message = String(error?.message ?? error);
  if (!(error instanceof Error)) return "refused without place";
  const system = error.code && /^(E[A-Z]+|ERR_)/.test(error.code);
  const inner =
    error.constructor === TypeError ||
    /Cannot read propert|is not (a function|iterable|defined)|Invalid (typed )?array length|Array buffer allocation|Maximum call stack|out of bounds|out of range/.test(
      message,
    );
  const named = names.length === 0 || names.some((n) => message.includes(n));
  if (inner || (system && !named)) return "refused by an inner error";
  if (!named) return "refused without the file";
  return places.test(message) ? "refused clear" : "refused without place";
}
for (let number = first; number < cases; number++) {
  r.seed(seed * 1_000_003 + number);
  const group = r.pick(pool);
  const made = groups[group]();
  if (made.clear) rmSync(made.clear, { recursive: true, force: true });
  for (const [file, bytes] of Object.entries(made.files)) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  const base = { case: number, group, mutation: made.mutation };
  await say({ begin: base });
  let result;
  try {
    const found = await made.run();
    try {
      const verdict = made.judge(found);
      result =
        verdict === true
          ? { class: "accepted right" }
          : {
              class: "silently wrong",
              message: typeof verdict === "string" ? verdict : "",
              detail: made.detail,
            };
    } catch (error) {
      result = {
        class: "accepted lenient",
        message: `strict reading: ${String(error.message).slice(0, 100)}`,
        detail: made.detail,
      };
    }
  } catch (error) {
    result = { class: refused(error, made.names), message: String(error?.message ?? error).slice(0, 300) };
    if (result.class === "refused clear") {
      try {
        if (made.judge.length === 1 && ["npy"].includes(group)) {
          reference.npy(made.files[Object.keys(made.files)[0]]);
          result.class = "refused valid";
        }
        if (["table", "tableGz"].includes(group)) {
          const b = made.files[Object.keys(made.files)[0]];
          reference.table(group === "tableGz" ? reference.gunzip(b) : b, ["id", "time"]);
          result.class = "refused valid";
        }
        if (["windows", "windowsGz"].includes(group)) {
          const b = made.files[Object.keys(made.files)[0]];
          reference.windows(group === "windowsGz" ? reference.gunzip(b) : b, { steps: 20, channels });
          result.class = "refused valid";
        }
      } catch {}
    }
  }
  await say({ ...base, ...result });
}
process.disconnect();
process.exit(0);
