// An independent, strict reading of the formats, to compare with what the product accepts.
import { gunzipSync } from "node:zlib";

export function csv(bytes) {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes); // takes the byte order mark off
  if (text.includes("\0")) throw new Error("a NUL, as in UTF-16");
  const rows = [];
  let row = [];
  let field = "";
  let state = "start"; // start of field, plain, quoted, after quote
  const endField = () => {
    row.push(field);
    field = "";
    state = "start";
  };
  const endRow = () => {
    endField();
    if (!(row.length === 1 && row[0] === "")) rows.push(row);
    row = [];
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (state === "quoted") {
      if (c === '"' && text[i + 1] === '"') field += text[++i];
      else if (c === '"') state = "after";
      else field += c;
    } else if (c === ",") endField();
    else if (c === "\n") endRow();
    else if (c === "\r" && (text[i + 1] === "\n" || i === text.length - 1)) continue;
    else if (state === "after") throw new Error("text after a quoted field");
    else if (c === '"' && state === "start") state = "quoted";
    else if (c === '"') throw new Error("quote inside a field");
    else {
      field += c;
      state = "plain";
    }
  }
  if (state === "quoted") throw new Error("open quote");
  if (field !== "" || row.length > 0) endRow();
  if (rows.length === 0) throw new Error("empty");
  const [header, ...body] = rows;
  for (const r of body)
    if (r.length !== header.length) throw new Error(`fields ${r.length} for ${header.length}`);
  return { header: header.map((name) => name.trim()), rows: body };
}
export function number(text) {
  const t = text.replace(/^[ \t]+|[ \t]+$/g, "");
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(t)) throw new Error(`number ${text.slice(0, 30)}`);
  const value = Math.fround(Number(t));
  if (!Number.isFinite(value)) throw new Error("not finite");
  return value;
}
export function integer(text) {
  const t = text.replace(/^[ \t]+|[ \t]+$/g, "");
  if (!/^[+-]?\d+$/.test(t)) throw new Error(`integer ${text.slice(0, 30)}`);
  const value = Number(t);
  if ((value | 0) !== value && value !== 0) throw new Error("not int32");
  return value;
}
export function table(bytes, integers) {
  const { header, rows } = csv(bytes);
  if (new Set(header).size !== header.length) throw new Error("repeated");
  if (rows.length === 0) throw new Error("no rows");
  const valueColumns = header.filter((name) => !integers.includes(name));
  for (const name of integers) if (!header.includes(name)) throw new Error(`missing ${name}`);
  const columns = {};
  for (const name of integers) columns[name] = Int32Array.from(rows, (r) => integer(r[header.indexOf(name)]));
  const values = Float32Array.from(
    rows.flatMap((r) => valueColumns.map((name) => number(r[header.indexOf(name)]))),
  );
  return { columns, values, valueColumns, rows: rows.length };
}
export function windows(bytes, { steps, channels }) {
  const { header, rows } = csv(bytes);
  if (rows.length === 0) throw new Error("no rows");
  if ([...header].sort().join() !== ["id", "time", ...channels].sort().join()) throw new Error("columns");
  const place = (name) => header.indexOf(name);
  const found = new Map();
  for (const r of rows) {
    const id = integer(r[place("id")]);
    const time = integer(r[place("time")]);
    if (time < 0 || time >= steps) throw new Error("time");
    const window = found.get(id) ?? new Map();
    found.set(id, window);
    if (window.has(time)) throw new Error("again");
    window.set(
      time,
      channels.map((name) => number(r[place(name)])),
    );
  }
  const ids = [...found.keys()].sort((a, b) => a - b);
  const data = [];
  for (const id of ids)
    for (let step = 0; step < steps; step++)
      data.push(
        ...(found.get(id).get(step) ??
          (() => {
            throw new Error("gap");
          })()),
      );
  return { ids: Int32Array.from(ids), data: Float32Array.from(data) };
}
export const gunzip = (bytes) => gunzipSync(bytes, { maxOutputLength: 50e6 });

