import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import loadWabt from "wabt";

/**
 * The path and text of the module that holds a `.wat` file compiled.
 *
 * @param source the file in `src`, without `.wat`
 */
export async function compileWebAssembly(source: string): Promise<{ path: string; text: string }> {
  const wabt = await loadWabt();
  const path = join(__dirname, "..", "src", source);
  const { buffer } = wabt
    .parseWat(`${path}.wat`, await readFile(`${path}.wat`, "utf8"), { simd: true })
    .toBinary({ write_debug_names: false });
  const lines = Buffer.from(buffer)
    .toString("base64")
    .match(/.{1,100}/g)!;
  const name = basename(source);
  const text = `/** \`${name}.wat\` compiled, as base64; made by \`tests/compileWebAssembly.ts\`. */
export const ${name}Module =
${lines.map((line) => `  "${line}"`).join(" +\n")};
`;
  return { path: `${path}Module.ts`, text };
}

// `node --import tsx tests/compileWebAssembly.ts features/fourier/realSpectra` writes it.
if (require.main === module) {
  compileWebAssembly(process.argv[2]).then(({ path, text }) => writeFile(path, text));
}
