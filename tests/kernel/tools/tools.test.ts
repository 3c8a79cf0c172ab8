import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { kernelInformation } from "../../../src/kernel/information";

const root = path.join(__dirname, "..", "..", "..");
const folder = mkdtempSync(path.join(tmpdir(), "tools-"));
let python: string;
let kernel: string;
let environment: NodeJS.ProcessEnv;

interface Ran {
  readonly status: number;
  readonly text: string;
}

/** Runs a module of Python in the folder of the notebooks. */
function run(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: environment, maxBuffer: 1 << 26 };
    execFile(python, ["-m", ...args], options, (error, stdout, stderr) => {
      const status = error ? (typeof error.code === "number" ? error.code : 1) : 0;
      resolve({ status, text: stdout + stderr });
    });
  });
}

async function runWell(...args: string[]): Promise<string> {
  const { status, text } = await run(...args);
  assert.equal(status, 0, text);
  return text;
}

const read = (name: string) => readFileSync(path.join(folder, name), "utf8");

interface Cell {
  readonly source: string | string[];
  readonly metadata: { readonly tags?: readonly string[] };
  readonly outputs?: readonly {
    readonly text?: string | string[];
    readonly data?: Record<string, string | string[]>;
  }[];
}

const cellsOf = (name: string): Cell[] => JSON.parse(read(name)).cells;
const whole = (text: string | string[] | undefined) => [text ?? ""].flat().join("");

/** What a notebook's cells show as text. */
const shown = (name: string) =>
  cellsOf(name).flatMap(({ outputs = [] }) =>
    outputs.map(({ text, data }) => whole(text ?? data?.["text/plain"])),
  );

