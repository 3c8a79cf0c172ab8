/** Where the kernel looks for them. */
const magicsKey = Symbol.for("podium.magics");

/** What runs the cells of a notebook that begin with `%%NAME`. */
export interface CellMagic {
  /**
   * Runs a cell; what it returns, or resolves to, is shown.
   *
   * @param body the cell's text without its first line, which is left empty so that lines keep their numbers
   * @param line what stands behind the name
   */
  run(body: string, line: string): unknown;
  /** What may stand at a place of the body, in UTF-16 units. Default: nothing is known. */
  complete?(
    body: string,
    position: number,
  ): Promise<{ matches: readonly string[]; start: number; end: number } | undefined>;
  /** What is known of the name at a place, by MIME type. Default: nothing. */
  inspect?(body: string, position: number): Promise<Readonly<Record<string, unknown>> | undefined>;
}

/**
 * Gives the cells that begin with `%%NAME` a meaning, once the module that calls this is loaded. Podium's own work in a
 * notebook that has not imported it.
 *
 * @param name letters, digits, - and _
 * @example
 * provideCellMagic("shout", { run: (body) => console.log(body.toUpperCase()) });
 */
export function provideCellMagic(name: string, magic: CellMagic): void {
  const global = globalThis as { [magicsKey]?: Map<string, CellMagic> };
  global[magicsKey] ??= new Map();
  global[magicsKey].set(name, magic);
}
