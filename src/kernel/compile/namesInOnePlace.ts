import type * as ts from "@tslab/typescript-for-tslab";

/** What a cell's names are rewritten by. */
export interface NamesOptions {
  /** Names that the person declared at the cell's top level; others there are the compiler's own. */
  readonly declared: ReadonlySet<string>;
  /** Whether an earlier cell declared a value of that name. */
  isKnown(name: string): boolean;
  /** Whether the cell ends with an expression, whose value is the cell's. */
  readonly hasValue: boolean;
  /** Told of every name that the cell gives the notebook. */
  onName(name: string): void;
}

/** TypeScript's tables of names, which it does not publish. */
type Scope = ts.Node & { locals?: Map<ts.__String, ts.Symbol> };

/** What the code of cells finds in the global scope: `exports`, `require`, `bind` and `value`. */
const runtime = "__tslab__";

/** The object of all names, as the code of cells calls it. */
export const namesObject = "__names__";

/**
 * Lets the names of all cells live in one object: each use of a top-level name becomes a property of it, so that
 * functions, methods and callbacks see what later cells assign. For JavaScript whose types are gone and which is one
 * cell; what is left has no import and no export.
 */
export function namesInOnePlace(
  compiler: typeof ts,
  options: NamesOptions,
): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => new Rewriting(compiler, options, context).file(file);
}

class Rewriting {
  readonly #ts: typeof ts;
  readonly #options: NamesOptions;
  readonly #context: ts.TransformationContext;
  /** Functions around the node that is visited. */
  #depth = 0;

  constructor(compiler: typeof ts, options: NamesOptions, context: ts.TransformationContext) {
    this.#ts = compiler;
    this.#options = options;
    this.#context = context;
  }

