// Safetensors, checkpoints and caches.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { D, dir, groups, r, same, T } from "./context.mjs";
import { text } from "./mutations.mjs";

const tensors = {
  "weights/000/kernel": { data: Float32Array.from({ length: 12 }, (_, i) => i / 7), shape: [3, 4] },
  "slots/m": { data: Float32Array.from({ length: 4 }, (_, i) => i), shape: [4] },
  empty: { data: new Float32Array(0), shape: [0] },
};
const stFile = path.join(dir, "valid.safetensors");
D.writeSafetensors(stFile, { tensors, metadata: { note: "hello" } });
const validSt = readFileSync(stFile);
const ckFile = path.join(dir, "valid-checkpoint.safetensors");
const state = {
  tensors,
  progress: {
    epoch: 3,
    step: 30,
    seed: 12345,
    optimizer: "adam",
    learningRate: 0.001,
    logs: { loss: [0.5, 0.4, 0.3], val_loss: [0.6, 0.5, 0.4] },
    callbacks: { keepBest: { best: 0.4, wait: 0 } },
  },
};
T.saveCheckpoint(ckFile, state);
const validCk = readFileSync(ckFile);
function withHeader(base, change) {
  const length = Number(base.readBigUInt64LE(0));
  const object = base.toString("utf8", 8, 8 + length);
  const textual = change(object);
  const h = Buffer.from(textual);
  const l = Buffer.alloc(8);
  l.writeBigUInt64LE(BigInt(h.length));
  return Buffer.concat([l, h, base.subarray(8 + length)]);
}
const edit = (f) => (base) =>
  withHeader(base, (t) => {
    const o = JSON.parse(t);
    f(o);
    return JSON.stringify(o);
  });
