import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { readTar } from "../../src/data/tar";

/** Too long for a header's name field: ustar divides it, GNU and pax have their own ways. */
const long = `${"d".repeat(60)}/${"n".repeat(80)}.txt`;
const files: Record<string, string> = {
  "a.txt": "first",
  "empty.txt": "",
  "deep/b.bin": "x".repeat(1_500_000),
  [`deep/${long}`]: "long name",
  "block.txt": "y".repeat(512),
};

async function archive(format: string, name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "podium-tar-"));
  await mkdir(join(folder, "in/deep"), { recursive: true });
  await mkdir(join(folder, "in/deep", dirname(long)));
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, "in", file), text);
  const path = join(folder, name);
  execFileSync("tar", [
    name.endsWith("gz") ? "-czf" : "-cf",
    path,
    `--format=${format}`,
    "-C",
    join(folder, "in"),
    ".",
  ]);
  return path;
}

async function contents(path: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, bytes } of readTar(path))
    found[name.replace(/^\.\//, "")] = Buffer.from(bytes).toString();
  return found;
}

test("every file comes out of ustar, GNU and pax archives, plain and compressed", async () => {
  for (const format of ["ustar", "gnu", "pax"]) {
    for (const name of ["a.tar", "a.tar.gz", "a.tgz"]) {
      if (format === "ustar" && name !== "a.tar") continue;
      assert.deepEqual(await contents(await archive(format, name)), files, `${format} ${name}`);
    }
  }
});

test("an archive cut off or damaged is refused by name", async () => {
  const whole = gunzipSync(await readFile(await archive("gnu", "a.tar.gz")));
  const path = join(await mkdtemp(join(tmpdir(), "podium-tar-")), "cut.tar");
  await writeFile(path, whole.subarray(0, 700_000));
  await assert.rejects(contents(path), { name: "SyntaxError", message: /cut\.tar: the archive is cut off/ });
  await writeFile(path, whole.subarray(0, 512));
  await assert.rejects(contents(path), {
    name: "SyntaxError",
    message: /cut off; its end marker is missing/,
  });
  const damaged = Buffer.from(whole);
  damaged[3] ^= 1;
  await writeFile(path, damaged);
  await assert.rejects(contents(path), { name: "SyntaxError", message: /valid checksum/ });
});

test("reading stops when the signal is aborted", async () => {
  const path = await archive("gnu", "a.tar.gz");
  const controller = new AbortController();
  const read = async () => {
    for await (const _ of readTar(path, { signal: controller.signal })) controller.abort();
  };
  await assert.rejects(read(), { name: "AbortError" });
});

async function written(name: string, bytes: Buffer): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "podium-tar-")), name);
  await writeFile(path, bytes);
  return path;
}

/** A small archive of one file. */
async function small(name: string, text: string, kind = "0"): Promise<Buffer> {
  const block = Buffer.alloc(512);
  block.write(name);
  block.write(`${text.length.toString(8).padStart(11, "0")} `, 124);
  block.write("        ", 148);
  block.write(kind, 156);
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
  body.write(text);
  return Buffer.concat([block, body, Buffer.alloc(1024)]);
}

test("archives that were joined are all read, also where gzip members and zeros lie between them", async () => {
  // libarchive/libarchive#1620; of gzip nodejs/node#4306, #5883, oven-sh/bun#31522.
  const [a, b] = [await small("a", "one"), await small("b", "two")];
  const both = { a: "one", b: "two" };
  const zeros = Buffer.alloc(10 * 512);
  for (const parts of [
    [a, b],
    [a, zeros, b, zeros],
    [a.subarray(0, -512), b.subarray(0, -512)],
  ]) {
    assert.deepEqual(await contents(await written("ab.tar", Buffer.concat(parts))), both);
  }
  for (const between of [Buffer.alloc(0), Buffer.alloc(7), Buffer.alloc(300_000)]) {
    const path = await written("ab.tar.gz", Buffer.concat([gzipSync(a), between, gzipSync(b), between]));
    assert.deepEqual(await contents(path), both);
  }
});

test("bytes behind the end, links, sparse files and sizes that are none are refused", async () => {
  // python/cpython#84934: other bytes behind the end were passed over.
  const a = await small("a", "one");
  for (const rest of ["x", "y".repeat(600)]) {
    const path = await written("a.tar", Buffer.concat([a, Buffer.from(rest)]));
    await assert.rejects(contents(path), /a\.tar: nothing but another archive may follow its end marker/);
  }
  const packed = await written("a.tgz", Buffer.concat([gzipSync(a), Buffer.from("rest")]));
  await assert.rejects(contents(packed), /damaged or not a gzip file/);
  for (const [kind, what] of [
    ["1", "a hard link"],
    ["2", "a symbolic link"],
    ["S", "a sparse file"],
  ]) {
    const path = await written("a.tar", await small("a", "", kind));
    await assert.rejects(contents(path), new RegExp(`got ${what} for a`));
  }
  const cut = await written(
    "a.tar",
    Buffer.concat([a, (await small("b", "two".repeat(300))).subarray(0, 700)]),
  );
  await assert.rejects(contents(cut), /the archive is cut off; it ends inside b/);
});

test("a pax header's size and path hold for the file that follows, whatever other headers stand between", async () => {
  const record = (text: string) => {
    const length = text.length + 2 + String(text.length + 4).length;
    return `${length} ${text}\n`;
  };
  const headers = `${record("path=deep/long name.txt")}${record("size=3")}`;
  const before = [
    (await small("pax", headers, "x")).subarray(0, 1024),
    (await small("links", "x".repeat(600), "K")).subarray(0, 512 * 3),
    (await small("all", record("comment=x"), "g")).subarray(0, 1024),
  ];
  const path = await written(
    "pax.tar",
    Buffer.concat([...before, await small("a", "one"), await small("b", "two")]),
  );
  assert.deepEqual(await contents(path), { "deep/long name.txt": "one", b: "two" });
});
