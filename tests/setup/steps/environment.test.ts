import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { freeLock, load, put, putProgram, quiet, setVariables, temporaryFolder } from "../support";

const noVariables = {
  PODIUM_PYTHON: undefined,
  PIP_FIND_LINKS: undefined,
  PIP_RETRIES: undefined,
  PIP_DEFAULT_TIMEOUT: undefined,
};

/** An environment with a false python that writes down its arguments. */
function falseEnvironment(context: TestContext, script: string) {
  const folder = temporaryFolder(context);
  const calls = path.join(folder, "calls");
  putProgram(path.join(folder, "bin", "python"), `echo "$@" >> ${calls}\n${script}`);
  const installs = () =>
    readFileSync(calls, "utf8")
      .trim()
      .split("\n")
      .filter((call) => / pip install /.test(call));
  return { folder, calls: installs };
}

/** What a false pip says of a folder of wheels. */
const wheels = `case "$*" in *"config list"*) echo ":env:.find-links='/wheels'"; exit;; esac`;

test("packages whose installation was stopped are not taken for installed", async (context) => {
  const { removeHalfInstalled } = await load("steps/environment");
  const folder = temporaryFolder(context);
  put(path.join(folder, "whole-1.0.dist-info", "RECORD"), "whole-1.0.dist-info/INSTALLER,sha256=x,4\n");
  put(path.join(folder, "half-1.0.dist-info", "RECORD"), "half/__init__.py,sha256=x,4\n");
  put(path.join(folder, "begun-1.0.dist-info", "METADATA"), "Name: begun\n");
  put(path.join(folder, "~ensorflow", "library.so"), "set aside by a pip that was killed");
  const removed = ["begun-1.0.dist-info", "half-1.0.dist-info", "~ensorflow"];
  assert.deepEqual(removeHalfInstalled(folder).sort(), removed);
  assert.ok(existsSync(path.join(folder, "whole-1.0.dist-info")));
  assert.equal(existsSync(path.join(folder, "half-1.0.dist-info")), false);
});

test("an index is asked twice at most", async (context) => {
  const { pipInstall } = await load("steps/environment");
  setVariables(context, noVariables);
  const { folder, calls } = falseEnvironment(context, "exit 0");
  await pipInstall(folder, ["thing"], { action: "install" });
  assert.equal(calls().length, 1);
  assert.match(calls()[0]!, /--retries 1 --timeout 20 thing$/);
});

test("what a killed pip had unpacked is cleared away", async (context) => {
  const { pipInstall } = await load("steps/environment");
  setVariables(context, noVariables);
  const { folder } = falseEnvironment(
    context,
    'ls "$TMPDIR" > "$(dirname "$0")/held" 2>&1; touch "$TMPDIR/unpacked"',
  );
  put(path.join(folder, ".podium-temporary", "left"), "x");
  await pipInstall(folder, ["thing"], { action: "install" });
  assert.equal(readFileSync(path.join(folder, "bin", "held"), "utf8"), "");
  assert.equal(existsSync(path.join(folder, ".podium-temporary")), false);
});

test("a folder of wheels serves without asking the index", async (context) => {
  const { pipInstall } = await load("steps/environment");
  setVariables(context, { ...noVariables, PIP_FIND_LINKS: "/wheels" });
  const { folder, calls } = falseEnvironment(context, wheels);
  await pipInstall(folder, ["thing"], { action: "install" });
  assert.equal(calls().length, 1);
  assert.match(calls()[0]!, /--no-index thing$/);
});

test("the index is asked for what a folder of wheels lacks", async (context) => {
  const { pipInstall } = await load("steps/environment");
  setVariables(context, { ...noVariables, PIP_FIND_LINKS: "/wheels" });
  const script = `${wheels}; case "$*" in *--no-index*) echo "No matching distribution found"; exit 1;; esac`;
  const { folder, calls } = falseEnvironment(context, script);
  await pipInstall(folder, ["thing"], { action: "install" });
  assert.equal(calls().length, 2);
});

test("a full disk ends an installation at once", async (context) => {
  const { pipInstall } = await load("steps/environment");
  setVariables(context, { ...noVariables, PIP_FIND_LINKS: "/wheels" });
  const { folder, calls } = falseEnvironment(
    context,
    `${wheels}; echo "[Errno 28] No space left on device" >&2; exit 1`,
  );
  await assert.rejects(
    pipInstall(folder, ["thing"], { action: "install TensorFlow" }),
    /Cannot install TensorFlow: the disk is full/,
  );
  assert.equal(calls().length, 1);
});

