import path from "node:path";
// The compiler that notebooks use, so that what it cannot read fails here.
import ts from "@tslab/typescript-for-tslab";

export const root = path.join(__dirname, "..");
const entry = path.join(root, "src", "index.ts");
export const program = ts.createProgram([entry], {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  esModuleInterop: true,
  strict: true,
  skipLibCheck: true,
  types: ["node"],
});
const checker = program.getTypeChecker();

export interface Exported {
  /** Such as `motion.load`. */
  name: string;
  symbol: ts.Symbol;
}

const resolved = (symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

/** The exports of a module, and of the namespaces among them. */
function namesOf(module: ts.Symbol, before: string): Exported[] {
  return checker.getExportsOfModule(module).flatMap((symbol) => {
    const name = `${before}${symbol.name}`;
    const target = resolved(symbol);
    return target.flags & ts.SymbolFlags.ValueModule
      ? namesOf(target, `${name}.`)
      : [{ name, symbol: target }];
  });
}

/** Everything that `import * as podium from "podium"` reaches. */
export const api: Exported[] = namesOf(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!, "");

/** The functions of `motion.recipes` and `radar.recipes`, which are no exports themselves. */
export const recipes: Exported[] = api
  .filter(({ name }) => name.endsWith(".recipes"))
  .flatMap(({ name, symbol }) =>
    checker
      .getTypeOfSymbolAtLocation(symbol, symbol.valueDeclaration!)
      .getProperties()
      .map((property) => ({
        name: `${name}.${property.name}`,
        symbol: resolved(
          checker.getShorthandAssignmentValueSymbol(property.valueDeclaration as ts.Declaration)!,
        ),
      })),
  );

/** Such as `augment.graph` of `augment.graph.mixup`. */
export const stageOf = (name: string): string => name.slice(0, name.lastIndexOf("."));

export const isFunction = ({ symbol }: Exported): boolean =>
  (symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class)) !== 0;

export const isValue = ({ symbol }: Exported): boolean => (symbol.flags & ts.SymbolFlags.Value) !== 0;

export const documentationOf = ({ symbol }: Exported): string =>
  ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();

/** The texts of a docstring's tags, such as those of `example`. */
export function tagsOf({ symbol }: Exported, tagName: string): string[] {
  return symbol
    .getJsDocTags(checker)
    .filter((tag) => tag.name === tagName)
    .map(({ text }) => ts.displayPartsToString(text));
}

/** Path from the root of the file that declares it. */
export const fileOf = ({ symbol }: Exported): string =>
  path.relative(root, symbol.declarations![0].getSourceFile().fileName);