const sizes = { b1: 1, u1: 1, i1: 1, u2: 2, i2: 2, u4: 4, i4: 4, u8: 8, i8: 8, f4: 4, f8: 8 };
/** As NumPy reads it, by a strict pattern of its header. */
export function npy(bytes) {
  const b = Buffer.from(bytes);
  if (b.length < 10 || b.subarray(0, 6).toString("latin1") !== "\x93NUMPY") throw new Error("magic");
  const version = b[6];
  if (![1, 2, 3].includes(version) || b[7] !== 0) throw new Error("version");
  const start = version === 1 ? 10 : 12;
  const end = start + (version === 1 ? b.readUInt16LE(8) : b.readUInt32LE(8));
  if (end > b.length) throw new Error("cut");
  const head = b.toString("latin1", start, end);
  const m = /^\s*\{(.*)\}\s*$/s.exec(head);
  if (!m) throw new Error("no dict");
  const found = {};
  let rest = m[1];
  while (rest.trim() !== "") {
    const part =
      /^\s*'(descr|fortran_order|shape)'\s*:\s*('[^']*'|True|False|\(\s*(?:\d+L?\s*,\s*)*(?:\d+L?)?\s*\))\s*(,|$)/.exec(
        rest,
      );
    if (!part) throw new Error("dict");
    if (part[1] in found) throw new Error("a key twice");
    found[part[1]] = part[2];
    rest = rest.slice(part[0].length);
  }
  if (Object.keys(found).length !== 3) throw new Error("keys");
  const d = /^'([<>|=]?)([biuf]\d)'$/.exec(found.descr);
  if (!d || !(d[2] in sizes)) throw new Error("descr");
  if (!/^(True|False)$/.test(found.fortran_order)) throw new Error("order");
  if (!/^\(/.test(found.shape)) throw new Error("shape");
  const inner = found.shape.slice(1, -1).trim();
  if (/^\d+L?$/.test(inner)) throw new Error("shape no tuple");
  const shape = inner
    .split(",")
    .map((t) => t.trim())
    .filter(Boolean)
    .map((t) => Number(t.replace("L", "")));
  const item = sizes[d[2]];
  const count = shape.reduce((p, e) => p * e, 1);
  if (b.length !== end + count * item) throw new Error("size");
  const big = d[1] === ">";
  const get = (i) => {
    const piece = Buffer.from(b.subarray(end + i * item, end + (i + 1) * item));
    if (big) piece.reverse();
    switch (d[2]) {
      case "b1":
      case "u1":
        return piece.readUInt8();
      case "i1":
        return piece.readInt8();
      case "u2":
        return piece.readUInt16LE();
      case "i2":
        return piece.readInt16LE();
      case "u4":
        return piece.readUInt32LE();
      case "i4":
        return piece.readInt32LE();
      case "u8":
        return Number(piece.readBigUInt64LE());
      case "i8":
        return Number(piece.readBigInt64LE());
      case "f4":
        return piece.readFloatLE();
      default:
        return piece.readDoubleLE();
    }
  };
  const values = new Float64Array(count);
  if (found.fortran_order === "True") {
    const index = new Array(shape.length).fill(0);
    for (let to = 0; to < count; to++) {
      let from = 0;
      for (let a = shape.length - 1; a >= 0; a--) from = from * shape[a] + index[a];
      // first axis fastest
      from = 0;
      for (let a = shape.length - 1, stride; a >= 0; a--) {
        stride = shape.slice(0, a).reduce((p, e) => p * e, 1);
        from += index[a] * stride;
      }
      values[to] = get(from);
      for (let a = shape.length - 1; a >= 0; a--) {
        if (++index[a] < shape[a]) break;
        index[a] = 0;
      }
    }
  } else for (let i = 0; i < count; i++) values[i] = get(i);
  if (/[ui]8/.test(d[2]) && !values.every(Number.isSafeInteger)) throw new Error("beyond exact numbers");
  return { shape, values };
}