before(async () => {
  const { placesOf } = await import(path.join(root, "src", "setup", "places.mjs"));
  const { jupyterVariables } = await import(path.join(root, "src", "setup", "steps", "kernelSpec.mjs"));
  const { pipInstall } = await import(path.join(root, "src", "setup", "steps", "environment.mjs"));
  const places = placesOf(root);
  python = places.python;
  kernel = path.basename(places.kernel);
  const pins = path.join(__dirname, "tools.txt");
  const tools = path.join(root, ".cache", "tools");
  if (
    !existsSync(path.join(tools, "tools.txt")) ||
    readFileSync(path.join(tools, "tools.txt"), "utf8") !== readFileSync(pins, "utf8")
  ) {
    const beside = mkdtempSync(path.join(root, ".cache", "tools-"));
    const args = ["--no-deps", "--only-binary", ":all:", "--target", beside, "-r", pins];
    await pipInstall(places.environment, args, { action: "install the tools around Jupyter" });
    writeFileSync(path.join(beside, "tools.txt"), readFileSync(pins));
    rmSync(tools, { recursive: true, force: true });
    mkdirSync(path.dirname(tools), { recursive: true });
    renameSync(beside, tools);
  }
  environment = { ...process.env, ...jupyterVariables(places), PYTHONPATH: tools };
  const cell = (source: string, tags: string[] = []) => ({
    cell_type: "code",
    id: `c${source.length}`,
    metadata: tags.length > 0 ? { tags } : {},
    source,
    outputs: [],
    execution_count: null,
  });
  const notebook = {
    cells: [
      { cell_type: "markdown", id: "text", metadata: {}, source: "# Folds" },
      cell('let folds = 10; // how many\nlet name = "third";\nlet rates: number[] = [];', ["parameters"]),
      cell("console.log(name, folds * 2, rates.map((rate) => rate + 1).join());"),
      cell("const half = folds / 2;\nhalf"),
    ],
    metadata: { kernelspec: { name: kernel, display_name: "TypeScript (Podium)", language: "typescript" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  writeFileSync(path.join(folder, "folds.ipynb"), JSON.stringify(notebook));
});
after(() => rmSync(folder, { recursive: true }));

test("papermill passes parameters as TypeScript, and says which ones a notebook takes", async () => {
  const parameters = ["-p", "folds", "4", "-p", "name", 'a "b" 🙂', "-y", "rates: [0.5, 1]"];
  await runWell("papermill", "folds.ipynb", "run.ipynb", ...parameters);
  const injected = cellsOf("run.ipynb").find(({ metadata }) =>
    metadata.tags?.includes("injected-parameters"),
  );
  const given = ["let rates = [0.5, 1];", "let folds = 4;", 'let name = "a \\"b\\" \\ud83d\\ude42";'];
  assert.deepEqual(whole(injected?.source).trim().split("\n"), ["// Parameters", ...given]);
  assert.deepEqual(shown("run.ipynb"), ['a "b" 🙂 8 1.5,2\n', "2"]);
  const help = await runWell("papermill", "--help-notebook", "folds.ipynb");
  assert.match(help, /folds: Unknown type \(default 10\)\s+how many/);
  assert.match(help, /rates: number\[\] \(default \[\]\)/);
  const refused = await run("papermill", "folds.ipynb", "refused.ipynb", "-p", "learning-rate", "1");
  assert.match(refused.text, /Cannot pass parameter: a name of TypeScript is required, got 'learning-rate'/);
});

test("jupytext's percent and Markdown files are the notebook again, and a script with cells runs", async () => {
  const sources = (name: string) => cellsOf(name).map(({ source }) => whole(source));
  await runWell("jupytext", "--to", "ts:percent", "--output", "folds.ts", "folds.ipynb");
  await runWell("jupytext", "--to", "ipynb", "--output", "back.ipynb", "folds.ts");
  assert.deepEqual(sources("back.ipynb"), sources("folds.ipynb"));
  assert.deepEqual(cellsOf("back.ipynb")[1].metadata.tags, ["parameters"]);
  assert.equal(JSON.parse(read("back.ipynb")).metadata.kernelspec.name, kernel);
  await runWell("jupytext", "--test", "--to", "md", "folds.ipynb");
  assert.match(read("folds.ts"), /^\/\/ %% tags=\["parameters"\]\nlet folds = 10;/m);
});

test("jupyter execute and jupyter run run notebooks and scripts", async () => {
  await runWell("jupyter", "execute", "folds.ipynb", "--output=executed");
  assert.deepEqual(shown("executed.ipynb"), ["third 20 \n", "5"]);
  writeFileSync(path.join(folder, "script.ts"), 'const a: number = 6;\nconsole.log("six", a * 1);\n');
  let ran = await run("jupyter", "run", `--kernel=${kernel}`, "script.ts");
  // It gives up on a kernel that is silent for ten seconds, as on a machine that is very busy.
  for (let again = 0; again < 5 && /Timeout waiting/.test(ran.text); again++) {
    ran = await run("jupyter", "run", `--kernel=${kernel}`, "script.ts");
  }
  assert.match(ran.text, /six 6/);
});

test("nbconvert makes a script, a page and slides, and of a PDF at least says what it lacks", async () => {
  // As a notebook says of itself once it ran.
  const notebook = JSON.parse(read("folds.ipynb"));
  notebook.metadata.language_info = kernelInformation().language_info;
  writeFileSync(path.join(folder, "told.ipynb"), JSON.stringify(notebook));
  await runWell("nbconvert", "--to", "script", "told.ipynb", "--output", "converted");
  assert.match(read("converted.ts"), /let folds = 10; \/\/ how many[\s\S]*const half = folds \/ 2;/);
  await runWell("nbconvert", "--to", "html", "told.ipynb", "--output", "page");
  assert.match(read("page.html"), /<span class="kd">let<\/span>/);
  await runWell("nbconvert", "--to", "slides", "told.ipynb", "--output", "talk");
  assert.match(read("talk.slides.html"), /<section/);
  const { status, text } = await run("nbconvert", "--to", "pdf", "told.ipynb", "--output", "print");
  if (status !== 0) assert.match(text, /xelatex not found on PATH|[Pp]andoc wasn't found/);
  else assert.ok(existsSync(path.join(folder, "print.pdf")));
});
