import assert from "node:assert/strict";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { load, put, putProgram, setVariables, temporaryFolder } from "./support";

/** A file system's root as WSL2 makes it, with Windows's driver and drive C. */
function wslRoot(context: TestContext): string {
  const root = temporaryFolder(context);
  put(path.join(root, "proc/version"), "Linux version 5.15.153.1-microsoft-standard-WSL2 (gcc 11.2.0)\n");
  put(
    path.join(root, "proc/mounts"),
    "/dev/sdc / ext4 rw,relatime 0 0\nC:\\134 /mnt/c 9p rw,aname=drvfs;path=C:\\ 0 0\nnone /tmp/9p 9p rw 0 0\n",
  );
  put(path.join(root, "dev/dxg"), "");
  put(path.join(root, "usr/lib/wsl/lib/libcuda.so.1"), "");
  return root;
}

/** No nvidia-smi on the PATH. */
function withoutPrograms(context: TestContext): void {
  setVariables(context, { PATH: "/usr/bin:/bin", PODIUM_DEVICE: undefined });
}

test("in WSL2 the GPU is found without /proc/driver/nvidia, by Windows's own nvidia-smi", async (context) => {
  const { findGpu } = await load("requirements");
  const root = wslRoot(context);
  withoutPrograms(context);
  assert.deepEqual(findGpu({ root }), { present: true, cards: [] });
  putProgram(
    path.join(root, "usr/lib/wsl/lib/nvidia-smi"),
    "echo 'NVIDIA GeForce RTX 4090, 24564 MiB, 8.9, 551.61'",
  );
  assert.deepEqual(findGpu({ root }), {
    present: true,
    cards: [{ name: "NVIDIA GeForce RTX 4090", memory: "24564 MiB", capability: "8.9", driver: "551.61" }],
  });
});

test("in WSL2 a graphics device that is not NVIDIA's is no GPU for TensorFlow", async (context) => {
  const { findGpu } = await load("requirements");
  const { findWsl } = await load("wsl");
  const root = temporaryFolder(context);
  put(path.join(root, "proc/version"), "Linux version 6.6.36.3-microsoft-standard-WSL2\n");
  put(path.join(root, "dev/dxg"), "");
  withoutPrograms(context);
  assert.equal(findWsl(root).hasGpu, false);
  assert.deepEqual(findGpu({ root }), { present: false, cards: [] });
});

test("outside WSL nothing is said of it, and a driver's files count", async (context) => {
  const { findGpu } = await load("requirements");
  const { findWsl } = await load("wsl");
  const { wslFindings } = await load("commands/inspection");
  const root = temporaryFolder(context);
  put(path.join(root, "proc/version"), "Linux version 6.1.0-28-amd64 (debian-kernel@lists.debian.org)\n");
  withoutPrograms(context);
  assert.equal(findWsl(root), undefined);
  assert.deepEqual(wslFindings({ home: "/mnt/c/x", work: "/mnt/c/x" }, root), []);
  assert.equal(findGpu({ root }).present, false);
  put(path.join(root, "proc/driver/nvidia/version"), "NVRM version: 570.86.15");
  assert.equal(findGpu({ root }).present, true);
});

test("the doctor knows WSL's traps: a driver inside it, and a clone on a Windows drive", async (context) => {
  const { wslFindings } = await load("commands/inspection");
  const root = wslRoot(context);
  const at = (home: string) => wslFindings({ home, work: home }, root)[0];
  assert.equal(at("/home/kim/podium").status, "ok");
  assert.match(at("/home/kim/podium").detail, /GPU of Windows/);
  assert.equal(at("/mnt/cat/podium").status, "ok");
  const onDrive = at("/mnt/c/Users/kim/podium");
  assert.equal(onDrive.status, "problem");
  assert.match(onDrive.detail, /Windows drive \/mnt\/c/);
  put(path.join(root, "usr/lib/x86_64-linux-gnu/libcuda.so.1"), "");
  const hidden = at("/home/kim/podium");
  assert.equal(hidden.status, "problem");
  assert.match(hidden.mend, /purge/);
});
