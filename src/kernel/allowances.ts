import { wholeCharacters } from "./display/text";

/**
 * What a cell may print at once; a hundredth of it is added with every second. It is more than a person reads, and
 * little enough for a front end to go on.
 */
const allowance = { lines: 10_000, characters: 1_000_000 };
/** Characters at the end of what was left out that are shown after all. */
const shownEnd = 1000;

/** What a cell may still print. */
interface Budget {
  lines: number;
  characters: number;
  time: number;
  /** What was left out since text was last shown. */
  omitted: { lines: number; characters: number; end: string };
}

const nothing = { lines: 0, characters: 0, end: "" };

/** How much cells print: of a flood the first lines are shown, and how many were left out with the last of them. */
export class Allowances {
  readonly #budgets = new WeakMap<object, Budget>();

  /** What a cell that ends printed beyond its allowance; "" for nothing. */
  end(cell: object): string {
    const budget = this.#budgets.get(cell);
    if (!budget || budget.omitted === nothing) return "";
    const text = notice(budget);
    budget.omitted = nothing;
    return text;
  }

  /** The part of a text that its cell may still print. */
  within(text: string, cell: object = this): string {
    const budget = this.#budgets.get(cell) ?? { ...allowance, time: performance.now(), omitted: nothing };
    this.#budgets.set(cell, budget);
    const gained = (performance.now() - budget.time) / 100_000;
    budget.time = performance.now();
    budget.lines = Math.min(allowance.lines, budget.lines + gained * allowance.lines);
    budget.characters = Math.min(allowance.characters, budget.characters + gained * allowance.characters);

    // Once it is spent, a good part has to be there again: not a line here and there.
    const isSpent = budget.omitted !== nothing;
    const ready = isSpent ? allowance.lines / 100 : 1;
    const length = budget.lines < ready ? 0 : lengthOf(text, budget);
    const shown = text.length === length ? text : wholeCharacters(text, length);
    const before = shown !== "" && isSpent ? notice(budget) : "";
    if (shown !== "") budget.omitted = nothing;
    budget.lines -= linesOf(shown);
    budget.characters -= shown.length;
    if (shown.length < text.length) {
      const rest = text.slice(shown.length);
      const { lines, characters, end } = budget.omitted;
      budget.omitted = {
        lines: lines + linesOf(rest),
        characters: characters + rest.length,
        end: lastLines(end + rest),
      };
    }
    return before + shown;
  }
}

function linesOf(text: string): number {
  let count = 0;
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) count++;
  return count;
}

/** How many of the text's characters a budget allows: whole lines, where it has lines. */
function lengthOf(text: string, { lines, characters }: Budget): number {
  let end = 0;
  for (let count = 0; count < lines; count++) {
    const next = text.indexOf("\n", end) + 1;
    if (next === 0) return Math.min(text.length, Math.max(0, characters));
    if (next > characters) return end > 0 ? end : Math.max(0, characters);
    end = next;
  }
  return end;
}

function lastLines(text: string): string {
  if (text.length <= shownEnd) return text;
  const end = text.slice(-shownEnd);
  const line = end.indexOf("\n") + 1;
  return line > 0 && line < end.length ? end.slice(line) : end.replace(/^[\udc00-\udfff]/, "");
}

/** What was left out: how much, and its last lines. */
function notice({ omitted: { lines, characters, end } }: Budget): string {
  const count = (n: number, what: string) => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;
  const what = [
    count(lines - linesOf(end), "line"),
    `${count(characters - end.length, "character")} left out`,
  ];
  return `\n… ${what.join(", ")}: a cell may print ${count(allowance.lines, "line")} at once\n${end}`;
}
