import { currentCell } from "../context";
import type { Questions } from "./questions";

/** The names of `Prompts`, as TypeScript sees them. */
export const promptDeclarations = `
/**
 * Asks the person at the notebook for a line of text, and waits for it.
 *
 * @param message what is asked for (default "Input:")
 * @param value what an empty answer stands for (default "")
 * @returns the answer
 * @throws {Error} where the notebook is run without a person, as by nbconvert
 * @example
 * const folds = Number(prompt("Folds:", "5"));
 */
declare function prompt(message?: string, value?: string): string;
/**
 * Asks for a password or a token: what is typed is hidden, and not kept in the notebook.
 *
 * @param message what is asked for (default "Password:")
 * @returns the answer
 * @throws {Error} where the notebook is run without a person, as by nbconvert
 * @example
 * const token = promptSecret("Token of the leaderboard:");
 */
declare function promptSecret(message?: string): string;
/**
 * Asks a question that y or yes affirms; every other answer denies it.
 *
 * @param message the question (default "Go on?")
 * @throws {Error} where the notebook is run without a person, as by nbconvert
 * @example
 * if (confirm("Train for two hours?")) console.log("training");
 */
declare function confirm(message?: string): boolean;
/**
 * Shows a message and waits until the person presses Enter; without a person it only shows it.
 *
 * @param message the message (default "Alert")
 * @example
 * alert("The folds are ready.");
 */
declare function alert(message?: string): void;
`;

/** What cells ask by, under the names that browsers and Deno have for them. */
export class Prompts {
  readonly #questions: Questions;

  constructor(questions: Questions) {
    this.#questions = questions;
  }

  readonly prompt = (message: unknown = "Input:", value: unknown = ""): string => {
    const hint = value === "" ? "" : `[${String(value)}] `;
    return this.#ask(`${spaced(message)}${hint}`) || String(value);
  };

  readonly promptSecret = (message: unknown = "Password:"): string => this.#ask(spaced(message), true);

  readonly confirm = (message: unknown = "Go on?"): boolean =>
    /^\s*y(es)?\s*$/i.test(this.#ask(`${spaced(message)}[y/N] `));

  readonly alert = (message: unknown = "Alert"): void => {
    if (currentCell()?.allowsInput) this.#ask(`${spaced(message)}[Enter] `);
    else process.stdout.write(`${String(message)}\n`);
  };

  #ask(prompt: string, password = false): string {
    return this.#questions.now({ prompt, password }, currentCell());
  }
}

/** A message with a space before what is typed. */
function spaced(message: unknown): string {
  const text = String(message);
  return /\s$/.test(text) || text === "" ? text : `${text} `;
}
