import { readFileSync } from "node:fs";

function version(packageFile: string): string {
  return JSON.parse(readFileSync(packageFile, "utf8")).version;
}

/** The content of `kernel_info_reply`: what this kernel is and speaks. */
export function kernelInformation(): Record<string, unknown> {
  const typescript = version(require.resolve("@tslab/typescript-for-tslab/package.json"));
  return {
    status: "ok",
    protocol_version: "5.5",
    implementation: "podium",
    implementation_version: version(require.resolve("../../package.json")),
    banner: `TypeScript ${typescript} (Podium) on Node ${process.versions.node}`,
    // Several cells at a time, where they await (JEP 91).
    supported_features: ["kernel subshells"],
    debugger: false,
    help_links: [{ text: "TypeScript", url: "https://www.typescriptlang.org/docs/" }],
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      nbconvert_exporter: "script",
      // The protocol knows a name, or an object of name and version and nothing else.
      codemirror_mode: "typescript",
    },
  };
}
