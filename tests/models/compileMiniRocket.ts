import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import loadWabt from "wabt";

const folder = join(__dirname, "..", "..", "src", "models");

/** The path and text of the module in `src/models` that holds `miniRocket.wat` compiled. */
export async function compileMiniRocket(): Promise<{ path: string; text: string }> {
  const wabt = await loadWabt();
  const source = await readFile(join(folder, "miniRocket.wat"), "utf8");
  const { buffer } = wabt
    .parseWat("miniRocket.wat", source, { simd: true })
    .toBinary({ write_debug_names: false });
  const lines = Buffer.from(buffer)
    .toString("base64")
    .match(/.{1,100}/g)!;
  const text = `/** \`miniRocket.wat\` compiled, as base64; made by \`tests/models/compileMiniRocket.ts\`. */
export const miniRocketModule =
${lines.map((line) => `  "${line}"`).join(" +\n")};
`;
  return { path: join(folder, "miniRocketModule.ts"), text };
}

// `node --import tsx tests/models/compileMiniRocket.ts` writes it.
if (require.main === module) compileMiniRocket().then(({ path, text }) => writeFile(path, text));
