import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import loadWabt from "wabt";

const folder = join(__dirname, "..", "..", "src", "data");

/** The path and text of the module in `src/data` that holds `plainRows.wat` compiled. */
export async function compilePlainRows(): Promise<{ path: string; text: string }> {
  const wabt = await loadWabt();
  const source = await readFile(join(folder, "plainRows.wat"), "utf8");
  const { buffer } = wabt
    .parseWat("plainRows.wat", source, { simd: true })
    .toBinary({ write_debug_names: false });
  const lines = Buffer.from(buffer)
    .toString("base64")
    .match(/.{1,100}/g)!;
  const text = `/** \`plainRows.wat\` compiled, as base64; made by \`tests/data/compilePlainRows.ts\`. */
export const plainRowsModule =
${lines.map((line) => `  "${line}"`).join(" +\n")};
`;
  return { path: join(folder, "plainRowsModule.ts"), text };
}

// `node --import tsx tests/data/compilePlainRows.ts` writes it.
if (require.main === module) compilePlainRows().then(({ path, text }) => writeFile(path, text));
