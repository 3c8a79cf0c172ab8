import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import test, { after } from "node:test";
import { load, repository } from "../../setup/support";

mkdirSync(path.join(repository, ".cache"), { recursive: true });
const folder = mkdtempSync(path.join(repository, ".cache", "many-machines-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("the guide on many machines runs, on two nodes of which one is killed", async () => {
  const { placesOf } = await load("places");
  const { jupyterVariables } = await load("steps/kernelSpec");
  const places = placesOf(repository);
  const own = path.join(folder, "notebooks");
  mkdirSync(own);
  const name = "many-machines.ipynb";
  cpSync(path.join(places.notebooks, name), path.join(own, name));
  const script = path.join(places.setup, "commands", "execute.py");
  const args = ["-I", "-W", "ignore", script, path.join(own, name), folder, name, "report.html"];
  const { status, stdout, stderr } = spawnSync(places.python, args, {
    encoding: "utf8",
    env: { ...process.env, ...jupyterVariables(places) },
  });
  assert.equal(status, 0, `${stdout.slice(-3000)}${stderr.slice(-2000)}`);
  const shown = readFileSync(path.join(folder, name), "utf8");
  assert.match(shown, /The predictions are the same, byte for byte/);
  assert.match(shown, /first on Ray|network on Ray/, "the board is shown");
});