const names = ["weights/000/kernel", "slots/m", "empty"];
const stMutations = {
  ...text,
  headerFlip: (b) => {
    const c = Buffer.from(b);
    const n = Number(c.readBigUInt64LE(0));
    c[8 + r.int(n)] ^= 1 << r.int(8);
    return c;
  },
  headerDigit: (b) => {
    const c = Buffer.from(b);
    const n = Number(c.readBigUInt64LE(0));
    const digits = [];
    for (let i = 8; i < 8 + n; i++) if (c[i] >= 48 && c[i] <= 57) digits.push(i);
    const at = r.pick(digits);
    c[at] = 48 + ((c[at] - 48 + 1 + r.int(9)) % 10);
    return c;
  },
  length: (b) => {
    const c = Buffer.from(b);
    c.writeBigUInt64LE(
      r.pick([
        0n,
        1n,
        7n,
        2n ** 63n,
        2n ** 64n - 1n,
        100_000_000n,
        BigInt(b.length),
        BigInt(b.length - 8),
        2n ** 53n + 1n,
      ]),
      0,
    );
    return c;
  },
  offsets: edit((o) => {
    o[r.pick(names)].data_offsets = r.pick([
      [0, 0],
      [-48, 0],
      [0, -48],
      [48, 0],
      [0.5, 48.5],
      ["0", "48"],
      [0],
      [0, 48, 96],
      null,
      {},
      5,
      [1e308, 1e308],
      [8, 56],
      [0, 16],
      [4, 20],
      [0, 1e15],
    ]);
  }),
  shape: edit((o) => {
    o[r.pick(names)].shape = r.pick([
      [],
      [12],
      [-3, -4],
      [3.5],
      ["3", "4"],
      null,
      {},
      12,
      [1e308],
      [2 ** 53, 0],
      [0],
      [4, 3],
      [3, 4, 1],
      [true],
    ]);
  }),
  dtype: edit((o) => {
    o[r.pick(names)].dtype = r.pick([
      "F64",
      "I32",
      "U8",
      "F16",
      "BF16",
      "toString",
      "__proto__",
      "constructor",
      null,
      5,
      "",
      ["F32"],
    ]);
  }),
  entry: edit((o) => {
    o[r.pick([...names, "__metadata__", "extra"])] = r.pick([
      null,
      5,
      "x",
      [],
      {},
      true,
      { dtype: "F32", shape: [], data_offsets: [0, 4] },
    ]);
  }),
  metadata: edit((o) => {
    o.__metadata__ = r.pick([
      null,
      5,
      [],
      "crc32",
      { crc32: "" },
      { crc32: "x" },
      { crc32: null },
      { crc32: 5 },
      {},
      { ...o.__metadata__, crc32: "0" },
      { ...o.__metadata__, crc32: `0x${Number(o.__metadata__.crc32).toString(16)}` },
    ]);
  }),
  proto: (b) =>
    withHeader(b, (t) =>
      t.replace(
        "{",
        r.pick([
          '{"__proto__":{"dtype":"F32","shape":[],"data_offsets":[0,4]},',
          '{"__proto__":{"polluted":1},',
          '{"constructor":{"prototype":{"polluted":1}},',
          '{"__metadata__":{"__proto__":{"polluted":"1"}},',
        ]),
      ),
    ),
  doubleKey: (b) =>
    withHeader(b, (t) => t.replace("{", '{"slots/m":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},')),
  deep: (b) => withHeader(b, () => "[".repeat(r.pick([1000, 100_000]))),
  jsonKind: (b) => withHeader(b, () => r.pick(["null", "5", '"x"', "[]", "{}", "", "{", "{}x", "\ufeff{}"])),
  spaces: (b) => withHeader(b, (t) => `${t}${" ".repeat(r.int(64))}`),
};
groups.safetensors = () => {
  const how = r.pick(Object.keys(stMutations));
  const bytes = stMutations[how](validSt);
  const file = path.join(dir, "weights.safetensors");
  return {
    mutation: how,
    files: { [file]: bytes },
    names: ["weights.safetensors"],
    run: () => D.readSafetensors(file),
    judge: (found) => {
      if ({}.polluted !== undefined) return "prototype polluted";
      const flat = (o) =>
        JSON.stringify([
          Object.entries(o.tensors)
            .map(([n, { data, shape }]) => [n, data.constructor.name, [...data], shape])
            .sort(),
          o.metadata,
        ]);
      const is = flat(found);
      const was = flat({ tensors, metadata: { note: "hello" } });
      return is === was || (["spaces"].includes(how) ? true : "other content than was written");
    },
  };
};
groups.checkpoint = () => {
  const how = r.pick([...Object.keys(stMutations), "headerDigit", "headerFlip", "progress", "progress"]);
  const bytes =
    how === "progress"
      ? edit((o) => {
          const p = JSON.parse(o.__metadata__["podium.progress"]);
          const k = r.pick(["epoch", "step", "seed", "optimizer", "learningRate", "logs", "callbacks"]);
          const v = r.pick([undefined, null, -1, 1e308, "x", [], {}, true, { $number: "x" }]);
          if (v === undefined) delete p[k];
          else p[k] = v;
          o.__metadata__["podium.progress"] = r.int(8)
            ? JSON.stringify(p)
            : r.pick(["null", "5", "[]", "x", ""]);
        })(validCk)
      : stMutations[how](validCk);
  const file = path.join(dir, "last.safetensors");
  return {
    mutation: how,
    files: { [file]: bytes },
    names: ["last.safetensors"],
    run: () => T.loadCheckpoint(file),
    judge: (found) => {
      const flat = (o) =>
        JSON.stringify([
          Object.entries(o.tensors)
            .map(([n, { data, shape }]) => [n, [...data], shape])
            .sort(),
          o.progress,
        ]);
      if (how === "progress" && flat(found) !== flat(state))
        throw new Error("a crafted progress that no save would write");
      return flat(found) === flat(state) || "other state than was saved";
    },
  };
};
const cacheSource = path.join(dir, "cached.csv");
groups.cache = () => {
  writeFileSync(cacheSource, "source");
  const content = () => ({
    ids: Int32Array.of(1, 2, 3),
    data: Float32Array.from({ length: 50 }, (_, i) => i / 3),
  });
  const how = r.pick(Object.keys(text));
  return {
    mutation: how,
    files: {},
    names: [],
    run: async () => {
      await D.cached(cacheSource, { version: 1, read: async () => content() });
      const file = await D.cachePath(cacheSource);
      writeFileSync(file, text[how](readFileSync(file)));
      return D.cached(cacheSource, { version: 1, read: async () => content() });
    },
    judge: (found) =>
      same(found.ids, content().ids) && same(found.data, content().data) && Object.keys(found).length === 2,
  };
};
