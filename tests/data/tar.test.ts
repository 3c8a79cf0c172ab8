import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
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
