import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import test, { after, before } from "node:test";
import type { CrossValidateOptions } from "../../src/validate/crossValidateOptions";
import { blobs, bytesOf, enterFolder, podium } from "./support/experiment";

const { cluster, validate } = podium;
let folder: ReturnType<typeof enterFolder>;
before(() => {
  folder = enterFolder();
});
after(() => folder.leave());

const on = cluster.ray();
const refusal = async (options: CrossValidateOptions, pattern: RegExp): Promise<void> => {
  await assert.rejects(
    validate.crossValidate({ directory: "runs", progress: false, ...options, on }),
    pattern,
  );
};

test("options of the notebook's own are refused with the lines that make them a module", async () => {
  const { folds, data, estimator } = await blobs();
  await refusal(
    { folds, data, estimator },
    /TypeError: Cannot cross-validate on other machines: estimator and folds must come from a module's function.*%%module experiments\/first\.ts.*\.\.\.await cluster\.experiment\("experiments\/first\.ts"\)/s,
  );
  await refusal(
    { ...(await blobs()), estimator: { ...estimator } },
    /estimator must be what experiment of experiments\/blobs\.ts gave/,
  );
  await refusal({ ...(await blobs()), folds: folds.slice(1) }, /folds must be what experiment of/);
  await assert.rejects(validate.crossValidate({ ...(await blobs()), on }), /directory must be given with on/);
});

test("an edited module, or one that it imports, counts from the next call", async () => {
  const before = await validate.crossValidate({ ...(await blobs({ epochs: 1 })), progress: false });
  assert.deepEqual(before.predictions.shape, [60, 3]);
  writeFileSync("experiments/classes.ts", "export const classes: number = 5;\n");
  const later = await validate.crossValidate({ ...(await blobs({ epochs: 1 })), progress: false });
  assert.deepEqual(later.predictions.shape, [60, 5]);
  assert.notEqual(bytesOf(before.predictions), bytesOf(later.predictions));
});

test("a module is refused with its file and place", async () => {
  const refuse = async (text: string, pattern: RegExp, name?: string): Promise<void> => {
    writeFileSync("experiments/wrong.ts", text);
    await assert.rejects(cluster.experiment("experiments/wrong.ts", { function: name }), pattern);
  };
  await refuse("export const a = ;", /SyntaxError: Cannot run .*wrong\.ts:1:18: Expression expected/);
  await refuse("export function other() {}", /must export a function experiment, got functions other/);
  await refuse("", /must export a function experiment, got no function/);
  await refuse(
    "export const experiment = () => undefined;",
    /must return the options of a cross-validation, got nothing/,
  );
  await refuse(
    "export const experiment = () => ({ folds: [] });",
    /got something without folds or estimator/,
  );
  await refuse(
    'import "./missing";',
    /Cannot read experiments\/wrong\.ts: its import "\.\/missing" must name a file, got none/,
  );
  await refuse('import "no-such-package"; export const experiment = 1;', /no-such-package/);
  await assert.rejects(cluster.experiment("experiments/none.ts"), /Cannot read .*none\.ts/);
});

test("options of a cluster are checked before work begins", () => {
  assert.throws(
    () => cluster.ray({ gpus: -1 }),
    /RangeError: Cannot use Ray: gpus must be a finite number from 0, got -1/,
  );
  assert.throws(() => cluster.ray({ cpu: 1 } as never), /there is no option cpu; did you mean cpus\?/);
  assert.throws(() => cluster.ray({ auth: "password" as never }), /auth must be token or none/);
});

test("a cell that begins with %%module is run and written", async () => {
  const magics = (globalThis as Record<symbol, unknown>)[Symbol.for("podium.magics")] as Map<
    string,
    { run(body: string, line: string): unknown }
  >;
  const run = (body: string, line: string) => magics.get("module")!.run(body, line);
  const said: string[] = [];
  const { log } = console;
  console.log = (text) => said.push(text);
  try {
    run(
      '\nimport { models } from "podium";\nexport const a = models.ridge().name;\n',
      "experiments/written.ts",
    );
  } finally {
    console.log = log;
  }
  assert.deepEqual(said, ["Wrote experiments/written.ts, which exports a"]);
  assert.equal(
    readFileSync("experiments/written.ts", "utf8"),
    'import { models } from "podium";\nexport const a = models.ridge().name;\n',
  );
  assert.throws(() => run("throw new Error('inside');", "experiments/written.ts"), /inside/);
  assert.throws(() => run("", ""), /a file that ends with \.ts must stand behind %%module.*got none/);
});
