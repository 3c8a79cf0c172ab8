import { factHtml, factText } from "../core/display";
import { askSetup } from "./setup";

/** One thing that the doctor checked. */
export interface Finding {
  /** What was checked: "cuDNN". */
  readonly name: string;
  readonly status: "ok" | "problem";
  /** What was found. */
  readonly detail: string;
  /** What to do about a problem. */
  readonly mend?: string;
}

/**
 * The doctor's findings; shown as a table where a cell returns them.
 *
 * @example
 * new Diagnosis([{ name: "cuDNN", status: "ok", detail: "9.3.0" }]); // a table in a notebook
 */
export class Diagnosis {
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    this.findings = findings;
  }

  /** Whether nothing is wrong. */
  get ok(): boolean {
    return this.findings.every(({ status }) => status === "ok");
  }

  #rows(): string[][] {
    return this.findings.map(({ name, status, detail, mend }) => [
      name,
      status,
      mend ? `${detail} → ${mend}` : detail,
    ]);
  }

  /** The findings as lines of text. */
  toString(): string {
    return factText(this.#rows());
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString(), "text/html": factHtml(this.#rows()) };
  }
}

/**
 * Looks at all that Podium needs, as `npm run doctor` does: driver, CUDA, cuDNN, library, addon, kernel, disk, memory.
 *
 * @throws {Error} where the doctor itself cannot run
 * @example
 * const diagnosis = await engine.doctor();
 * diagnosis.findings.filter(({ status }) => status === "problem"); // what to fix
 */
export async function doctor(): Promise<Diagnosis> {
  return new Diagnosis((await askSetup(["doctor", "--json"])) as Finding[]);
}
