import { type CellContext, currentCell } from "../context";
import type { MimeBundle } from "./bundle";
import { describeValue } from "./mime";

/** Publishes a message of the kernel. */
export type Publish = (
  type: string,
  content: Record<string, unknown>,
  metadata?: Record<string, unknown>,
) => void;

/** Where the library looks for `display`, to show figures that change while work runs. */
export const displayKey = Symbol.for("podium.display");
/** Where the library looks for `clearOutput`. */
export const clearKey = Symbol.for("podium.clearOutput");

/** Options of `display`. */
export interface DisplayOptions {
  /** Name of the display; shown again in the same cell, a display of the same name is replaced in place. */
  id?: string;
  /** Replace every display of that name, also those of earlier cells, and show no new one (default false). */
  update?: boolean;
}

/** The names that every cell knows, as TypeScript sees them. */
export const displayDeclarations = `
/**
 * Shows a value below the cell: a figure, a table, a tensor, anything that a cell's last line would show.
 *
 * @param value what to show; a promise is shown once it is there
 * @param options \`id\`: name of the display; shown again in the same cell it is replaced in place;
 *   \`update\`: replace the displays of that name in earlier cells and show no new one (default false)
 */
declare function display(value: unknown, options?: { id?: string; update?: boolean }): Promise<void>;
/**
 * Removes what the cell has shown so far.
 *
 * @param options \`wait\`: only when the next output is there, so that nothing flickers (default false)
 */
declare function clearOutput(options?: { wait?: boolean }): void;
`;

/** What one run of a cell displays. */
interface CellDisplays {
  /** What is not there yet. */
  readonly pending: Set<Promise<void>>;
  /** Names that are shown. */
  readonly shown: Set<string>;
}

/** `display` and `clearOutput`, as cells use them. */
export class Displays {
  readonly #publish: Publish;
  readonly #cells = new WeakMap<object, CellDisplays>();

  constructor(publish: Publish) {
    this.#publish = publish;
  }

  /** Forgets what was shown by an earlier run, so that a cell that runs again shows its displays again. */
  begin(cell: CellContext): void {
    this.#cells.set(cell, { pending: new Set(), shown: new Set() });
  }

  /** Settles when all that the cell displays is published. */
  async settle(cell: CellContext): Promise<void> {
    const { pending } = this.#of(cell);
    while (pending.size > 0) await Promise.all(pending);
  }

  #of(cell: object = this): CellDisplays {
    const displays = this.#cells.get(cell) ?? { pending: new Set(), shown: new Set() };
    this.#cells.set(cell, displays);
    return displays;
  }

  /** Lets the cell end only after this work. */
  await(work: Promise<void>): void {
    const { pending } = this.#of(currentCell());
    const done = work.then(() => void pending.delete(done));
    pending.add(done);
    // A failure stays pending: settle reports it even where the cell does not await it.
    done.catch(() => {});
  }

  readonly display = (value: unknown, options: DisplayOptions = {}): Promise<void> => {
    const bundle = describeValue(value);
    if (!(bundle instanceof Promise)) {
      // At once, so that it stands before what the cell prints next.
      if (bundle) this.show(bundle, options);
      return Promise.resolve();
    }
    const shown = bundle.then((ready) => ready && this.show(ready, options)).then(() => {});
    this.await(shown);
    return shown;
  };

  readonly clearOutput = ({ wait = false }: { wait?: boolean } = {}): void => {
    this.#publish("clear_output", { wait });
  };

  /** Publishes a bundle: a new display, or a replacement of those of the same name. */
  show(bundle: MimeBundle, options: DisplayOptions & { metadata?: Record<string, unknown> } = {}): void {
    const { id, update = false, metadata = {} } = options;
    const { shown } = this.#of(currentCell());
    const type = id !== undefined && (update || shown.has(id)) ? "update_display_data" : "display_data";
    if (id !== undefined) shown.add(id);
    const transient = id === undefined ? {} : { display_id: id };
    this.#publish(type, { data: bundle, metadata, transient });
  }
}
