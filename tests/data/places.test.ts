import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import test from "node:test";
import { dataFolder, runFolder } from "../../src/data/places";

/** Runs `f` with other environment variables and working folder. */
async function within(folder: string, environment: Record<string, string>, f: () => unknown): Promise<void> {
  const names = ["PODIUM_DATA", "PODIUM_RUN"];
  const before = names.map((name) => process.env[name]);
  const from = process.cwd();
  for (const name of names) delete process.env[name];
  Object.assign(process.env, environment);
  process.chdir(folder);
  try {
    await f();
  } finally {
    process.chdir(from);
    names.forEach((name, i) => {
      if (before[i] === undefined) delete process.env[name];
      else process.env[name] = before[i];
    });
  }
}

const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), "podium-places-")));
mkdirSync(path.join(root, ".venv"));
mkdirSync(path.join(root, "notebooks", "deep"), { recursive: true });
mkdirSync(path.join(root, ".cache", "sample", "motion"), { recursive: true });
writeFileSync(path.join(root, "package.json"), "{}");

test("sample data and notebook runs lie in the folder that set-up prepared, wherever below it one works", async () => {
  await within(path.join(root, "notebooks", "deep"), {}, async () => {
    assert.equal(dataFolder("motion"), path.join(root, ".cache", "sample", "motion"));
    assert.equal(await runFolder("motion"), path.join(root, "runs", "notebook", "motion"));
  });
});

test("the environment names other data and another run", async () => {
  const environment = {
    PODIUM_DATA: path.join(root, ".cache", "sample"),
    PODIUM_RUN: path.join(root, "run"),
  };
  await within(os.tmpdir(), environment, async () => {
    assert.equal(dataFolder("motion"), path.join(root, ".cache", "sample", "motion"));
    assert.equal(await runFolder("radar"), path.join(root, "run", "radar"));
  });
});

test("data that is not there is refused with what to do", async () => {
  await within(root, {}, () => assert.throws(() => dataFolder("radar"), /npm start.*sample data.*radar/));
  await within(root, { PODIUM_DATA: root }, () =>
    assert.throws(() => dataFolder("radar"), /PODIUM_DATA must name/),
  );
});
