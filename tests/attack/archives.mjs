// Archives, plain and compressed.
import path from "node:path";
import { gzipSync } from "node:zlib";
import { D, dir, groups, r, radar } from "./context.mjs";
import { end, entry, pad, paxRecord, radarFiles, smallTar, tarHeader, tarOf } from "./material.mjs";
import { text } from "./mutations.mjs";

const tarMutations = {
  ...text,
  names: () =>
    tarOf(
      Object.fromEntries(
        [
          ["train_00000.npy", 0],
          ["train_00001.npy", 1],
        ].map(([n, i]) => [
          r.pick(["", "./", "../", "/", "train/", "../../../../tmp/", "a/b/c/", "train/../", "C:\\", "\\"]) +
            n,
          radarFiles[`train/train_0000${i}.npy`],
        ]),
      ),
    ),
  negative: (_b, s) =>
    Buffer.concat([
      tarHeader("train/x.npy", {
        sizeText: r.pick([
          "-0000000001\0",
          "-1\0",
          "xyz\0",
          "99999999999\0",
          "77777777777\0",
          "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
          "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff",
          "\x80\0\0\0\0\0\0\0\0\0\0\x05",
          "            ",
          "1e3\0",
          "0x10\0",
        ]),
      }),
      pad(Buffer.from("12345")),
      ...s,
      end,
    ]),
  links: (_b, s) =>
    Buffer.concat([
      ...s,
      tarHeader("train/train_00002.npy", {
        type: r.pick(["1", "2"]),
        link: r.pick(["train_00000.npy", "/etc/passwd", "../../x"]),
      }),
      end,
    ]),
  kinds: (_b, s) =>
    Buffer.concat([
      tarHeader("train/", { type: "5" }),
      ...s,
      entry(r.pick(["x", "train/y"]), Buffer.from("abc"), {
        type: r.pick(["3", "4", "6", "7", "S", "V", "M", "D", "N", "Z", "\x00"]),
      }),
      end,
    ]),
  pax: (_b, s, names) =>
    Buffer.concat(
      names
        .flatMap((n, i) => [
          entry(
            "PaxHeaders/x",
            r.pick([
              paxRecord("path", n),
              paxRecord("path", `../${n}`),
              Buffer.concat([paxRecord("mtime", "1.5"), paxRecord("path", n)]),
              Buffer.from("999999 path=x\n"),
              Buffer.from("-5 path=x\n"),
              Buffer.from("0 path=x\n"),
              Buffer.from("no number"),
              Buffer.alloc(0),
              paxRecord("size", "5"),
              paxRecord("path", "a\0b"),
              Buffer.from(" ".repeat(512)),
            ]),
            { type: r.pick(["x", "x", "x", "g"]) },
          ),
          s[i],
        ])
        .concat(end),
    ),
  gnuLong: (_b, s, names) =>
    Buffer.concat([
      entry("././@LongLink", Buffer.from(`${r.pick([`${"d".repeat(200)}/`, "../", ""])}${names[0]}\0`), {
        type: r.pick(["L", "K"]),
      }),
      ...s,
      end,
    ]),
  twice: (_b, s) => Buffer.concat([...s, s[r.int(s.length)], end]),
  noEnd: (_b, s) => Buffer.concat(s),
  shortEnd: (_b, s) => Buffer.concat([...s, Buffer.alloc(512)]),
  afterEnd: (_b, s) => Buffer.concat([...s, end, Buffer.from("junk".repeat(200))]),
  secondArchive: (_b, s) => Buffer.concat([...s, end, ...s, end]),
  checksum: (_b, s) =>
    Buffer.concat([
      tarHeader("a", {
        checksum: r.pick(["        ", "0000000\0", "-1\0\0\0\0\0\0", "\xff\xff\xff\xff\xff\xff\xff\xff"]),
      }),
      ...s,
      end,
    ]),
  prefix: (_b, s) =>
    Buffer.concat([
      entry("train_00000.npy", radarFiles["train/train_00000.npy"], {
        prefix: r.pick(["train", "../..", "/abs", "a".repeat(155)]),
      }),
      s[1],
      end,
    ]),
  oldFormat: (_b, s) =>
    Buffer.concat([
      entry("train/train_00000.npy", radarFiles["train/train_00000.npy"], {
        magic: "\0\0\0\0\0\0\0\0",
        type: "\0",
      }),
      s[1],
      end,
    ]),
};
groups.radarTar = () => {
  const names = ["train/train_00000.npy", "train/train_00001.npy"];
  const sections = names.map((n) => entry(n, radarFiles[n]));
  const how = r.pick(Object.keys(tarMutations));
  const plain = tarMutations[how](Buffer.concat([...sections, end]), sections, names);
  const wrap = r.pick(["tar", "tar.gz", "tgz", "rawgz"]);
  const file = `train.${wrap === "rawgz" ? "tar.gz" : wrap}`;
  const bytes =
    wrap === "tar"
      ? plain
      : wrap === "rawgz"
        ? text[r.pick(Object.keys(text))](gzipSync(plain, { level: 1 }))
        : gzipSync(plain, { level: 1 });
  const base = path.join(dir, "radarTar");
  return {
    mutation: `${wrap} ${how}`,
    files: {
      [path.join(base, file)]: bytes,
      [path.join(base, "test/test_00000.npy")]: radarFiles["test/test_00000.npy"],
    },
    clear: base,
    names: [file],
    run: () => radar.load(base),
    judge: (found) => {
      if (found.train.shape[0] !== 2) return "another number of samples than were packed";
      const odd = names.map((n, i) => {
        const packed = radarFiles[n].subarray(radarFiles[n].length - 72000);
        return found.train.shards[0].subarray(i * 72000, (i + 1) * 72000).filter((v, at) => v !== packed[at])
          .length;
      });
      // A few changed pixels in a whole archive: the format has no sum of its files.
      const most = ["flipBit", "flipByte", "flipFew", "zeroRange"].includes(how) ? 20 : 0;
      return odd[0] + odd[1] <= most || "other pixels than were packed";
    },
  };
};
groups.tar = () => {
  const sections = Object.entries(smallTar).map(([n, b]) => entry(n, b));
  const how = r.pick(Object.keys(tarMutations).filter((n) => !["names", "prefix", "oldFormat"].includes(n)));
  const bytes = tarMutations[how](Buffer.concat([...sections, end]), sections, Object.keys(smallTar));
  const file = path.join(dir, "small.tar");
  return {
    mutation: how,
    files: { [file]: bytes },
    names: ["small.tar"],
    run: async () => {
      const found = [];
      for await (const e of D.readTar(file)) found.push(e);
      return found;
    },
    judge: (found) =>
      found.every(
        ({ bytes: b }) =>
          Object.values(smallTar).some((s) => s.equals(Buffer.from(b))) ||
          (how === "negative" && Buffer.from(b).toString() === "12345"),
      )
        ? true
        : ["flipBit", "flipByte", "flipFew", "zeroRange"].includes(how)
          ? true
          : "an entry that was not packed",
  };
};
