import type * as ts from "@tslab/typescript-for-tslab";

/**
 * The declarations after a cell that failed half-way: without the variables, functions, classes and imports that it
 * never assigned; types all stay. Without this a mistake in a cell's last line would lose what took hours above it.
 */
export function keepAssigned(
  compiler: typeof ts,
  declarations: { before: string; after: string },
  isAssigned: (name: string) => boolean,
): string {
  const earlier = new Set(declaredNames(compiler, declarations.before));
  const keeps = (name: string) => earlier.has(name) || isAssigned(name);
  const file = parse(compiler, declarations.after);
  const printer = compiler.createPrinter();
  const print = (node: ts.Node) => printer.printNode(compiler.EmitHint.Unspecified, node, file);
  const kept: string[] = [];
  for (const statement of file.statements) {
    if (compiler.isVariableStatement(statement)) {
      const isConst = statement.declarationList.flags & compiler.NodeFlags.Const;
      for (const declaration of statement.declarationList.declarations) {
        if (keeps(declaration.name.getText(file))) {
          kept.push(`declare ${isConst ? "const" : "let"} ${print(declaration)};`);
        }
      }
      continue;
    }
    const declared = names(compiler, statement);
    // An import binds all of its names that are values, or none.
    if (declared.length === 0 || declared.some(keeps)) kept.push(print(statement));
  }
  return `${kept.join("\n")}\n`;
}

/** Names of the values that the declarations hold. */
export function declaredNames(compiler: typeof ts, declarations: string): string[] {
  return parse(compiler, declarations).statements.flatMap((statement) => names(compiler, statement));
}

function parse(compiler: typeof ts, text: string): ts.SourceFile {
  return compiler.createSourceFile("declarations.d.ts", text, compiler.ScriptTarget.ES2022, true);
}

/** Names of the values that a statement declares. */
function names(compiler: typeof ts, statement: ts.Statement): string[] {
  if (compiler.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((declaration) => declaration.name.getText());
  }
  if (compiler.isImportDeclaration(statement)) return importedNames(compiler, statement.importClause);
  if (
    compiler.isFunctionDeclaration(statement) ||
    compiler.isClassDeclaration(statement) ||
    compiler.isEnumDeclaration(statement)
  ) {
    return statement.name ? [statement.name.text] : [];
  }
  return [];
}

function importedNames(compiler: typeof ts, clause: ts.ImportClause | undefined): string[] {
  if (!clause || clause.isTypeOnly) return [];
  const own = clause.name ? [clause.name.text] : [];
  const bindings = clause.namedBindings;
  if (!bindings) return own;
  if (compiler.isNamespaceImport(bindings)) return [...own, bindings.name.text];
  return [...own, ...bindings.elements.filter((e) => !e.isTypeOnly).map((e) => e.name.text)];
}
