// One expression on the product, told to the parent: special.mjs uses it.
import { load } from "./support.mjs";

const index = await load("index.ts");
const P = index.default ?? index;
process.send({ ready: true });
await new Promise((go) => process.once("message", go));
try {
  const code = process.argv[3];
  const value = await new Function("P", `return (${code})`)(P);
  await new Promise((done) =>
    process.send({ refused: false, message: typeof value === "string" ? value : "" }, done),
  );
} catch (error) {
  await new Promise((done) =>
    process.send({ refused: true, message: `${error?.name}: ${error?.message ?? error}` }, done),
  );
}
process.exit(0);
