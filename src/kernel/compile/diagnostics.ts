import path from "node:path";
import type * as ts from "@tslab/typescript-for-tslab";
import type { Diagnostic } from "tslab/dist/converter";
import type { NotebookHost } from "./host";

/** Files of a program, the cell first. */
interface Checked {
  readonly program: ts.Program;
  readonly files: readonly ts.SourceFile[];
  readonly host: NotebookHost;
}

/** What TypeScript says about a cell and the local files that it imports; where one cannot be read, only that. */
export function readDiagnostics(compiler: typeof ts, checked: Checked): Diagnostic[] {
  const { program, files } = checked;
  for (const find of [program.getSyntacticDiagnostics, program.getSemanticDiagnostics]) {
    const found = files.flatMap((file) => find(file).flatMap((one) => describe(compiler, one, checked)));
    if (found.length > 0) return found;
  }
  return [];
}

/** A diagnostic, and one for each line of its explanation. */
function describe(compiler: typeof ts, diagnostic: ts.Diagnostic, checked: Checked): Diagnostic[] {
  const { file, start = 0, length = 0, category, code } = diagnostic;
  if (!file) return [];
  const isCell = file === checked.files[0];
  const lines = checked.host.isWritten(file.fileName) ? 1 : 0;
  const place = (offset: number) => {
    const { line, character } = compiler.getLineAndCharacterOfPosition(file, offset);
    return { offset, line: line - lines, character };
  };
  const from = isCell ? {} : { fileName: path.relative(checked.host.directory, file.fileName) };
  const common = { start: place(start), end: place(start + length), category, code, ...from };
  return textsOf(diagnostic.messageText).map((messageText) => ({ ...common, messageText }));
}

function textsOf(message: string | ts.DiagnosticMessageChain): string[] {
  if (typeof message === "string") return [message];
  return [message.messageText, ...(message.next ?? []).flatMap(textsOf)];
}
