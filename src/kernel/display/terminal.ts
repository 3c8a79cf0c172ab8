/** What a terminal has and a pipe lacks: packages that draw bars draw none where they do not find it. */
export interface TerminalMethods {
  readonly isTTY: true;
  readonly columns: number;
  readonly rows: number;
  cursorTo(x: number, ...rest: unknown[]): boolean;
  moveCursor(dx: number, dy: number, done?: () => void): boolean;
  clearLine(direction: -1 | 0 | 1, done?: () => void): boolean;
  clearScreenDown(done?: () => void): boolean;
  getWindowSize(): [number, number];
  getColorDepth(): number;
  hasColors(): boolean;
}

const columns = 80;
const rows = 24;

/** Control sequences, colours aside: front ends know these, and carriage returns, and nothing else. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences begin with one
const controls = /\x1b\[([?\d;]*)([A-HJKSTfhlnsu])/;

/**
 * Plays a terminal's line for a stream that a notebook shows: a notebook knows carriage returns, but cannot clear the
 * rest of a line nor put the cursor elsewhere.
 */
export class Terminal {
  /** The line that the cursor is in, and where. */
  #line = "";
  #column = 0;

  /** The properties of a terminal's stream. They do not offer colours. */
  methods(write: (text: string) => void): TerminalMethods {
    const send = (text: string, ...rest: unknown[]) => {
      write(text);
      const done = rest.find((argument) => typeof argument === "function");
      if (done) queueMicrotask(done as () => void);
      return true;
    };
    return {
      isTTY: true,
      columns,
      rows,
      cursorTo: (x, ...rest) => send(`\x1b[${x + 1}G`, ...rest),
      moveCursor: (dx, _dy, done) => send(dx === 0 ? "" : `\x1b[${Math.abs(dx)}${dx > 0 ? "C" : "D"}`, done),
      clearLine: (direction, done) => send(`\x1b[${direction === 1 ? 0 : direction === -1 ? 1 : 2}K`, done),
      clearScreenDown: (done) => send("\x1b[K", done),
      getWindowSize: () => [columns, rows],
      getColorDepth: () => 1,
      hasColors: () => false,
    };
  }

  /** The text with its control sequences done in carriage returns and blanks. */
  plain(text: string): string {
    const parts = text.split(controls);
    let out = this.#write(parts[0]);
    for (let i = 1; i < parts.length; i += 3)
      out += this.#control(parts[i + 1], parts[i]) + this.#write(parts[i + 2]);
    return out;
  }

  #write(text: string): string {
    const start = text.lastIndexOf("\n") + 1;
    if (start > 0) this.#put("", 0);
    for (const [i, part] of text.slice(start).split("\r").entries()) {
      if (i > 0) this.#column = 0;
      const end = this.#column + part.length;
      this.#put(this.#line.slice(0, this.#column) + part + this.#line.slice(end), end);
    }
    return text;
  }

  #put(line: string, column: number): void {
    this.#line = line;
    this.#column = column;
  }

  #control(letter: string, given: string): string {
    const count = Number.parseInt(given, 10) || 0;
    switch (letter) {
      case "G":
        return this.#moveTo(Math.max(0, count - 1));
      case "C":
        return this.#moveTo(this.#column + Math.max(1, count));
      case "D":
        return this.#moveTo(Math.max(0, this.#column - Math.max(1, count)));
      case "K":
        return this.#clear(count);
      default:
        return "";
    }
  }

  /** To a column of the line: a notebook's cursor gets there by the line's own text. */
  #moveTo(column: number): string {
    this.#column = column;
    if (column > this.#line.length) this.#line = this.#line.padEnd(column);
    return `\r${this.#line.slice(0, column)}`;
  }

  /** Clears the rest of the line (0), its start (1) or all of it (2). */
  #clear(what: number): string {
    const column = this.#column;
    const { length } = this.#line;
    const start = what === 0 ? this.#line.slice(0, column) : " ".repeat(column);
    const rest = what === 1 ? this.#line.slice(column) : " ".repeat(Math.max(0, length - column));
    this.#line = what === 1 ? start + rest : start;
    return `\r${start}${rest}${this.#moveTo(column)}`;
  }
}
