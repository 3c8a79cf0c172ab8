import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cached, cachePath } from "../../src/data/cache";

async function source(): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "podium-cache-")), "table.csv");
  await writeFile(path, "1,2,3\n");
  return path;
}

/** A parser that counts its calls. */
function parser() {
  const state = { calls: 0 };
  const read = async () => {
    state.calls++;
    return { ids: Int32Array.of(1, -2, 3), data: Float32Array.of(0.5, -0.25), raw: Uint8Array.of(9, 8, 7) };
  };
  return { state, read };
}

test("the second time the content comes from the cache and is the same", async () => {
  const path = await source();
  const { state, read } = parser();
  const first = await cached(path, { version: 1, read });
  assert.deepEqual(await cached(path, { version: 1, read }), first);
  assert.equal(state.calls, 1);
  await cached(path, { version: 1, read, enabled: false });
  assert.equal(state.calls, 2);
});

test("a changed source or another version of the parsing is parsed anew", async () => {
  const path = await source();
  const { state, read } = parser();
  await cached(path, { version: 1, read });
  await cached(path, { version: 2, read });
  assert.equal(state.calls, 2);
  await utimes(path, new Date(), new Date(Date.now() - 60_000));
  await cached(path, { version: 2, read });
  assert.equal(state.calls, 3);
  const { atime, mtime } = await stat(path);
  await writeFile(path, "1,2,3,4\n");
  await utimes(path, atime, mtime);
  await cached(path, { version: 2, read });
  assert.equal(state.calls, 4);
});

test("a cache that is damaged or cut off anywhere is not used", async () => {
  const path = await source();
  const { read } = parser();
  const expected = await cached(path, { version: 1, read });
  const file = await cachePath(path);
  const whole = await readFile(file);
  for (let at = 0; at < whole.length; at += 3) {
    const damaged = Buffer.from(whole);
    damaged[at] ^= 0x55;
    for (const bytes of [whole.subarray(0, at), damaged]) {
      await writeFile(file, bytes);
      assert.deepEqual(await cached(path, { version: 1, read }), expected);
    }
  }
});

test("a folder that forbids writing stays as it is; the cache goes to the user's folder", async (context) => {
  const path = await source();
  const home = await mkdtemp(join(tmpdir(), "podium-home-"));
  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = home;
  const folder = join(path, "..");
  await chmod(folder, 0o555);
  context.after(async () => {
    await chmod(folder, 0o755);
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  });
  const { state, read } = parser();
  await cached(path, { version: 1, read });
  await cached(path, { version: 1, read });
  assert.equal(state.calls, 1);
  assert.deepEqual(await readdir(folder), ["table.csv"]);
  assert.equal((await readdir(join(home, "podium"))).length, 1);
});

test("a source that changes while it is read is not cached", async () => {
  const path = await source();
  const { state, read } = parser();
  await cached(path, {
    version: 1,
    read: async () => {
      await writeFile(path, "changed meanwhile\n");
      return read();
    },
  });
  await cached(path, { version: 1, read });
  assert.equal(state.calls, 2);
});
