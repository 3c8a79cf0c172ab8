import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { load, put, repository, temporaryFolder } from "../support";

/** Places of a clone, or of a package installed in a folder. */
async function places(context: TestContext, where = ".") {
  const { placesOf } = await load("places");
  const root = path.join(realpathSync(temporaryFolder(context)), where);
  put(path.join(root, "package.json"), "{}");
  return placesOf(root);
}

test("podium links to the clone", async (context) => {
  const { linkStep } = await load("steps/build");
  const clone = await places(context);
  const step = linkStep(clone);
  assert.ok(step.needed());
  step.run();
  assert.equal(realpathSync(path.join(clone.modules, "podium")), clone.packageRoot);
  assert.equal(step.needed(), false);
});

test("a package that was packed without its build is refused with what to do", async (context) => {
  const { checkBuild } = await load("steps/build");
  const installed = await places(context, "node_modules/podium");
  assert.throws(
    () => checkBuild(installed),
    (error: { message: string; mend: string }) =>
      error.message.includes(installed.packageRoot) && /npm run pack/.test(error.mend),
  );
  put(path.join(installed.dist, "index.js"), "");
  checkBuild(installed);
  checkBuild(await places(context));
});

test("packing builds first, though .npmrc turns scripts off", (context) => {
  const root = temporaryFolder(context);
  copyFileSync(path.join(repository, ".npmrc"), path.join(root, ".npmrc"));
  const { name, version, files, scripts } = JSON.parse(
    readFileSync(path.join(repository, "package.json"), "utf8"),
  );
  put(path.join(root, "package.json"), JSON.stringify({ name, version, files, scripts }));
  const setUp =
    'import fs from "node:fs"; fs.mkdirSync("dist"); fs.writeFileSync("dist/index.js", process.argv[2]);';
  put(path.join(root, "src", "setup", "cli.mjs"), setUp);
  const options = { cwd: root, encoding: "utf8" } as const;
  const { status, stderr } = spawnSync("npm", ["run", "pack"], options);
  assert.equal(status, 0, stderr);
  const packed = ["-xzO", "-f", `${name}-${version}.tgz`, "package/dist/index.js"];
  assert.equal(spawnSync("tar", packed, options).stdout, "setup");
});
