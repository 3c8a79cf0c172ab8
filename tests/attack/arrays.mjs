// Arrays of NumPy, alone and as frames in a folder.
import path from "node:path";
import { D, dir, groups, r, radar, same } from "./context.mjs";
import { head, radarFiles } from "./material.mjs";
import { text } from "./mutations.mjs";
import * as reference from "./readers.mjs";

const kinds = {
  b1: [1, (v) => v & 1],
  u1: [1, (v) => v],
  i1: [1, (v) => v - 128],
  u2: [2, (v) => v],
  i2: [2, (v) => v - 100],
  u4: [4, (v) => v],
  i4: [4, (v) => v - 100],
  u8: [8, (v) => v],
  i8: [8, (v) => v - 100],
  f4: [4, (v) => v * 1.5],
  f8: [8, (v) => v / 3],
};
function encodeValues(code, big, values) {
  const [size, change] = kinds[code];
  const out = Buffer.alloc(values.length * size);
  const view = new DataView(out.buffer, out.byteOffset, out.length);
  values.forEach((raw, i) => {
    const v = change(raw);
    const at = i * size;
    const little = !big;
    if (code === "b1" || code === "u1") view.setUint8(at, v);
    else if (code === "i1") view.setInt8(at, v);
    else if (code === "u2") view.setUint16(at, v, little);
    else if (code === "i2") view.setInt16(at, v, little);
    else if (code === "u4") view.setUint32(at, v, little);
    else if (code === "i4") view.setInt32(at, v, little);
    else if (code === "u8") view.setBigUint64(at, BigInt(v), little);
    else if (code === "i8") view.setBigInt64(at, BigInt(v), little);
    else if (code === "f4") view.setFloat32(at, v, little);
    else view.setFloat64(at, v, little);
  });
  return out;
}
const npyMutations = {
  ...text,
  kinds: (b) => b,
  shapeText: (_b, s) =>
    Buffer.concat([
      head(
        s.descr,
        s.order,
        r.pick([
          "(-1, 24)",
          "(24)",
          "24",
          "(24,)",
          "()",
          "(0,)",
          "(2, 3, 4)",
          "(4,3,2)",
          "(1e1,)",
          "(0x18,)",
          "(24.0,)",
          "(24L,)",
          "(99999999999999999999,)",
          "(4294967296, 4294967296)",
          "(9007199254740992, 0)",
          "(2147483648, 2147483648, 4)",
          "[24]",
          "(24, )",
          "(, 24)",
          "(2, 12,)",
          "(2 12)",
          "(True, 24)",
          "(24, 1, 1, 1, 1, 1, 1, 1)",
          "(((24,)))",
          "(0b11000,)",
          "( 2 ,\n12 )",
          "(2_4,)",
          "(+24,)",
          "(Infinity,)",
          "(NaN,)",
          "(-0, 24)",
          "('24',)",
        ]),
      ),
      s.values,
    ]),
  descrText: (_b, s) =>
    Buffer.concat([
      head(
        r.pick([
          "|O",
          "O",
          "<U5",
          "|S1",
          "<c8",
          "<c16",
          "<f2",
          "<f16",
          ">f4",
          "<M8[ns]",
          "|V4",
          "=f4",
          "f4",
          "float32",
          "<f",
          "|u1', 'x': '",
          "!u1",
          "<u1",
          ">u1",
          "|b1",
          "?",
          "<i4<i4",
        ]),
        s.order,
        s.shape,
      ),
      s.values,
    ]),
  orderText: (_b, s) =>
    Buffer.concat([
      head(s.descr, r.pick(["true", "False or True", "None", "1", "'True'", "True", "TRUE"]), s.shape),
      s.values,
    ]),
  extraKeys: (_b, s) =>
    Buffer.concat([
      head(
        s.descr,
        s.order,
        s.shape,
        1,
        r.pick([
          "'shape': (1,), ",
          "'fortran_order': True, ",
          "'descr': '|O', ",
          "'x': 1, ",
          "# comment",
          "'__proto__': 1, ",
          "'shape': (24,),",
        ]),
      ),
      s.values,
    ]),
  version: (_b, s) => Buffer.concat([head(s.descr, s.order, s.shape, r.pick([2, 3])), s.values]),
  badVersion: (b) => {
    const c = Buffer.from(b);
    c[6] = r.int(256);
    c[7] = r.int(256);
    return c;
  },
  headerLength: (b) => {
    const c = Buffer.from(b);
    c.writeUInt16LE(r.int(65536), 8);
    return c;
  },
  headerOnly: (_b, s) => head(s.descr, s.order, s.shape),
  noise: () => Buffer.from(Array.from({ length: r.int(300) }, () => r.int(256))),
  codeInHeader: (_b, s) => {
    const t = Buffer.from(`${"__import__('os').system('x')".padEnd(117)}\n`);
    return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00v\x00", "latin1"), t, s.values]);
  },
};
groups.npy = () => {
  const code = r.pick(Object.keys(kinds));
  const big = r.int(3) === 0 && kinds[code][0] > 1;
  const order = r.int(3) === 0 ? "True" : "False";
  const shape = r.pick(["(24,)", "(2, 3, 4)", "(4, 6)", "(24, 1)", "(1, 24)", "(3, 8)"]);
  const values = encodeValues(
    code,
    big,
    Array.from({ length: 24 }, () => r.int(200)),
  );
  const descr = `${kinds[code][0] === 1 ? "|" : big ? ">" : "<"}${code}`;
  const bytes0 = Buffer.concat([head(descr, order, shape), values]);
  const how = r.pick(Object.keys(npyMutations));
  const bytes = npyMutations[how](bytes0, { descr, order, shape, values });
  const file = path.join(dir, "array.npy");
  return {
    mutation: how,
    files: { [file]: bytes },
    names: ["array.npy"],
    detail: bytes.toString("latin1", 10, 130).trim(),
    run: () => D.readNpy(file),
    judge: (found) => {
      const want = reference.npy(bytes);
      return same([...found.shape], want.shape) && same([...found.data], [...want.values]);
    },
  };
};
groups.radarFolder = () => {
  const name = r.pick(Object.keys(radarFiles));
  const times = name.startsWith("train") ? 5 : 4;
  const pixels = radarFiles[name].subarray(radarFiles[name].length - 14400 * times);
  const how = r.pick([...Object.keys(npyMutations), "otherKind", "otherKind", "fortran"]);
  const code = r.pick(["u2", "i2", "i4", "f4", "f8", "i8", "b1", "i1"]);
  const big = r.int(2) === 1 && kinds[code][0] > 1;
  let bytes;
  if (how === "otherKind") {
    const flat = Array.from(pixels);
    const own = kinds[code][1];
    kinds[code][1] = (v) => v;
    bytes = Buffer.concat([
      head(
        `${kinds[code][0] === 1 ? "|" : big ? ">" : "<"}${code}`,
        r.pick(["True", "False"]),
        `(120, 120, ${times})`,
      ),
      encodeValues(
        code,
        big,
        code === "b1" ? flat.map((v) => v & 1) : code === "i1" ? flat.map((v) => v >> 1) : flat,
      ),
    ]);
    kinds[code][1] = own;
  } else if (how === "fortran") bytes = Buffer.concat([head("|u1", "True", `(120, 120, ${times})`), pixels]);
  else
    bytes = npyMutations[how](radarFiles[name], {
      descr: "|u1",
      order: "False",
      shape: `(120, 120, ${times})`,
      values: pixels,
    });
  const base = path.join(dir, "radar");
  const files = Object.fromEntries(
    Object.entries(radarFiles).map(([n, b]) => [path.join(base, n), n === name ? bytes : b]),
  );
  return {
    mutation: how,
    files,
    clear: base,
    names: [path.basename(name)],
    detail: bytes.toString("latin1", 10, 130).trim(),
    run: () => radar.load(base),
    judge: (found) => {
      const want = reference.npy(bytes);
      const part = name.startsWith("train") ? found.train : found.test;
      const at = Number(/(\d{5})/.exec(name)[1]);
      const got = part.shards[0].subarray(
        at * part.shardSize * 0 + at * 14400 * times,
        (at + 1) * 14400 * times,
      );
      return want.shape.join() === `120,120,${times}` && want.values.every((v, i) => v === got[i]);
    },
  };
};
