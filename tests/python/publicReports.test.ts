/* What people reported of other bridges between Node and Python, and of Jupyter's kernels, in its smallest form. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test, { after, before } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import * as python from "../../src/python";
import { session } from "../../src/python/session";

before(() => python.requirePackages("The tests", { numpy: "numpy" }));
after(() => python.restart());

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

test("NaN in a result, alone and within (Submersible/node-python-bridge#22)", async () => {
  assert.ok(Number.isNaN(await python.get("float('nan')")));
  assert.deepEqual(await python.get("{'a': [float('nan')], 'b': float('-inf')}"), {
    a: [Number.NaN],
    b: -Infinity,
  });
});

test("whole numbers above 2^53, sets, bytes (stanfordnlp/dspy#10140)", async () => {
  assert.equal(await python.get("2**60"), 2n ** 60n);
  assert.deepEqual(await python.get("[{1, 2, 3}, b'ab']"), [new Set([1, 2, 3]), Uint8Array.of(97, 98)]);
});

test("nested arrays, read again and again (hmenyus/node-calls-python#31)", async () => {
  await python.run("import numpy as np");
  const rows = await python.get<python.PythonArray[]>("[np.arange(3), np.arange(6).reshape(2, 3)]");
  for (const { data } of [...rows, ...rows]) assert.equal(data[0], data[0]);
  assert.deepEqual(rows[1].data, Int32Array.of(0, 1, 2, 3, 4, 5));
});

test("None is null (extremeheat/JSPyBridge#38)", async () => {
  assert.equal(await python.call("print"), null);
  assert.deepEqual(await python.get("[None]"), [null]);
});

test("methods of results of methods (extremeheat/JSPyBridge#144)", async () => {
  const half = await python.call<python.PythonObject>("fractions.Fraction", 1, 2);
  const whole = await (await half.call<python.PythonObject>("__add__", half)).call<python.PythonObject>(
    "limit_denominator",
    9,
  );
  assert.equal(await whole.get("numerator"), 1);
});

test("sys.exit in a call and in code is an error, and Python lives (extremeheat/JSPyBridge#134)", async () => {
  const before = await session.pid();
  await assert.rejects(python.call("sys.exit", 3), /SystemExit/);
  await assert.rejects(python.run("import sys\nsys.exit(3)"), /SystemExit/);
  assert.equal(await session.pid(), before);
});

test("what processes and C code print is shown with what started them (adtech-labs/spylon-kernel#21)", async () => {
  for (let round = 0; round < 5; round++) {
    const text = await printed(() =>
      python.run(
        `import os, subprocess\nos.write(1, b"low ${round}\\n")\nsubprocess.run(["echo", "sub ${round}"])\nprint("high ${round}")`,
      ),
    );
    for (const word of ["low", "sub", "high"]) assert.match(text, new RegExp(`${word} ${round}\n`));
  }
});

test("what threads print is shown with the next call at the latest (jupyter-widgets/ipywidgets#2358)", async () => {
  await python.run(
    "import threading, time\nlater = threading.Thread(target=lambda: (time.sleep(0.1), print('from a thread')))\nlater.start()",
  );
  assert.match(await printed(() => python.run("later.join()")), /from a thread/);
});

test("processes that Python had started end with it (dask/distributed#1322)", async () => {
  const pid = await python.get<number>("__import__('subprocess').Popen(['sleep', '600']).pid");
  await assert.rejects(python.get("__import__('os').kill(__import__('os').getpid(), 9)"), /SIGKILL/);
  const isRunning = () =>
    existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  while (isRunning()) await pause(20);
});

test("Python that was killed while it did nothing is noticed, and started anew (kylebarron/stata_kernel#410)", async () => {
  await python.run("1");
  process.kill((await session.pid()) as number, "SIGKILL");
  while ((await session.pid()) !== undefined) await pause(10);
  assert.match(await printed(async () => assert.equal(await python.get("2"), 2)), /started again/);
});

test("a question is refused, and not waited for (jupyter/jupyter_client: input without a front end)", async () => {
  await assert.rejects(python.run("input('name? ')"), /StdinNotImplementedError/);
});
