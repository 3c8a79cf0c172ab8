import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import ts from "@tslab/typescript-for-tslab";
import { api, documentationOf, type Exported, isFunction, recipes, root, tagsOf } from "./publicApi";

const namesOf = (exported: readonly Exported[]): string[] => exported.map(({ name }) => name);

test("every export says what it is", () => {
  assert.ok(api.length > 100, `the public API is found, got ${api.length} names`);
  const silent = [...api, ...recipes].filter((exported) => documentationOf(exported).length < 10);
  assert.deepEqual(namesOf(silent), []);
});

test("every exported function shows an example", () => {
  const bare = [...api.filter(isFunction), ...recipes].filter(
    (exported) => tagsOf(exported, "example").length === 0,
  );
  assert.deepEqual(namesOf(bare), []);
});

test("every recipe says what it takes and returns", () => {
  assert.ok(recipes.length > 8, `recipes are found, got ${recipes.length}`);
  const silent = recipes.filter(
    (recipe) => tagsOf(recipe, "param").length !== 2 || tagsOf(recipe, "returns").length !== 1,
  );
  assert.deepEqual(namesOf(silent), []);
});

test("functions take at most two positional arguments", () => {
  const long = api.filter(({ symbol }) => {
    const declaration = symbol.valueDeclaration;
    return declaration && ts.isFunctionDeclaration(declaration) && declaration.parameters.length > 3;
  });
  assert.deepEqual(namesOf(long), []);
});

test("every dependency earns its line in the README", () => {
  const { dependencies, devDependencies, overrides } = JSON.parse(
    readFileSync(path.join(root, "package.json"), "utf8"),
  );
  const readme = readFileSync(path.join(root, "README.md"), "utf8");
  const section = readme.slice(readme.indexOf("## Dependencies"));
  const silent = Object.keys({ ...dependencies, ...devDependencies, ...overrides }).filter(
    (name) => !section.includes(`\`${name}\``),
  );
  assert.deepEqual(silent, []);
});
