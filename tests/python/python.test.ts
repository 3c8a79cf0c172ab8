import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import test, { after, before } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import * as python from "../../src/python";
import { Child } from "../../src/python/child";
import { session } from "../../src/python/session";

before(() => python.requirePackages("The tests", { numpy: "numpy", pandas: "pandas" }));
after(() => python.restart());

/** What a piece of work wrote to standard output. */
async function printed(work: () => Promise<unknown>): Promise<string> {
  const { write } = process.stdout;
  let text = "";
  process.stdout.write = ((chunk: string) => {
    text += chunk;
    return true;
  }) as typeof write;
  try {
    await work();
  } finally {
    process.stdout.write = write;
  }
  return text;
}

test("code runs, prints, and its last line is shown as Python shows it", async () => {
  let result: python.PythonResult | undefined;
  const text = await printed(async () => {
    result = await python.run("print('first')\nvalue = 20\nvalue + 1");
  });
  assert.equal(text, "first\n");
  assert.equal(result?.text, "21");
  assert.equal(await python.run("value = 3"), undefined);
  assert.equal(await python.get("value"), 3);
});

test("a table of pandas' is shown as HTML and text", async () => {
  const shown = await python.run("import pandas\npandas.DataFrame({'a': [1, 2]})");
  assert.match(String(shown?.bundle["text/html"]), /<table/);
  assert.match(shown?.text ?? "", /a\n0 +1\n1 +2/);
});

test("an exception is an error with class, words and traceback, and Python goes on", async () => {
  const failing = python.run("def half(x):\n    return 1 / x\n\nhalf(0)");
  await assert.rejects(failing, (error: python.PythonError) => {
    assert.ok(error instanceof python.PythonError);
    assert.equal(error.ename, "ZeroDivisionError");
    assert.match(error.message, /^ZeroDivisionError: division by zero\n[\s\S]*return 1 \/ x/);
    return true;
  });
  await assert.rejects(python.run("1 +"), /SyntaxError/);
  await assert.rejects(python.run("raise SystemExit(1)"), /SystemExit/);
  assert.equal(await python.get("1 + 1"), 2);
});

test("functions are found among the notebook's own, the builtins and modules", async () => {
  await python.run("def own(a, b=2):\n    return a * b");
  assert.equal(await python.call("own", 4), 8);
  assert.equal(await python.call("own", 4, python.keywords({ b: 5 })), 20);
  assert.equal(await python.call("max", 4, 9), 9);
  assert.equal(await python.call("os.path.join", "a", "b"), "a/b");
  await assert.rejects(python.call("nowhere.f"), /ModuleNotFoundError: No module named 'nowhere'/);
  await assert.rejects(python.call("math.nothing"), /AttributeError/);
  await assert.rejects(python.call("math.sqrt", -1), /ValueError/);
});

test("objects stay in Python, have methods and attributes, and are arguments", async () => {
  const third = (await python.call("fractions.Fraction", 1, 3)) as python.PythonObject;
  assert.equal(third.text, "Fraction(1, 3)");
  assert.equal(await third.get("denominator"), 3);
  const sum = (await third.call("__add__", third)) as python.PythonObject;
  assert.equal(sum.text, "Fraction(2, 3)");
  await python.set({ sum, list: [third, third] });
  assert.equal(await python.get("float(sum + list[0])"), 1);
});

test("an interrupt stops Python, which stays alive with all names", async () => {
  await python.run("kept = 7");
  const loops = [
    (signal: AbortSignal) => python.run("while True:\n    pass", { signal }),
    (signal: AbortSignal) => python.get("__import__('time').sleep(60)", { signal }),
  ];
  for (const loop of loops) {
    const stop = new AbortController();
    const running = loop(stop.signal);
    const before = await session.pid();
    setTimeout(() => stop.abort(), 100);
    await assert.rejects(running, { name: "AbortError" });
    assert.equal(await python.get("kept"), 7);
    assert.equal(await session.pid(), before);
  }
});

test("what is queued when it is stopped is not run", async () => {
  const stop = new AbortController();
  const first = python.run("import time\ntime.sleep(0.2)");
  const second = python.run("queued = True", { signal: stop.signal });
  stop.abort();
  await first;
  await assert.rejects(second, { name: "AbortError" });
  assert.equal(await python.get("'queued' in globals()"), false);
});

