import type * as ts from "@tslab/typescript-for-tslab";

/** What a cell adds to the global scope or to a module's types: `declare global { … }`, `declare module "x" { … }`. */
export interface Augmentation {
  readonly text: string;
  /** What it declares; of an interface each member. */
  readonly names: ReadonlySet<string>;
}

/** The augmentations in a cell's text, one for each declaration. */
export function augmentationsOf(compiler: typeof ts, source: string): Augmentation[] {
  if (!/\bdeclare\s+(global|module)\b/.test(source)) return [];
  const file = compiler.createSourceFile("cell.ts", source, compiler.ScriptTarget.ES2022, true);
  return file.statements.flatMap((statement) => {
    if (!compiler.isModuleDeclaration(statement)) return [];
    const isGlobal = (statement.flags & compiler.NodeFlags.GlobalAugmentation) !== 0;
    if (!isGlobal && !compiler.isStringLiteral(statement.name)) return [];
    const { body } = statement;
    const inner = body && compiler.isModuleBlock(body) ? [...body.statements] : [];
    const head = isGlobal ? "declare global" : `declare module ${statement.name.getText()}`;
    return inner.map((one) => ({
      text: `${head} { ${one.getText()} }`,
      names: new Set(namesOf(compiler, one).map((name) => `${statement.name.text} ${name}`)),
    }));
  });
}

/** Whether one declares anew what the other does. */
export function overlap(one: Augmentation, other: Augmentation): boolean {
  return one.text === other.text || [...one.names].some((name) => other.names.has(name));
}

function namesOf(compiler: typeof ts, statement: ts.Statement): string[] {
  if (compiler.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  if (compiler.isInterfaceDeclaration(statement)) {
    const { name, members } = statement;
    return members.map((member) => `${name.text}.${member.name?.getText() ?? member.getText()}`);
  }
  const { name } = statement as ts.Statement & { name?: ts.Node };
  return name ? [name.getText()] : [];
}
