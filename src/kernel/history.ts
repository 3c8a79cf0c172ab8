import type { Content } from "./wire/wire";

/** A cell that ran. */
interface Entry {
  readonly count: number;
  readonly code: string;
  /** What its last line showed, as text. */
  output: string | null;
}

/** This kernel's session, as the protocol counts them: no earlier one is kept. */
const session = 1;

/** What a front end wants of the history. */
interface Wish {
  readonly output?: boolean;
  readonly hist_access_type?: string;
  readonly session?: number;
  readonly start?: number;
  readonly stop?: number | null;
  readonly n?: number | null;
  readonly pattern?: string;
  readonly unique?: boolean;
}

/** The most cells that are kept. */
const mostEntries = 10_000;

/** The cells that this kernel ran, for the arrow keys of consoles. */
export class History {
  #entries: Entry[] = [];

  /** Takes a cell that begins. */
  begin(count: number, code: string): void {
    if (code.trim() === "") return;
    this.#entries.push({ count, code, output: null });
    if (this.#entries.length > mostEntries) this.#entries.shift();
  }

  /** Takes what a cell's last line showed. */
  end(count: number, output: unknown): void {
    const entry = this.#entries.findLast((one) => one.count === count);
    if (entry && typeof output === "string") entry.output = output;
  }

  /** The reply to a `history_request`. */
  answer(wish: Wish): Content {
    const history = this.#find(wish).map(({ count, code, output }) => [
      session,
      count,
      wish.output === true ? [code, output] : code,
    ]);
    return { status: "ok", history };
  }

  #find(wish: Wish): Entry[] {
    const most = typeof wish.n === "number" ? wish.n : Number.POSITIVE_INFINITY;
    const last = (entries: Entry[]) => (most > 0 ? entries.slice(-most) : []);
    switch (wish.hist_access_type) {
      case "tail":
        return last(this.#entries);
      case "range": {
        // 0 is the present session, negative ones are earlier.
        if (![0, session, undefined].includes(wish.session)) return [];
        const { start = 1, stop } = wish;
        return this.#entries.filter(
          ({ count }) => count >= start && count < (stop ?? Number.POSITIVE_INFINITY),
        );
      }
      case "search": {
        const pattern = globOf(wish.pattern ?? "*");
        const found = this.#entries.filter(({ code }) => pattern.test(code));
        if (!wish.unique) return last(found);
        return last(found.filter(({ code }, i) => !found.slice(i + 1).some((later) => later.code === code)));
      }
      default:
        return [];
    }
  }
}

/** `*` for any text, `?` for any character. */
function globOf(pattern: string): RegExp {
  const parts = pattern.split(/([*?])/).map((part) => {
    if (part === "*") return "[\\s\\S]*";
    return part === "?" ? "[\\s\\S]" : part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "u");
}
