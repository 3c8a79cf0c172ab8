// Valid files, to be mutated.
import { random } from "./support.mjs";

export const channels = ["acc_x", "acc_y", "acc_z", "gy_x", "gy_y", "gy_z"];
export function features(ids, steps) {
  const g = random(ids.length * 1000 + steps);
  const lines = [`id,time,${channels.join(",")}`];
  for (const id of ids)
    for (let t = 0; t < steps; t++)
      lines.push(
        [id, t, ...channels.map(() => ((g.next() - 0.5) * (g.int(3) ? 4 : 900)).toFixed(6))].join(","),
      );
  return Buffer.from(`${lines.join("\n")}\n`);
}
export const small = features([3, 7, 12], 20);
export const motionFiles = {
  "train_features.csv": features([0, 1], 600),
  "test_features.csv": features([5], 600),
  "train_labels.csv": Buffer.from('id,label,label_desc\n0,2,"Curl, left"\n1,0,Rest\n'),
  "train_subjects.csv": Buffer.from("id,subject\n0,4\n1,5\n"),
  "sample_submission.csv": Buffer.from("id,0,1,2\n5,0,0,0\n"),
};
export const plainTable = Buffer.from(
  `id,time,a,b\n${Array.from({ length: 12 }, (_, i) => `${i},${i * 2},${(i * 1.37 - 3).toFixed(3)},${(i * 100.25).toFixed(2)}`).join("\n")}\n`,
);
export function frame(times, at) {
  const g = random(at + times);
  const values = new Uint8Array(120 * 120 * times);
  for (let i = 0; i < 400; i++) values[g.int(values.length)] = g.int(256);
  return values;
}
export const head = (descr, order, shape, version = 1, extra = "") => {
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, ${extra}}`;
  const pad = Math.ceil((12 + text.length + 1) / 64) * 64 - (version === 1 ? 10 : 12);
  const bytes = Buffer.alloc((version === 1 ? 10 : 12) + pad, " ");
  Buffer.from("\x93NUMPY", "latin1").copy(bytes);
  bytes[6] = version;
  bytes[7] = 0;
  if (version === 1) bytes.writeUInt16LE(pad, 8);
  else bytes.writeUInt32LE(pad, 8);
  bytes.write(text, version === 1 ? 10 : 12, "latin1");
  bytes[bytes.length - 1] = 10;
  return bytes;
};
export const npyFrame = (times, at) =>
  Buffer.concat([head("|u1", "False", `(120, 120, ${times})`), Buffer.from(frame(times, at))]);
export const radarFiles = {
  "train/train_00000.npy": npyFrame(5, 1),
  "train/train_00001.npy": npyFrame(5, 2),
  "test/test_00000.npy": npyFrame(4, 3),
};
export const radarTemplate = Buffer.from(
  `file_name,${Array.from({ length: 14400 }, (_, i) => i).join(",")}\ntest_00000.npy,${new Array(14400).fill(0).join(",")}\n`,
);
export function tarHeader(
  name,
  {
    size = 0,
    type = "0",
    mtime = "00000000000",
    link = "",
    prefix = "",
    magic = "ustar\x0000",
    sizeText,
    checksum,
  } = {},
) {
  const b = Buffer.alloc(512);
  b.write(name, 0, 100);
  b.write("0000644\0", 100);
  b.write("0000000\0", 108);
  b.write("0000000\0", 116);
  if (Buffer.isBuffer(sizeText)) sizeText.copy(b, 124);
  else b.write(sizeText ?? `${size.toString(8).padStart(11, "0")}\0`, 124, 12, "latin1");
  b.write(`${mtime}\0`, 136);
  b.write("        ", 148);
  b.write(type, 156);
  b.write(link, 157, 100);
  b.write(magic, 257, 8, "latin1");
  b.write(prefix, 345, 155);
  const sum = b.reduce((s, v) => s + v, 0);
  b.write(checksum ?? `${sum.toString(8).padStart(6, "0")}\0 `, 148, 8, "latin1");
  return b;
}
export const pad = (bytes) => Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
export const entry = (name, bytes, options = {}) =>
  Buffer.concat([tarHeader(name, { size: bytes.length, ...options }), pad(bytes)]);
export const end = Buffer.alloc(1024);
export const tarOf = (files) =>
  Buffer.concat([...Object.entries(files).map(([name, bytes]) => entry(name, bytes)), end]);
export const smallTar = {
  "train/a.bin": Buffer.from("first"),
  "train/b.bin": Buffer.alloc(700, 7),
  "train/c.bin": Buffer.alloc(0),
};
export const paxRecord = (key, value) => {
  let length = key.length + Buffer.byteLength(value) + 3;
  length += String(length + String(length).length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
};
