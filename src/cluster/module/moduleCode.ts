import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import type * as ts from "@tslab/typescript-for-tslab";
import { shortHash } from "../../core/describe";
import { fileError } from "../../core/fileError";

/** A file of an experiment's code. */
export interface CodeFile {
  /** From the folder that the experiment runs in, with slashes. */
  readonly path: string;
  /** Checksum of the text. */
  readonly hash: string;
  /** The text; where it is lacking, the file on disk has to have the checksum. */
  readonly text?: string;
}

/** TypeScript as the kernel has it; loaded when a module is read first. */
export function typescript(): typeof ts {
  return require("@tslab/typescript-for-tslab");
}

const extensions = ["", ".ts", ".tsx", ".js", ".json", "/index.ts", "/index.js"];

/** The file that a relative import names; `undefined` where there is none. */
export function findLocal(from: string, request: string, isFile: (file: string) => boolean) {
  const target = path.join(path.dirname(from), request);
  // TypeScript's way to name a .ts file by what it is compiled to.
  const source = target.replace(/\.js$/, ".ts");
  return [...extensions.map((extension) => target + extension), source].find(isFile);
}

/** Whether an import names a file and not a package. */
export function isLocal(request: string): boolean {
  return /^\.{1,2}(\/|$)/.test(request) || path.isAbsolute(request);
}

/**
 * An experiment's module with the local files that it imports, each with its text and checksum.
 *
 * @param file the module, from `folder`
 * @throws {Error} naming a file that cannot be read, or an import that names none
 */
export function readModule(file: string, folder: string): CodeFile[] {
  const found = new Map<string, CodeFile>();
  const isFile = (name: string) => existsSync(name) && statSync(name).isFile();
  const visit = (whole: string): void => {
    const own = path.relative(folder, whole).split(path.sep).join("/");
    if (found.has(own)) return;
    let text: string;
    try {
      text = readFileSync(whole, "utf8");
    } catch (error) {
      throw fileError("read", whole, error);
    }
    found.set(own, { path: own, hash: shortHash(text), text });
    if (whole.endsWith(".json")) return;
    for (const { fileName } of typescript().preProcessFile(text, true, true).importedFiles) {
      if (!isLocal(fileName)) continue;
      const next = findLocal(whole, fileName, isFile);
      if (next === undefined) {
        throw new Error(`Cannot read ${own}: its import "${fileName}" must name a file, got none`);
      }
      visit(next);
    }
  };
  visit(path.resolve(folder, file));
  return [...found.values()];
}
