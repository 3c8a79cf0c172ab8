import { Allowances } from "../allowances";
import { Terminal } from "../display/terminal";
import { DescriptorReader } from "./descriptorReader";
import type { Header } from "./wire";

type Name = "stdout" | "stderr";

interface Shown {
  publish(name: Name, text: string, parent: Header): void;
  /** Takes text that belongs to no cell. */
  log(text: string): void;
}

/** What native code, and children that are waited for, write to descriptors 1 and 2: it belongs to the cell that runs. */
export class DescriptorOutput {
  readonly #shown: Shown;
  readonly #allowances = new Allowances();
  readonly #readers: DescriptorReader[] = [];
  #cell: Header | undefined;

  constructor(descriptors: Readonly<Record<Name, number>> | undefined, shown: Shown) {
    this.#shown = shown;
    if (!descriptors) return;
    for (const name of ["stdout", "stderr"] as const) {
      const terminal = new Terminal();
      this.#readers.push(
        new DescriptorReader(descriptors[name], (text) => this.#take(name, terminal.plain(text))),
      );
    }
  }

  /** Shows all that was written so far. */
  drain(): void {
    for (const reader of this.#readers) reader.drain();
  }

  /** Gives what is written from now on to a cell; without one it goes to Jupyter's log. */
  setCell(cell: Header | undefined): void {
    this.#cell = cell;
  }

  /** Says what a cell that ends wrote beyond its allowance. */
  end({ msg_id }: Header): void {
    if (this.#cell?.msg_id !== msg_id) return;
    const notice = this.#allowances.end(this.#cell);
    if (notice !== "") this.#shown.publish("stdout", notice, this.#cell);
  }

  #take(name: Name, text: string): void {
    if (!this.#cell) {
      this.#shown.log(text);
      return;
    }
    const shown = this.#allowances.within(text, this.#cell);
    if (shown !== "") this.#shown.publish(name, shown, this.#cell);
  }
}