  file(file: ts.SourceFile): ts.SourceFile {
    const { factory } = this.#context;
    const isDeclared = (name: string) => this.#options.declared.has(name);
    for (const name of (file as Scope).locals?.keys() ?? []) {
      const text = this.#ts.unescapeLeadingUnderscores(name);
      if (isDeclared(text)) this.#options.onName(text);
    }
    const last = file.statements.findLast((statement) => !this.#ts.isExportDeclaration(statement));
    const hoisted: ts.Statement[] = [];
    const statements: ts.Statement[] = [];
    for (const statement of file.statements) {
      if (this.#ts.isFunctionDeclaration(statement) && statement.name && isDeclared(statement.name.text)) {
        const local = factory.createIdentifier(statement.name.text);
        hoisted.push(this.#assign(this.#access(statement.name), local, statement.name));
      }
      statements.push(...this.#topLevel(statement, statement === last && this.#options.hasValue));
    }
    const names = factory.createVariableDeclaration(
      namesObject,
      undefined,
      undefined,
      this.#runtime("exports"),
    );
    const updated = factory.updateSourceFile(file, [
      // As in every module.
      factory.createExpressionStatement(factory.createStringLiteral("use strict")),
      factory.createVariableStatement(
        undefined,
        factory.createVariableDeclarationList([names], this.#ts.NodeFlags.Const),
      ),
      ...hoisted,
      ...statements,
    ]);
    // No module any more, so that nothing is added for one.
    return Object.assign(updated, { externalModuleIndicator: undefined });
  }

  #topLevel(statement: ts.Statement, isValue: boolean): ts.Statement[] {
    const { factory } = this.#context;
    const compiler = this.#ts;
    if (compiler.isImportDeclaration(statement)) return [this.#import(statement)];
    if (compiler.isExportDeclaration(statement)) {
      const { moduleSpecifier } = statement;
      return moduleSpecifier ? [this.#expression(this.#load(moduleSpecifier), statement)] : [];
    }
    if (compiler.isExportAssignment(statement) || compiler.isExpressionStatement(statement)) {
      const expression = this.#visitExpression(statement.expression);
      if (!isValue) return [this.#expression(expression, statement)];
      return [this.#assign(this.#runtime("value"), expression, statement)];
    }
    if (compiler.isFunctionDeclaration(statement)) {
      const { asteriskToken: star, name, parameters, body } = this.#visitChildren(statement);
      const modifiers = statement.modifiers?.filter(({ kind }) => kind === compiler.SyntaxKind.AsyncKeyword);
      const made = name
        ? factory.createFunctionDeclaration(modifiers, star, name, undefined, parameters, undefined, body)
        : this.#expression(
            factory.createFunctionExpression(
              modifiers as ts.Modifier[],
              star,
              name,
              undefined,
              parameters,
              undefined,
              body as ts.Block,
            ),
            statement,
          );
      return [compiler.setTextRange(made, statement)];
    }
    if (compiler.isClassDeclaration(statement)) {
      const { name, heritageClauses, members } = this.#visitChildren(statement);
      const made = factory.createClassExpression(undefined, name, undefined, heritageClauses, members);
      compiler.setTextRange(made, statement);
      if (!statement.name) return [this.#expression(made, statement)];
      return [this.#assign(this.#access(statement.name), made, statement)];
    }
    if (compiler.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap((declaration) =>
        this.#declaration(declaration, statement.declarationList),
      );
    }
    return [this.#visit(statement) as ts.Statement];
  }

  /** `bind("module", { local: "name there" })`: as properties that always have the module's current value. */
  #import(statement: ts.ImportDeclaration): ts.Statement {
    const { factory } = this.#context;
    const { importClause, moduleSpecifier } = statement;
    const names: [local: string, name: string][] = [];
    if (importClause?.name) names.push([importClause.name.text, "default"]);
    const bindings = importClause?.namedBindings;
    if (bindings && this.#ts.isNamespaceImport(bindings)) names.push([bindings.name.text, "*"]);
    else {
      for (const { name, propertyName } of bindings?.elements ?? []) {
        names.push([name.text, (propertyName ?? name).text]);
      }
    }
    const loaded = this.#load(moduleSpecifier);
    if (names.length === 0) return this.#expression(loaded, statement);
    const pairs = names.map((pair) =>
      factory.createArrayLiteralExpression(pair.map((text) => factory.createStringLiteral(text))),
    );
    const bound = factory.createCallExpression(this.#runtime("bind"), undefined, [
      loaded,
      factory.createArrayLiteralExpression(pairs),
    ]);
    return this.#expression(bound, statement);
  }

  /** A declaration at the top level or, of a `var`, in its blocks. */
  #declaration(declaration: ts.VariableDeclaration, list: ts.VariableDeclarationList): ts.Statement[] {
    const { factory } = this.#context;
    if (!this.#isDeclared(declaration.name)) {
      const own = factory.createVariableDeclarationList([this.#visitChildren(declaration)], list.flags);
      return [this.#ts.setTextRange(factory.createVariableStatement(undefined, own), declaration)];
    }
    const isVar = !(list.flags & this.#ts.NodeFlags.BlockScoped);
    // A variable that is declared again keeps its value.
    if (isVar && !declaration.initializer) return [];
    const value = declaration.initializer
      ? this.#valueOf(declaration.name, declaration.initializer)
      : factory.createVoidZero();
    return [this.#assign(this.#pattern(declaration.name), value, declaration)];
  }

  #visit = (node: ts.Node): ts.Node => {
    const compiler = this.#ts;
    const { factory } = this.#context;
    if (compiler.isIdentifier(node)) return this.#isUse(node) ? this.#use(node) : node;
    if (compiler.isShorthandPropertyAssignment(node)) {
      if (!this.#isNotebooks(node.name)) return this.#visitChildren(node);
      const { objectAssignmentInitializer: initializer } = node;
      const value = this.#access(node.name);
      const full = initializer
        ? factory.createAssignment(value, this.#valueOf(node.name, initializer))
        : value;
      return factory.createPropertyAssignment(factory.createIdentifier(node.name.text), full);
    }
    if (compiler.isBinaryExpression(node) && compiler.isIdentifier(node.left) && this.#isUse(node.left)) {
      const { EqualsToken, AmpersandAmpersandEqualsToken, BarBarEqualsToken, QuestionQuestionEqualsToken } =
        compiler.SyntaxKind;
      const naming: ts.SyntaxKind[] = [
        EqualsToken,
        AmpersandAmpersandEqualsToken,
        BarBarEqualsToken,
        QuestionQuestionEqualsToken,
      ];
      if (naming.includes(node.operatorToken.kind)) {
        const value = this.#valueOf(node.left, node.right);
        return factory.updateBinaryExpression(node, this.#access(node.left), node.operatorToken, value);
      }
    }
    if (this.#depth === 0) {
      if (compiler.isVariableStatement(node) && this.#isNotebooksVar(node.declarationList)) {
        const list = node.declarationList;
        const statements = list.declarations.flatMap((declaration) => this.#declaration(declaration, list));
        return statements.length === 1 ? statements[0] : factory.createBlock(statements);
      }
      if (compiler.isVariableDeclarationList(node) && this.#isNotebooksVar(node)) return this.#ofLoop(node);
    }
    return this.#visitChildren(node);
  };

  #visitChildren<T extends ts.Node>(node: T): T {
    const isFunction = this.#ts.isFunctionLike(node) || this.#ts.isClassStaticBlockDeclaration(node);
    if (isFunction) this.#depth++;
    const visited = this.#ts.visitEachChild(node, this.#visit, this.#context);
    if (isFunction) this.#depth--;
    return visited;
  }

  #visitExpression(node: ts.Expression): ts.Expression {
    return this.#visit(node) as ts.Expression;
  }

  #isNotebooksVar(list: ts.VariableDeclarationList): boolean {
    const isVar = !(list.flags & this.#ts.NodeFlags.BlockScoped);
    return isVar && list.declarations.every(({ name }) => this.#isDeclared(name));
  }

  /** What stands in a loop's head instead of `var` and names. */
  #ofLoop(list: ts.VariableDeclarationList): ts.Node {
    const { factory } = this.#context;
    if (!this.#ts.isForStatement(list.parent)) return this.#pattern(list.declarations[0].name);
    const assigned: ts.Expression[] = list.declarations.flatMap(({ name, initializer }) =>
      initializer ? [factory.createAssignment(this.#pattern(name), this.#valueOf(name, initializer))] : [],
    );
    if (assigned.length === 0) return factory.createVoidZero();
    return assigned.reduce((before, next) => factory.createComma(before, next));
  }

  /** Whether the person declared the names at the top level. */
  #isDeclared(name: ts.BindingName): boolean {
    if (this.#ts.isIdentifier(name)) return this.#options.declared.has(name.text);
    const [first] = name.elements.flatMap((element) => ("name" in element ? [element.name] : []));
    return first === undefined || name.elements.every((e) => !("name" in e) || this.#isDeclared(e.name));
  }

  /** A pattern that declares names as one that assigns them. */
  #pattern(name: ts.BindingName): ts.Expression {
    const compiler = this.#ts;
    const { factory } = this.#context;
    if (compiler.isIdentifier(name)) return this.#access(name);
    const filled = (element: ts.BindingElement) => {
      const target = this.#pattern(element.name);
      if (!element.initializer) return target;
      return factory.createAssignment(target, this.#valueOf(element.name, element.initializer));
    };
    if (compiler.isArrayBindingPattern(name)) {
      return factory.createArrayLiteralExpression(
        name.elements.map((element) => {
          if (compiler.isOmittedExpression(element)) return element;
          const value = filled(element);
          return element.dotDotDotToken ? factory.createSpreadElement(value) : value;
        }),
      );
    }
    return factory.createObjectLiteralExpression(
      name.elements.map((element) => {
        if (element.dotDotDotToken) return factory.createSpreadAssignment(this.#pattern(element.name));
        const key = element.propertyName ?? (element.name as ts.Identifier);
        const copied = compiler.isIdentifier(key)
          ? factory.createIdentifier(key.text)
          : (this.#visit(key) as ts.PropertyName);
        return factory.createPropertyAssignment(copied, filled(element));
      }),
    );
  }

  /** A value for a name; a function or class without a name of its own gets that one, as in a declaration. */
  #valueOf(name: ts.BindingName, value: ts.Expression): ts.Expression {
    const compiler = this.#ts;
    const { factory } = this.#context;
    const visited = this.#visitExpression(value);
    let inner = value;
    while (compiler.isParenthesizedExpression(inner)) inner = inner.expression;
    const isAnonymous =
      compiler.isArrowFunction(inner) ||
      ((compiler.isFunctionExpression(inner) || compiler.isClassExpression(inner)) && !inner.name);
    if (!isAnonymous || !compiler.isIdentifier(name)) return visited;
    const key = factory.createComputedPropertyName(factory.createStringLiteral(name.text));
    const holder = factory.createObjectLiteralExpression([factory.createPropertyAssignment(key, visited)]);
    return factory.createElementAccessExpression(holder, factory.createStringLiteral(name.text));
  }

  /** Whether an identifier stands for a value that lives with the notebook's names. */
  #isUse(node: ts.Identifier): boolean {
    const compiler = this.#ts;
    const { parent } = node;
    switch (parent.kind) {
      case compiler.SyntaxKind.PropertyAccessExpression:
      case compiler.SyntaxKind.PropertyAssignment:
      case compiler.SyntaxKind.MethodDeclaration:
      case compiler.SyntaxKind.PropertyDeclaration:
      case compiler.SyntaxKind.GetAccessor:
      case compiler.SyntaxKind.SetAccessor:
      case compiler.SyntaxKind.FunctionDeclaration:
      case compiler.SyntaxKind.FunctionExpression:
      case compiler.SyntaxKind.ClassDeclaration:
      case compiler.SyntaxKind.ClassExpression:
        if ((parent as ts.NamedDeclaration).name === node) return false;
        break;
      case compiler.SyntaxKind.BindingElement:
      case compiler.SyntaxKind.VariableDeclaration:
      case compiler.SyntaxKind.Parameter:
        if ((parent as ts.BindingElement).initializer !== node) return false;
        break;
      case compiler.SyntaxKind.LabeledStatement:
      case compiler.SyntaxKind.BreakStatement:
      case compiler.SyntaxKind.ContinueStatement:
      case compiler.SyntaxKind.MetaProperty:
      case compiler.SyntaxKind.ExportSpecifier:
        return false;
    }
    return this.#isNotebooks(node);
  }

  /** Whether the name at that place is none of an inner scope. */
  #isNotebooks(node: ts.Identifier): boolean {
    const compiler = this.#ts;
    const isDeclared = this.#options.declared.has(node.text);
    if (!isDeclared && !this.#options.isKnown(node.text)) return false;
    const name = compiler.escapeLeadingUnderscores(node.text);
    let child: ts.Node = node;
    for (let scope: Scope = node.parent; scope; child = scope, scope = scope.parent) {
      const local = scope.locals?.get(name);
      if (compiler.isSourceFile(scope)) return isDeclared || !local;
      const named: ts.Node = scope;
      if (compiler.isFunctionExpression(named) || compiler.isClassLike(named)) {
        if (named.name?.text === node.text) return false;
      }
      if (!local) continue;
      // What a function's body declares is not seen from its parameters.
      const { body } = scope as ts.FunctionLikeDeclaration;
      const isOfBody = (one: ts.Node) => body && one.pos >= body.pos && one.end <= body.end;
      if (!compiler.isParameter(child) || !local.declarations?.every(isOfBody)) return false;
    }
    return false;
  }

  #use(node: ts.Identifier): ts.Expression {
    const compiler = this.#ts;
    const { factory } = this.#context;
    const access = this.#access(node);
    let child: ts.Node = node;
    while (compiler.isParenthesizedExpression(child.parent)) child = child.parent;
    const { parent } = child;
    const isCalled =
      (compiler.isCallExpression(parent) && parent.expression === child) ||
      (compiler.isTaggedTemplateExpression(parent) && parent.tag === child);
    if (!isCalled) return access;
    // A plain call: its `this` is not the object of names.
    const plain = factory.createComma(factory.createNumericLiteral(0), access);
    const callee = compiler.setTextRange(factory.createParenthesizedExpression(plain), node);
    // V8 says that a call of this kind is at its arguments: the last place known before them is the name's.
    const { NoTrailingSourceMap } = compiler.EmitFlags;
    compiler.setEmitFlags(access, NoTrailingSourceMap);
    return compiler.setEmitFlags(callee, NoTrailingSourceMap);
  }

  #access(name: ts.Identifier): ts.Expression {
    const { factory } = this.#context;
    const property = factory.createIdentifier(name.text);
    const access = factory.createPropertyAccessExpression(factory.createIdentifier(namesObject), property);
    return this.#ts.setTextRange(access, name);
  }

  #runtime(name: string): ts.Expression {
    const { factory } = this.#context;
    return factory.createPropertyAccessExpression(factory.createIdentifier(runtime), name);
  }

  #load(specifier: ts.Expression): ts.Expression {
    return this.#context.factory.createCallExpression(this.#runtime("require"), undefined, [specifier]);
  }

  #assign(target: ts.Expression, value: ts.Expression, place: ts.Node): ts.Statement {
    return this.#expression(this.#context.factory.createAssignment(target, value), place);
  }

  #expression(expression: ts.Expression, place: ts.Node): ts.Statement {
    const statement = this.#context.factory.createExpressionStatement(expression);
    return this.#ts.setTextRange(statement, place);
  }
}