test("a process that dies is an error that says how, and the next call starts a new one, saying so", async () => {
  const object = (await python.call("fractions.Fraction", 1, 3)) as python.PythonObject;
  const crash = python.run("import ctypes\nctypes.string_at(0)");
  await assert.rejects(crash, (error: Error) => {
    assert.ok(error instanceof python.PythonEnded);
    assert.match(error.message, /segmentation fault[\s\S]*Fatal Python error/);
    return true;
  });
  const text = await printed(async () => assert.equal(await python.get("1"), 1));
  assert.match(text, /Python is started again/);
  await assert.rejects(object.get("denominator"), /ReferenceError|must still run/);
  await assert.rejects(python.get("__import__('os')._exit(3)"), /its end with 3/);
  const killed = python.run("import time\ntime.sleep(60)");
  while ((await session.pid()) === undefined) await pause(10);
  process.kill((await session.pid()) as number, "SIGKILL");
  await assert.rejects(killed, /SIGKILL/);
});

test("a restart forgets all names and ends what runs", async () => {
  await python.run("gone = 1");
  const running = python.run("import time\ntime.sleep(60)");
  const ended = assert.rejects(running, /a restart/);
  await pause(100);
  await python.restart();
  await ended;
  assert.equal(await python.get("'gone' in globals()"), false);
});

const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`);

/** Starts a script that uses Python, and gives its first line of output. */
async function startScript(code: string) {
  const stage = path.join(__dirname, "..", "..", "src", "python");
  const script = `const python = require(${JSON.stringify(stage)});\n(async () => {${code}})();`;
  const program = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(program.stdout.setEncoding("utf8"), "data");
  return { program, line: String(line).trim() };
}

test("a script that used Python ends by itself, and its Python with it", async () => {
  const { program, line } = await startScript(
    "console.log(await python.get(\"__import__('os').getpid()\"));",
  );
  if (program.exitCode === null) await once(program, "exit");
  assert.equal(program.exitCode, 0);
  while (isRunning(Number(line))) await pause(20);
});

test("Python ends when its notebook is killed, whatever it is doing", async () => {
  const busy = "sum(i for i in range(10**12))";
  const { program, line } = await startScript(
    `console.log(await python.get("__import__('os').getpid()")); await python.get(${JSON.stringify(busy)});`,
  );
  await pause(100);
  program.kill("SIGKILL");
  while (isRunning(Number(line))) await pause(20);
});

test("Python without the set-up's environment, or without ipykernel, is an error that says what to do", async () => {
  await assert.rejects(Child.start("/nowhere/python"), /Cannot start Python[\s\S]*ENOENT/);
  await assert.rejects(Child.start("/bin/false"), /must run ipykernel, got an end with status 1/);
});

test("a package whose installation was stopped, or that lacks what it needs, is installed again", async () => {
  await python.requirePackages("The tests", { optuna: "optuna" });
  // What is known to be there is not looked at again by the same process.
  await python.restart();
  const site = await python.get<string>("__import__('sysconfig').get_path('purelib')");
  const dist = readdirSync(site).find((name) => /^mako-.*dist-info$/i.test(name)) as string;
  const record = path.join(site, dist, "RECORD");
  const list = readFileSync(record);
  rmSync(record);
  // Optuna needs it, for a part that no other test imports meanwhile.
  await python.requirePackages("Tests of what was stopped", { optuna: "optuna" });
  assert.deepEqual(readFileSync(record, "utf8").split("\n").sort(), list.toString().split("\n").sort());
});

test("an unknown package, or an odd name, is an error of set-up's", async () => {
  await assert.rejects(python.install("--index-url=x"), /names of packages are required/);
  await assert.rejects(python.install([]), /names of packages are required/);
  const offline = {
    ...process.env,
    PIP_INDEX_URL: "http://127.0.0.1:9/simple",
    PIP_FIND_LINKS: "",
    PIP_CONFIG_FILE: "/dev/null",
  };
  const program = path.join(__dirname, "..", "..", "src", "setup", "cli.mjs");
  assert.throws(
    () =>
      execFileSync(process.execPath, [program, "install", "colorama==0.4.5"], {
        env: offline,
        stdio: "pipe",
      }),
    /network or the package registry could not be reached/,
  );
});
