import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { tf } from "../../src/engine";
import * as layers from "../../src/layers";
import * as models from "../../src/models";

/** Their examples want data; the tests of each run it on some. */
const withData = ["rocket/miniRocket.ts", "ridge/ridge.ts"];

for (const stage of ["layers", "models"] as const) {
  const folder = path.join(__dirname, "..", "..", "src", stage);
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  )) {
    if (withData.includes(file)) continue;
    const text = readFileSync(path.join(folder, file), "utf8");
    const examples = [...text.matchAll(/@example\n([\s\S]*?)\n? \*\//g)].map((match) =>
      match[1].replace(/^ \* ?/gm, ""),
    );
    if (examples.length === 0) continue;
    const scope: Record<string, unknown> = { tf, ...layers, ...models, ...require(path.join(folder, file)) };
    test(`the examples of src/${stage}/${file} run`, () => {
      for (const example of examples) {
        const run = new Function(...Object.keys(scope), example);
        run(...Object.values(scope));
      }
    });
  }
}
