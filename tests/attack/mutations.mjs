// Mutations of bytes, of tables and of compressed files.
import { gzipSync } from "node:zlib";
import { r } from "./context.mjs";

export const oddNumbers = [
  "NaN",
  "nan",
  "inf",
  "-inf",
  "Infinity",
  "1e39",
  "-1e39",
  "1e400",
  "99999999999999999999",
  "4294967296",
  "2147483648",
  "-2147483649",
  "-0",
  "+1",
  "+0.5",
  "0x10",
  "0b1",
  "1_000",
  "\u0661\u0662",
  "\uff11",
  "",
  " ",
  "1 2",
  "1e",
  "e5",
  "--1",
  "+-1",
  "1.2.3",
  ".",
  "-",
  "-.",
  "1e5",
  "1E+2",
  "1e-50",
  "5e-324",
  "0.1f",
  '"0.5"',
  '"0.5',
  '0.5"',
  '"1"5',
  '"0.5" ',
  '""',
  '"',
  " 1.5",
  "1.5 ",
  "\t2",
  "\u00a01",
  "\ufeff1",
  "\u22121.5",
  "1,5",
  "null",
  "None",
  "true",
  "1.0",
  "00001",
  "1.5\u0000",
  "1\u20282",
  "0.123456789012345678901234567890",
  "123456789012345.678",
  "000000000000000000000.1",
  "9999999999.123456",
  "-9999999.999999",
  "12345678.123456",
  ".500000",
  "5.",
  "=1+1",
  "<script>",
  "1e0",
  "9".repeat(310),
  `${"0".repeat(5000)}1`,
];
export const text = {
  flipBit: (b) => {
    const c = Buffer.from(b);
    c[r.int(c.length)] ^= 1 << r.int(8);
    return c;
  },
  flipByte: (b) => {
    const c = Buffer.from(b);
    c[r.int(c.length)] = r.int(256);
    return c;
  },
  flipFew: (b) => {
    const c = Buffer.from(b);
    for (let i = 0; i < 5; i++) c[r.int(c.length)] ^= 1 << r.int(8);
    return c;
  },
  truncate: (b) => b.subarray(0, r.int(b.length)),
  truncateHead: (b) => b.subarray(r.int(Math.min(200, b.length))),
  removeRange: (b) => {
    const at = r.int(b.length);
    return Buffer.concat([b.subarray(0, at), b.subarray(at + 1 + r.int(50))]);
  },
  doubleRange: (b) => {
    const at = r.int(b.length);
    const n = 1 + r.int(80);
    return Buffer.concat([b.subarray(0, at + n), b.subarray(at)]);
  },
  insertBytes: (b) => {
    const at = r.int(b.length);
    return Buffer.concat([
      b.subarray(0, at),
      Buffer.from(Array.from({ length: 1 + r.int(6) }, () => r.int(256))),
      b.subarray(at),
    ]);
  },
  insertMark: (b) => {
    const at = r.int(b.length);
    return Buffer.concat([
      b.subarray(0, at),
      Buffer.from(
        r.pick([
          ",",
          '"',
          "\n",
          "\r",
          "\r\n",
          "\0",
          "\u2028",
          "\ufeff",
          "\v",
          "\f",
          "\x1a",
          "\u0085",
          ";",
          "\t",
          "-",
          ".",
        ]),
      ),
      b.subarray(at),
    ]);
  },
  zeroRange: (b) => {
    const c = Buffer.from(b);
    const at = r.int(c.length);
    c.fill(0, at, Math.min(c.length, at + 1 + r.int(20)));
    return c;
  },
  append: (b) =>
    Buffer.concat([
      b,
      Buffer.from(
        r.pick([
          "\n",
          "\n\n",
          "x",
          "0",
          ",",
          "\0",
          "1,2,3\n",
          " \n",
          "\r\n\r\n",
          '"',
          "\x1a",
          "# end\n",
          "\0".repeat(4096),
        ]),
      ),
    ]),
  empty: () => Buffer.alloc(0),
};
export const lines = (b) => b.toString("latin1").split("\n");
export const join = (l) => Buffer.from(l.join("\n"), "latin1");
export const csv = {
  ...text,
  doubleLine: (b) => {
    const l = lines(b);
    const at = r.int(l.length - 1);
    l.splice(r.int(l.length), 0, l[at]);
    return join(l);
  },
  removeLine: (b) => {
    const l = lines(b);
    l.splice(r.int(l.length - 1), 1);
    return join(l);
  },
  swapLines: (b) => {
    const l = lines(b);
    const [i, j] = [r.int(l.length - 1), r.int(l.length - 1)];
    [l[i], l[j]] = [l[j], l[i]];
    return join(l);
  },
  shuffleLines: (b) => {
    const l = lines(b);
    const [h, ...rest] = l;
    rest.pop();
    for (let i = rest.length - 1; i > 0; i--) {
      const j = r.int(i + 1);
      [rest[i], rest[j]] = [rest[j], rest[i]];
    }
    return join([h, ...rest, ""]);
  },
  oddNumber: (b) => {
    const l = lines(b);
    const at = 1 + r.int(l.length - 2);
    const f = (l[at] ?? "").split(",");
    f[r.int(f.length)] = Buffer.from(r.pick(oddNumbers)).toString("latin1");
    l[at] = f.join(",");
    return join(l);
  },
  oddHeader: (b) => {
    const l = lines(b);
    const f = l[0].split(",");
    f[r.int(f.length)] = Buffer.from(
      r.pick([
        "",
        "id",
        "time",
        "x",
        '"id"',
        " id ",
        "ID",
        "\u00e9",
        "<b>",
        "__proto__",
        "constructor",
        "0",
        "label",
        "toString",
      ]),
    ).toString("latin1");
    l[0] = f.join(",");
    return join(l);
  },
  swapColumns: (b) => {
    const l = lines(b);
    const n = l[0].split(",").length;
    const [i, j] = [r.int(n), r.int(n)];
    return join(
      l.map((line) => {
        const f = line.split(",");
        if (f.length > Math.max(i, j)) [f[i], f[j]] = [f[j], f[i]];
        return f.join(",");
      }),
    );
  },
  swapHeader: (b) => {
    const l = lines(b);
    const f = l[0].split(",");
    const [i, j] = [r.int(f.length), r.int(f.length)];
    [f[i], f[j]] = [f[j], f[i]];
    l[0] = f.join(",");
    return join(l);
  },
  addColumn: (b) =>
    join(lines(b).map((line, i) => (line === "" ? line : i === 0 ? `${line},extra` : `${line},1`))),
  dropColumn: (b) => {
    const n = r.int(lines(b)[0].split(",").length);
    return join(
      lines(b).map((line) =>
        line
          .split(",")
          .filter((_, i) => i !== n)
          .join(","),
      ),
    );
  },
  trailingComma: (b) => join(lines(b).map((line) => (line === "" ? line : `${line},`))),
  extraField: (b) => {
    const l = lines(b);
    const at = r.int(l.length - 1);
    l[at] += ",1";
    return join(l);
  },
  fewerFields: (b) => {
    const l = lines(b);
    const at = r.int(l.length - 1);
    l[at] = l[at].split(",").slice(0, -1).join(",");
    return join(l);
  },
  bom: (b) => Buffer.concat([Buffer.from("\ufeff"), b]),
  twoBoms: (b) => Buffer.concat([Buffer.from("\ufeff\ufeff"), b]),
  crlf: (b) => Buffer.from(b.toString("latin1").replaceAll("\n", "\r\n"), "latin1"),
  someCrlf: (b) =>
    Buffer.from(
      b.toString("latin1").replace(/\n/g, () => (r.int(2) ? "\r\n" : "\n")),
      "latin1",
    ),
  crOnly: (b) => Buffer.from(b.toString("latin1").replaceAll("\n", "\r"), "latin1"),
  utf16: (b) => {
    const c = Buffer.from(b.toString("latin1"), "utf16le");
    if (r.int(2)) c.swap16();
    return r.int(2) ? Buffer.concat([r.int(2) ? Buffer.of(255, 254) : Buffer.of(254, 255), c]) : c;
  },
  semicolons: (b) => Buffer.from(b.toString("latin1").replaceAll(",", ";"), "latin1"),
  tabs: (b) => Buffer.from(b.toString("latin1").replaceAll(",", "\t"), "latin1"),
  spaces: (b) => Buffer.from(b.toString("latin1").replaceAll(",", " , "), "latin1"),
  quoteAll: (b) =>
    join(
      lines(b).map((line) =>
        line === ""
          ? line
          : line.includes('"')
            ? line
            : line
                .split(",")
                .map((f) => `"${f}"`)
                .join(","),
      ),
    ),
  blankLines: (b) => join(lines(b).flatMap((line) => (r.int(3) ? [line] : [line, ""]))),
  noLastNewline: (b) => b.subarray(0, b.length - 1),
  twice: (b) => Buffer.concat([b, b]),
  headerAgain: (b) => {
    const l = lines(b);
    l.splice(1 + r.int(l.length - 1), 0, l[0]);
    return join(l);
  },
  headerOnly: (b) => Buffer.from(`${lines(b)[0]}\n`, "latin1"),
  noHeader: (b) => join(lines(b).slice(1)),
  longLine: (b) => {
    const l = lines(b);
    l.splice(1 + r.int(l.length - 1), 0, r.pick(["1", "x", ",", "1,", '"', "\0"]).repeat(200_000));
    return join(l);
  },
};
export const gzipMutations = {
  raw: (b) => text[r.pick(Object.keys(text))](gzipSync(b)),
  inner: (b, inner) => gzipSync(inner[r.pick(Object.keys(inner))](b)),
  members: (b) => {
    const at = r.int(b.length);
    return Buffer.concat([gzipSync(b.subarray(0, at)), gzipSync(b.subarray(at))]);
  },
  notGzip: (b) => b,
  twiceGzip: (b) => gzipSync(gzipSync(b)),
  trailing: (b) =>
    Buffer.concat([
      gzipSync(b),
      Buffer.from(r.pick(["x", "\0\0\0", "garbage at the end", "\x1f\x8b", "\x1f\x8b\x08"]), "latin1"),
    ]),
  wrongSum: (b) => {
    const c = gzipSync(b);
    c.writeUInt32LE(r.int(2 ** 31), c.length - 8);
    return c;
  },
  wrongLength: (b) => {
    const c = gzipSync(b);
    c.writeUInt32LE(r.int(2 ** 31), c.length - 4);
    return c;
  },
};
