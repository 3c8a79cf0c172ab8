import type { CrossValidateOptions } from "../../validate/crossValidateOptions";
import { loadModule } from "./loadModule";
import { type CodeFile, readModule } from "./moduleCode";

/** The name under which an experiment's options carry where they come from; it goes along where they are spread. */
const originKey = Symbol.for("podium.experiment");

/** Where an experiment's options come from: what another process makes the same of. */
export interface Origin {
  /** The module first, then the local files that it imports. */
  readonly files: readonly CodeFile[];
  readonly function: string;
  /** What the function is called with, as JSON. */
  readonly options: unknown;
}

/** What is known here of an experiment's options. */
interface Made {
  readonly origin: Origin;
  /** The options as the module made them. */
  readonly options: CrossValidateOptions;
}

/** Options of `experiment`. */
export interface ExperimentOptions {
  /** The exported function that gives the options of a cross-validation. Default "experiment". */
  function?: string;
  /** What the function is called with; it goes to other machines as JSON. Default: nothing. */
  options?: unknown;
}

/** Options that are made of a module, and those that have to be JSON. */
const made = ["folds", "estimator", "data", "test", "prepare", "groups", "testAugment"] as const;
const plain = ["seeds", "seconds", "clock", "predictionMemory", "pseudoLabels", "refit", "name"] as const;

/** What is changed of an experiment's options where they are used, as JSON. */
export type Changes = Readonly<Partial<Pick<CrossValidateOptions, (typeof plain)[number]>>>;

/**
 * The options of a cross-validation as a function of a module gives them.
 *
 * @throws {TypeError} if there is no such function, or it gives something else
 */
export async function optionsOf({ files, function: name, options }: Origin, folder: string) {
  const exported = loadModule(files, folder);
  const make = exported[name];
  if (typeof make !== "function") {
    const known = Object.keys(exported).filter((key) => typeof exported[key] === "function");
    throw new TypeError(
      `Cannot run ${files[0].path}: it must export a function ${name}, got ${known.length > 0 ? `functions ${known.join(", ")}` : "no function"}`,
    );
  }
  const found: unknown = await make(options);
  const { folds, estimator } = (found ?? {}) as Partial<CrossValidateOptions>;
  if (!folds || !estimator) {
    throw new TypeError(
      `Cannot run ${files[0].path}: ${name} must return the options of a cross-validation, got ${found === undefined ? "nothing" : "something without folds or estimator"}`,
    );
  }
  return found as CrossValidateOptions;
}

/**
 * The options of a cross-validation, made by a module of one's own, so that other machines can make the same: a `.ts`
 * file beside the notebook that exports a function. The file is read at every call, so an edit counts from the next.
 * In a notebook, `%%module experiments/first.ts` as a cell's first line writes the cell there.
 *
 * @param file the module, from the working folder
 * @param options see {@link ExperimentOptions}
 * @returns options for `validate.crossValidate`; spread them to add directory, name, seeds, `on`
 * @throws {Error} if a file cannot be read
 * @throws {SyntaxError} if it is no TypeScript
 * @throws {TypeError} if it exports no such function, or one that returns something else
 * @example
 * const first = await experiment("experiments/first.ts", { options: { epochs: 1 } });
 * const here = await validate.crossValidate({ ...first, directory: "runs", progress: false });
 */
export async function experiment(
  file: string,
  options: ExperimentOptions = {},
): Promise<CrossValidateOptions> {
  const { function: name = "experiment" } = options;
  const files = readModule(file, process.cwd());
  // What another machine gets.
  const told = options.options === undefined ? undefined : JSON.parse(JSON.stringify(options.options));
  const origin: Origin = { files, function: name, options: told };
  const found = await optionsOf(origin, process.cwd());
  const kept: Made = { origin, options: found };
  return Object.assign({}, found, { [originKey]: kept });
}

/** How options of a notebook become those of a module. */
const move =
  'move it into a function of a file: begin its cell with the line %%module experiments/first.ts, let the cell export function experiment() { return { folds, estimator, … } }, and give ...await cluster.experiment("experiments/first.ts")';

/**
 * Where options of a cross-validation come from, and what was changed of them since.
 *
 * @throws {TypeError} if they cannot be made elsewhere, with the lines that help
 */
export function originOf(options: CrossValidateOptions): { origin: Origin; changes: Changes } {
  const kept = (options as { [originKey]?: Made })[originKey];
  if (!kept) {
    throw new TypeError(
      `Cannot cross-validate on other machines: estimator and folds must come from a module's function, got those of this notebook; ${move}`,
    );
  }
  for (const name of made) {
    if (options[name] !== kept.options[name]) {
      throw new TypeError(
        `Cannot cross-validate on other machines: ${name} must be what ${kept.origin.function} of ${kept.origin.files[0].path} gave, got another; ${move}`,
      );
    }
  }
  const changed = plain.filter((name) => options[name] !== kept.options[name]);
  const changes = Object.fromEntries(changed.map((name) => [name, options[name] ?? null]));
  return { origin: kept.origin, changes: changes as Changes };
}
