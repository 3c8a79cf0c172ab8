import type * as ts from "@tslab/typescript-for-tslab";

type Names = Map<ts.__String, ts.Symbol>;
type Scope = ts.Node & { locals?: Names; parent?: ts.Node };

/** Parts of TypeScript that it does not publish. */
interface CellFile extends ts.SourceFile {
  locals?: Names;
  identifiers: Map<string, string>;
  imports: ts.StringLiteralLike[];
}
type LocalSymbol = ts.Symbol & { exportSymbol?: ts.Symbol };

/**
 * The names that cells declared, as TypeScript's symbols: each cell's code lies in a scope around which this one is.
 * Nothing is written out as declarations, so that every type stays what it is, a class without a name too.
 */
export class NotebookScope {
  readonly #ts: typeof ts;
  // Apart, as a cell may declare a type of an earlier value's name.
  readonly #values: Names = new Map();
  readonly #types: Names = new Map();
  /** Cells whose names were taken, those that still run too. */
  readonly #taken = new WeakSet<ts.SourceFile>();
  /** Modules that the cells imported. */
  readonly modules = new Set<string>();

  constructor(compiler: typeof ts) {
    this.#ts = compiler;
  }

  /** Whether a cell declared a value of that name. */
  hasValue(name: string): boolean {
    return this.#values.has(this.#ts.escapeLeadingUnderscores(name));
  }

  /** Puts a cell's code into the scope. */
  enclose(file: ts.SourceFile): void {
    this.#enclose(file, this.#types, this.#values);
  }

  /**
   * Takes a cell's names.
   *
   * @param isKept whether the name of a value belongs to those that count
   */
  add(file: ts.SourceFile, checker: ts.TypeChecker, isKept: (name: string) => boolean): void {
    const { SymbolFlags } = this.#ts;
    const cell = file as CellFile;
    if (!cell.locals?.size) return;
    if (!this.#taken.has(cell)) this.#leaveOnly(cell);
    this.#taken.add(cell);
    for (const [name, local] of cell.locals) {
      const symbol = (local as LocalSymbol).exportSymbol ?? local;
      const flags = this.#flagsOf(symbol, checker);
      const isValue = (flags & SymbolFlags.Value) !== 0;
      if (isValue && !isKept(this.#ts.unescapeLeadingUnderscores(name))) continue;
      const isType = (flags & (SymbolFlags.Type | SymbolFlags.Namespace)) !== 0;
      // A class, say, of which this cell replaces the value, is gone as a type too.
      if (isType || this.#types.get(name) === this.#values.get(name)) this.#types.delete(name);
      if (isType) this.#types.set(name, symbol);
      if (isValue) this.#values.set(name, symbol);
    }
    for (const { text } of cell.imports) this.modules.add(text);
  }

  /** Forgets values of a cell, unless another cell declared them since. */
  drop(file: ts.SourceFile, names: readonly string[]): void {
    for (const text of names) {
      const name = this.#ts.escapeLeadingUnderscores(text);
      const local: LocalSymbol | undefined = (file as CellFile).locals?.get(name);
      if (local && this.#values.get(name) === (local.exportSymbol ?? local)) this.#values.delete(name);
    }
  }

  #flagsOf(symbol: ts.Symbol, checker: ts.TypeChecker): ts.SymbolFlags {
    const { SymbolFlags } = this.#ts;
    if (!(symbol.flags & SymbolFlags.Alias)) return symbol.flags;
    const { flags } = checker.getAliasedSymbol(symbol);
    // Of a module without types anything may be.
    const isKnown = flags & (SymbolFlags.Value | SymbolFlags.Type | SymbolFlags.Namespace);
    return isKnown ? flags : SymbolFlags.Value | SymbolFlags.Type;
  }

  /** Of all names around the cell, leaves it those that it uses: the others need not live as long. */
  #leaveOnly(cell: CellFile): void {
    const { SymbolFlags } = this.#ts;
    const used = (names: Names, meaning: ts.SymbolFlags): Names => {
      const kept: Names = new Map();
      for (const text of cell.identifiers.keys()) {
        const name = this.#ts.escapeLeadingUnderscores(text);
        const symbol = names.get(name);
        const own = cell.locals?.get(name);
        if (symbol && !(own && own.flags & (meaning | SymbolFlags.Alias))) kept.set(name, symbol);
      }
      return kept;
    };
    const types = used(this.#types, SymbolFlags.Type | SymbolFlags.Namespace);
    this.#enclose(cell, types, used(this.#values, SymbolFlags.Value | SymbolFlags.ExportValue));
  }

  #enclose(file: ts.SourceFile, types: Names, values: Names): void {
    const { factory } = this.#ts;
    const [inner, outer]: Scope[] = [factory.createBlock([]), factory.createBlock([])];
    inner.locals = types;
    outer.locals = values;
    Object.assign(inner, { parent: outer });
    Object.assign(file, { parent: inner });
  }
}
