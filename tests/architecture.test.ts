import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";

const source = path.join(__dirname, "..", "src");

/**
 * Which stages a stage may import from; its own files are always allowed. `augment/graph` is a stage of its own, and
 * `augment/index` hands it on.
 */
const allowed: Record<string, readonly string[]> = {
  core: [],
  data: ["core"],
  engine: ["core"],
  metrics: ["core"],
  features: ["core"],
  augment: ["core"],
  "augment/graph": ["core", "engine", "augment"],
  layers: ["core", "engine"],
  plot: ["core", "metrics"],
  models: ["core", "engine", "layers"],
  train: ["core", "data", "engine", "metrics"],
  validate: ["core", "data", "metrics", "features", "augment", "plot"],
  ensemble: ["core", "metrics", "validate"],
  // Of the kernel the messages alone.
  python: ["core", "data", "kernel", "plot"],
  cluster: ["core", "engine", "python", "validate"],
  search: ["core", "data", "plot", "python", "validate"],
  kernel: [],
};
const stages = Object.keys(allowed).filter((stage) => stage !== "kernel");
for (const slice of ["motion", "radar"]) allowed[slice] = stages;
allowed.index = [...stages, "motion", "radar"];
const withTensorFlow = new Set([
  "engine",
  "augment/graph",
  "layers",
  "models",
  "train",
  "validate",
  "cluster",
  "motion",
  "radar",
]);

interface SourceFile {
  name: string;
  stage: string;
  text: string;
  imports: string[];
  /** Those of the imports that are of types alone. */
  types: string[];
}

/** The stage that a file under src belongs to; the index of `augment` hands on its graph. */
function stageOf(name: string): string {
  if (name === path.join("augment", "index.ts")) return "augment/graph";
  if (name.startsWith(path.join("augment", "graph"))) return "augment/graph";
  return name.includes(path.sep) ? name.split(path.sep)[0] : name.replace(/\.ts$/, "");
}

const files: SourceFile[] = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => {
    const text = readFileSync(path.join(source, name), "utf8");
    const code = text
      .replace(/\/\*[\s\S]*?\*\//g, "")
      .replace(/^\s*\/\/.*$/gm, "")
      // What the kernel tells people to write.
      .replace(/'[^'\n]*'/g, "''");
    const imports = [...code.matchAll(/(?:from\s+|import\s+|require\(|import\()\s*"([^"]+)"/g)].map(
      (match) => match[1],
    );
    const stage = stageOf(name);
    const types = [...code.matchAll(/import\s+type\s[^;]*?from\s+"([^"]+)"/g)].map((match) => match[1]);
    return { name, stage, text: code, imports, types };
  });

/** The file under src that a relative import names. */
function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const target = path.join(path.dirname(from), specifier);
  return [`${target}.ts`, path.join(target, "index.ts")].find((name) =>
    files.some((file) => file.name === name),
  );
}

test("every stage imports only the stages that the design allows", () => {
  assert.ok(files.length > 5, "source files are found");
  const wrong: string[] = [];
  for (const file of files) {
    assert.ok(file.stage in allowed, `src/${file.name} belongs to a stage of the design`);
    for (const specifier of file.imports) {
      if (!specifier.startsWith(".")) continue;
      const target = resolveImport(file.name, specifier);
      if (target === undefined) {
        if (!specifier.endsWith(".json")) wrong.push(`${file.name}: ${specifier} is no file of src`);
        continue;
      }
      const stage = stageOf(target);
      if (stage !== file.stage && !allowed[file.stage].includes(stage)) {
        // Figures take what features are, not how they are made.
        if (file.stage === "plot" && stage === "features" && file.types.includes(specifier)) continue;
        wrong.push(`${file.name} imports ${target}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test("the competitions import stages by their index", () => {
  const wrong: string[] = [];
  for (const file of files.filter(({ stage }) => stage === "motion" || stage === "radar")) {
    for (const specifier of file.imports) {
      const target = resolveImport(file.name, specifier);
      if (!target || stageOf(target) === file.stage || path.basename(target) === "index.ts") continue;
      wrong.push(`${file.name} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("only the stages that compute with tensors know TensorFlow, and only through the engine at run time", () => {
  const wrong: string[] = [];
  for (const file of files) {
    const runTime = file.text.replace(/import\s+type\s[^;]*;/g, "").replace(/typeof import\("[^"]+"\)/g, "");
    if (file.stage !== "engine" && /(?:from\s+|require\()"@tensorflow\//.test(runTime)) wrong.push(file.name);
    if (!withTensorFlow.has(file.stage) && /"@tensorflow\//.test(file.text)) wrong.push(file.name);
  }
  assert.deepEqual([...new Set(wrong)], []);
});

test("danfojs is loaded in one place, when the first frame is made", () => {
  const loading = /require\("danfojs-node"\)|import\s+(?!type\b)[^;]*from\s+"danfojs-node"/;
  const wrong = files.filter(({ text }) => loading.test(text)).map(({ name }) => name);
  assert.deepEqual(wrong, [path.join("core", "dataFrame.ts")]);
});

test("no file imports itself through others", () => {
  const state = new Map<string, "open" | "done">();
  const cycles: string[] = [];
  function visit(name: string, trail: readonly string[]): void {
    if (state.get(name) === "done") return;
    if (state.get(name) === "open") {
      cycles.push([...trail.slice(trail.indexOf(name)), name].join(" -> "));
      return;
    }
    state.set(name, "open");
    const file = files.find((candidate) => candidate.name === name)!;
    for (const specifier of file.imports) {
      const target = resolveImport(name, specifier);
      if (target) visit(target, [...trail, name]);
    }
    state.set(name, "done");
  }
  for (const file of files) visit(file.name, []);
  assert.deepEqual(cycles, []);
});

test("randomness comes from seeds only", () => {
  const wrong = files
    .filter((file) => /Math\.random|\bDate\.now\(\)\s*%/.test(file.text))
    .map((file) => file.name);
  assert.deepEqual(wrong, []);
});
