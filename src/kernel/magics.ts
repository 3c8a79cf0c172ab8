/** Where the library puts the languages of cells that begin with `%%NAME`, by name. */
export const magicsKey = Symbol.for("podium.magics");

/** What may stand at a place of a cell's text; places count UTF-16 units of the body. */
export interface MagicCompletions {
  readonly matches: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** What runs cells that begin with `%%NAME`. */
export interface CellMagic {
  /**
   * Runs a cell; what it returns is shown.
   *
   * @param body the cell's text, with empty lines in place of those up to the first: lines keep their numbers
   * @param line what stands behind the name
   */
  run(body: string, line: string): unknown;
  /** What may stand at a place. Default: nothing is known. */
  complete?(body: string, position: number): Promise<MagicCompletions | undefined>;
  /** What is known of the name at a place, by MIME type. Default: nothing. */
  inspect?(body: string, position: number): Promise<Readonly<Record<string, unknown>> | undefined>;
}

/** A cell that begins with `%%NAME`. */
export interface MagicCell {
  readonly name: string;
  readonly line: string;
  readonly body: string;
  /** Units of the cell's text that the body lacks at its start. */
  readonly offset: number;
}

/** The parts of a cell that begins with `%%NAME`; `undefined` for another. */
export function readMagic(source: string): MagicCell | undefined {
  const match = /^\s*%%([A-Za-z_][\w-]*)([^\n]*)(?:\n|$)/.exec(source);
  if (!match) return undefined;
  const [head, name, line] = match;
  const blank = "\n".repeat(head.split("\n").length - 1);
  return {
    name,
    line: line.trim(),
    body: blank + source.slice(head.length),
    offset: head.length - blank.length,
  };
}

/** The registered magic of a name. */
export function magicOf(name: string): CellMagic | undefined {
  return registered()?.get(name);
}

/** All registered names. */
export function magicNames(): string[] {
  return [...(registered()?.keys() ?? [])];
}

function registered(): ReadonlyMap<string, CellMagic> | undefined {
  return (globalThis as { [magicsKey]?: ReadonlyMap<string, CellMagic> })[magicsKey];
}
