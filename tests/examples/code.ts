import ts from "@tslab/typescript-for-tslab";
import { api, type Exported, fileOf, isValue, recipes, stageOf, tagsOf } from "../publicApi";
import { statesValue } from "./stated";

/** An example as a function, `code` of a module whose other lines are `imports`. */
export interface ExampleCode {
  readonly name: string;
  readonly imports: readonly string[];
  readonly code: string;
}

const namespaces = [...new Set(api.map(({ name }) => name.split(".")[0]))];

function valuesOf(stage: string): string[] {
  return api
    .filter((exported) => stageOf(exported.name) === stage && isValue(exported))
    .map(({ name }) => name.slice(stage.length + 1));
}

/** The names that code uses without declaring them. */
function freeNames(file: ts.SourceFile): Set<string> {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const named = parent as ts.NamedDeclaration & { propertyName?: ts.Node };
      const isName = named.name === node && !ts.isShorthandPropertyAssignment(parent);
      const declares =
        ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent);
      if (isName && declares) declared.add(node.text);
      else if (!isName && named.propertyName !== node && !ts.isQualifiedName(parent)) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  for (const name of declared) used.delete(name);
  return used;
}

/** The comments that state a value of a statement: behind it, or on the lines below it. */
function commentsOf(statement: ts.Statement, text: string): string[] {
  const behind = ts.getTrailingCommentRanges(text, statement.end) ?? [];
  const below = ts.getLeadingCommentRanges(text, behind.at(-1)?.end ?? statement.end) ?? [];
  return [...new Set([...behind, ...below].map(({ pos, end }) => text.slice(pos, end)))].map((comment) =>
    comment.replace(/^\/\/\s*/, ""),
  );
}

/** The expression whose value a comment behind a statement states. */
function statedValue(statement: ts.Statement): string | undefined {
  if (ts.isExpressionStatement(statement)) return statement.expression.getText();
  if (!ts.isVariableStatement(statement)) return undefined;
  const name = statement.declarationList.declarations[0].name;
  if (ts.isIdentifier(name)) return name.text;
  return name.elements.some((element) => element.getText() === "shape") ? "shape" : undefined;
}

/** A statement, and beside it the checks of what its comments state. */
function withChecks(statement: ts.Statement, text: string): string {
  let code = statement.getText();
  for (const comment of commentsOf(statement, text)) {
    const [, subject, statedOfSubject] = /^([a-z][\w.]*) is (.+)$/.exec(comment) ?? [];
    const stated = statedOfSubject ?? comment;
    if (!statesValue(stated)) continue;
    const value = subject ?? statedValue(statement);
    if (value === undefined) throw new Error(`no value for the comment "${comment}"`);
    const check = `assertStated(${value}, ${JSON.stringify(stated)});`;
    code = subject === undefined && ts.isExpressionStatement(statement) ? check : `${code}\n${check}`;
  }
  return code;
}

/** The examples of stages as code, with every name that they use in scope. */
export function examplesOf(stages: readonly string[], scopeNames: readonly string[]): ExampleCode[] {
  const documented = [...api, ...recipes].filter(({ name }) => stages.includes(stageOf(name)));
  return documented.flatMap((exported) =>
    tagsOf(exported, "example").map((text) => exampleCode(exported, text, scopeNames)),
  );
}

function exampleCode(exported: Exported, text: string, scopeNames: readonly string[]): ExampleCode {
  const { name } = exported;
  const file = ts.createSourceFile("example.ts", text, ts.ScriptTarget.ES2022, true);
  const imports = file.statements.filter(ts.isImportDeclaration).map((statement) => statement.getText());
  const body = file.statements.filter((statement) => !ts.isImportDeclaration(statement));
  const used = [...freeNames(file)];
  const stageValues = valuesOf(stageOf(name));
  const ofStage = used.filter((word) => stageValues.includes(word));
  const ofScope = used.filter((word) => !ofStage.includes(word) && scopeNames.includes(word));
  const ofPodium = used.filter(
    (word) => ![...ofStage, ...ofScope].includes(word) && namespaces.includes(word),
  );
  // Series and frames are made of arrays by these two everywhere.
  const makers = used.filter((word) => ["series", "frames"].includes(word) && !ofStage.includes(word));
  const ofFrames = /frame|radar|overlap|ahead|heatMap|flip/i.test(fileOf(exported));
  const inScope = (word: string): string =>
    word === "competition" && ofFrames ? "radarCompetition: competition" : word;
  const lines = [
    ofStage.length > 0 && `const { ${ofStage.join(", ")} } = podium.${stageOf(name)};`,
    makers.length > 0 && `const { ${makers.join(", ")} } = podium.data;`,
    ofPodium.length > 0 && `const { ${ofPodium.join(", ")} } = podium;`,
    ofScope.length > 0 && `const { ${ofScope.map(inScope).join(", ")} } = scope;`,
    "{",
    ...body.map((statement) => withChecks(statement, text)),
    "}",
  ];
  return { name, imports, code: lines.filter(Boolean).join("\n") };
}
