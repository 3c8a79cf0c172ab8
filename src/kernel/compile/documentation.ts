import type * as ts from "@tslab/typescript-for-tslab";

/** A node with its documentation, which TypeScript does not publish. */
type Documented = ts.Node & { jsDoc?: { parent: ts.Node }[] };

/** What documentation is asked of: a name, or a way to call it. */
type Subject = { declarations?: readonly ts.Node[]; declaration?: ts.Node };

/** TypeScript's makers of what it answers with, which it does not publish. */
interface Makers {
  getSymbolConstructor(): { prototype: object };
  getSignatureConstructor(): { prototype: object };
}

const questions = [
  "getDocumentationComment",
  "getContextualDocumentationComment",
  "getJsDocTags",
  "getContextualJsDocTags",
];

/**
 * Turns the documentation in a file of types into comments of the same length, which TypeScript skips: reading
 * documentation is a fifth of all it does with the types of Node, TensorFlow and the like, and few are ever looked at.
 */
export function withoutDocumentation(text: string): string {
  // Only where a line begins with it: elsewhere it may be a part of a text.
  return text.replace(/^([ \t]*)\/\*\*(?=\s)/gm, "$1/* ");
}

/**
 * Lets TypeScript read a file's documentation when it is first asked for any of it.
 *
 * @param readText a file's text, with its documentation; `undefined` for a file that never was without
 */
export function documentWhenAsked(compiler: typeof ts, readText: (file: string) => string | undefined): void {
  const done = new WeakSet<ts.SourceFile>();
  const document = (file: ts.SourceFile) => {
    if (done.has(file)) return;
    done.add(file);
    const text = readText(file.fileName);
    // One that has changed since will be read anew.
    if (text === undefined || withoutDocumentation(text) !== file.text) return;
    copyDocumentation(compiler, {
      from: compiler.createSourceFile(file.fileName, text, file.languageVersion, true),
      to: file,
    });
  };
  const { objectAllocator } = compiler as unknown as { objectAllocator: Makers };
  for (const maker of [objectAllocator.getSymbolConstructor(), objectAllocator.getSignatureConstructor()]) {
    const methods = maker.prototype as Record<string, (...given: unknown[]) => unknown>;
    for (const question of questions.filter((name) => name in methods)) {
      const answer = methods[question];
      methods[question] = function (this: Subject, ...given) {
        const places = this.declarations ?? (this.declaration ? [this.declaration] : []);
        for (const place of places) document(place.getSourceFile());
        return answer.apply(this, given);
      };
    }
  }
}

/** Gives a tree's nodes the documentation of those in another tree of the same code. */
function copyDocumentation(compiler: typeof ts, { from, to }: { from: Documented; to: Documented }): void {
  if (from.jsDoc) {
    to.jsDoc = from.jsDoc;
    for (const part of from.jsDoc) part.parent = to;
  }
  const children: ts.Node[] = [];
  compiler.forEachChild(to, (child) => void children.push(child));
  let next = 0;
  compiler.forEachChild(from, (child) => copyDocumentation(compiler, { from: child, to: children[next++] }));
}
