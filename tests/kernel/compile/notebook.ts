import { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";
import { CellCompiler } from "../../../src/kernel/compile/cellCompiler";
import { Names } from "../../../src/kernel/names";

/** Cells compiled and run without a kernel around them. */
export class Notebook {
  readonly compiler: CellCompiler;
  readonly names = new Names();
  readonly #runtime = {
    exports: this.names.values,
    bind: this.names.bind,
    require: createRequire(path.join(process.cwd(), "cell.js")),
    value: undefined as unknown,
  };

  /** @param known values that every cell knows, with their declarations */
  constructor(ambient = "", known: Record<string, unknown> = {}) {
    this.compiler = new CellCompiler(ambient);
    Object.assign(this.names.values, known);
  }

  /** What TypeScript says about a cell. */
  refusals(source: string): string[] {
    return this.compiler.compile(source).diagnostics.map(({ messageText }) => messageText);
  }

  /** Runs a cell to its end and gives its value. */
  async run(source: string): Promise<unknown> {
    const { diagnostics, output } = this.compiler.compile(source);
    if (diagnostics.length > 0 || !output) {
      throw new Error(`${diagnostics[0]?.messageText} in ${source}`);
    }
    const earlier = this.names.declare(output.names, output.cleared);
    Object.assign(globalThis, { __tslab__: this.#runtime });
    this.#runtime.value = undefined;
    const wrapper = `(${output.isAsync ? "async " : ""}function (exports, require) { ${output.code}\n})`;
    try {
      await vm.runInThisContext(wrapper)(this.#runtime.exports, this.#runtime.require);
    } catch (error) {
      this.compiler.end(this.names.assigned(earlier));
      throw error;
    }
    this.compiler.end();
    return this.#runtime.value;
  }
}