const pinned = "jupyterlab nbconvert nbclient nbformat ipykernel".split(" ");

/** A clone with a false Python outside, which makes environments with false Pythons that "install" what is pinned. */
async function clone(context: TestContext) {
  const { environmentStep } = await load("steps/environment");
  const { placesOf } = await load("places");
  const root = realpathSync(temporaryFolder(context));
  const calls = path.join(root, "calls");
  /** A Python of a version in a place, for environments of this clone. */
  function outside(name: string, version: string): string {
    const program = path.join(root, "bin", name);
    // Within an environment it is the same program, by a link, as in a real one.
    putProgram(
      program,
      `echo "$@" >> "${calls}"
       here="$(dirname "$(dirname "$0")")"; packages="$here/lib/python${version}/site-packages"
       case "$*" in
         *find_spec*) missing=; for name in pip ${pinned.join(" ")}; do
             [ "$here" = "${root}" ] || [ -e "$packages/$name" ] || missing="$missing"'"'"$name"'",'; done
           printf '{"version": "${version}.1", "base": "/${name}", "missing": [%s]}' "\${missing%,}";;
         *version_info*) echo ${version}.1;;
         *ensurepip*) echo ok;;
         *"venv "*) for last; do :; done; packages="$last/lib/python${version}/site-packages"
           mkdir -p "$last/bin" "$packages/pip"; ln -s "${program}" "$last/bin/python"
           echo "home = $last" > "$last/pyvenv.cfg"; echo "#!$last/bin/python" > "$last/bin/jupyter"
           chmod +x "$last/bin/jupyter";;
         *"pip install"*) for name in ${pinned.join(" ")}; do
           mkdir -p "$packages/$name" "$packages/$name-1.0.dist-info"
           echo "$name-1.0.dist-info/INSTALLER" > "$packages/$name-1.0.dist-info/RECORD"; done;;
       esac`,
    );
    return program;
  }
  setVariables(context, { ...noVariables, PODIUM_PYTHON: outside("first", "3.12") });
  const count = (words: RegExp) =>
    readFileSync(calls, "utf8")
      .split("\n")
      .filter((call) => words.test(call)).length;
  return {
    root,
    outside,
    calls,
    step: (folder = root) => environmentStep(placesOf(folder), freeLock),
    packages: (version = "3.12") => path.join(root, ".venv", "lib", `python${version}`, "site-packages"),
    made: () => count(/ -m venv /),
    installed: () => count(/ pip install /),
  };
}

test("an environment whose making was stopped is made anew, a whole one is kept", async (context) => {
  const { root, step, made, installed } = await clone(context);
  assert.match(step().needed(), /JupyterLab/);
  await step().run(quiet);
  assert.equal(step().needed(), false);
  assert.deepEqual([made(), installed()], [1, 1]);
  put(path.join(root, ".cache", "setup", "environment-begun"), "");
  assert.ok(step().needed());
  await step().run(quiet);
  assert.deepEqual([made(), installed()], [1, 2]);
  put(path.join(root, ".cache", "setup", "venv-begun"), "");
  assert.match(step().needed(), /stopped/);
  await step().run(quiet);
  assert.equal(made(), 2);
  assert.equal(step().needed(), false);
});

test("every package is pinned with its hashes, and none is built from source", async (context) => {
  const { step, calls } = await clone(context);
  await step().run(quiet);
  const install = readFileSync(calls, "utf8")
    .split("\n")
    .find((call) => / pip install /.test(call));
  assert.match(install ?? "", /--require-hashes --only-binary :all: -r .*jupyter\.txt$/);
});

test("a person's own .venv is left as it is, and Podium's goes beside it", async (context) => {
  const { root, step } = await clone(context);
  put(path.join(root, ".venv", "pyvenv.cfg"), "home = /theirs\n");
  put(path.join(root, ".venv", "work", "thesis.txt"), "years");
  assert.match(step().needed(), /\.venv-podium \(\.venv is your own\)/);
  await step().run(quiet);
  assert.equal(step().needed(), false);
  assert.deepEqual(readdirSync(path.join(root, ".venv")).sort(), ["pyvenv.cfg", "work"]);
  assert.equal(readFileSync(path.join(root, ".venv", "work", "thesis.txt"), "utf8"), "years");
  assert.ok(existsSync(path.join(root, ".venv-podium", "bin", "python")));
});

