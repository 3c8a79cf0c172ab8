import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { tf } from "../../src/engine";
import * as layers from "../../src/layers";
import * as models from "../../src/models";

const scope: Record<string, unknown> = { tf, ...layers, ...models };

for (const stage of ["layers", "models"] as const) {
  const folder = path.join(__dirname, "..", "..", "src", stage);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
    const text = readFileSync(path.join(folder, file), "utf8");
    const examples = [...text.matchAll(/@example\n([\s\S]*?)\n? \*\//g)].map((match) =>
      match[1].replace(/^ \* ?/gm, ""),
    );
    if (examples.length === 0) continue;
    test(`the examples of src/${stage}/${file} run`, () => {
      for (const example of examples) {
        const run = new Function(...Object.keys(scope), example);
        run(...Object.values(scope));
      }
    });
  }
}