test("a Python that was replaced in place is noticed, and so is one that is gone", async (context) => {
  const { outside, step, made } = await clone(context);
  await step().run(quiet);
  outside("first", "3.13");
  assert.match(step().needed(), /Python 3\.13\.1 of \.venv does not find pip, jupyterlab/);
  await step().run(quiet);
  assert.equal(step().needed(), false);
  assert.equal(made(), 2);
  rmSync(process.env.PODIUM_PYTHON!);
  setVariables(context, { PODIUM_PYTHON: undefined });
  assert.match(step().needed(), /the Python of \.venv does not run/);
});

test("PODIUM_PYTHON counts after set-up too, and one that does not run is refused before anything is removed", async (context) => {
  const { root, outside, step, made } = await clone(context);
  await step().run(quiet);
  setVariables(context, { PODIUM_PYTHON: outside("second", "3.11") });
  assert.match(
    step().needed(),
    /PODIUM_PYTHON asks for Python 3\.11\.1 in \/second, \.venv has 3\.12\.1 in \/first/,
  );
  await step().run(quiet);
  assert.equal(step().needed(), false);
  assert.equal(made(), 2);
  setVariables(context, { PODIUM_PYTHON: "/none" });
  assert.ok(step().needed());
  await assert.rejects(step().run(quiet), /Python 3\.10 to 3\.13 is required/);
  assert.ok(existsSync(path.join(root, ".venv", "bin", "python")));
});

test("a package that is gone is put back", async (context) => {
  const { step, packages, made, installed } = await clone(context);
  await step().run(quiet);
  rmSync(path.join(packages(), "nbclient-1.0.dist-info"), { recursive: true });
  assert.match(step().needed(), /lacks nbclient/);
  await step().run(quiet);
  assert.equal(step().needed(), false);
  assert.deepEqual([made(), installed()], [1, 2]);
});

test("an environment follows the folder that was moved", async (context) => {
  const { root, step, made } = await clone(context);
  await step().run(quiet);
  const moved = path.join(root, "moved away");
  for (const name of [".venv", ".cache"])
    cpSync(path.join(root, name), path.join(moved, name), { recursive: true, verbatimSymlinks: true });
  assert.match(step(moved).needed(), /moved from/);
  await step(moved).run(quiet);
  assert.equal(step(moved).needed(), false);
  const jupyter = path.join(moved, ".venv", "bin", "jupyter");
  assert.match(spawnSync(jupyter, ["version_info"], { encoding: "utf8" }).stdout, /^3\.12\.1$/m);
  assert.equal(made(), 1);
});

test("of a person's pip settings those count that say where packages come from", async (context) => {
  const { pipSettings } = await load("steps/pipSettings");
  setVariables(context, { PIP_USER: "1", PIP_TARGET: "/theirs" });
  const listed = `global.index-url='https://a/simple'
global.target='/elsewhere'
global.timeout='60'
install.index-url='https://b/simple'
install.user='true'
:env:.find-links='/one\\n/two'
:env:.constraint='c.txt'
`;
  assert.deepEqual(pipSettings(listed), {
    ...Object.fromEntries(
      Object.keys(process.env)
        .filter((name) => name.startsWith("PIP_"))
        .map((name) => [name, undefined]),
    ),
    PIP_INDEX_URL: "https://b/simple",
    PIP_TIMEOUT: "60",
    PIP_FIND_LINKS: "/one\n/two",
    PIP_CONFIG_FILE: "/dev/null",
  });
});

test("every pin has hashes, and every Python that is supported takes one version of each package", async () => {
  const { pinsOf } = await load("steps/environment");
  for (const name of ["jupyter", "tensorflow", "tensorflow-cpu"]) {
    const pins = readFileSync(pinsOf(name), "utf8")
      .split(/\n(?=\w)/)
      .slice(1);
    for (const pin of pins)
      assert.match(
        pin,
        /^[\w.-]+==[\w.]+ (; python_full_version [<>=]+ '[\d.]+' )?\\\n( +--hash=sha256:[\da-f]{64}( \\)?\n?)+$/,
      );
    const places = new Map<string, string[]>();
    for (const pin of pins) {
      const [, name, limit] = /^([\w.-]+)==\S+ (?:; python_full_version (.*?) \\)?/.exec(pin)!;
      places.set(name!, [...(places.get(name!) ?? []), limit ?? ""]);
    }
    for (const limits of places.values()) {
      if (limits.length === 1) continue;
      const [below, above] = limits;
      assert.equal(below!.replace("<", ">="), above);
    }
  }
});
