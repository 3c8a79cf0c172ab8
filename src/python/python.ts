import { install } from "./install";
import { PythonResult, showOutput } from "./outputs";
import { session } from "./session";
import { type PythonArray, receive, Sender, sentKey, tag, waitingBytes } from "./values";

/** Options of {@link run} and {@link get}. */
export interface PythonOptions {
  /** Interrupts Python, which stays alive. Default the notebook cell's. */
  signal?: AbortSignal;
}

/**
 * Runs Python code in the notebook's Python process, which is started when it is first needed. What it prints, its
 * figures and tables are shown below the cell. Names that it gives values stay for later calls.
 *
 * @param code lines of Python; `await`, IPython's `%` and `!` lines work as in Jupyter
 * @param options `signal`: interrupts Python (default: the notebook cell's)
 * @returns what the last line shows; `undefined` where it shows nothing
 * @throws {PythonError} with Python's traceback
 * @throws {PythonEnded} if the process dies: the notebook lives, the next call starts a new one
 * @throws {DOMException} if the signal aborts
 * @example
 * (await python.run("sum(range(3))"))?.text; // "3"
 */
export async function run(code: string, options: PythonOptions = {}): Promise<PythonResult | undefined> {
  return session.alone(async () => {
    let result: PythonResult | undefined;
    const onOutput: typeof showOutput = (type, content) => {
      if (type === "execute_result") result = new PythonResult(content.data as Record<string, unknown>);
      else showOutput(type, content);
    };
    const content = {
      code,
      silent: false,
      store_history: false,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: false,
    };
    await session.send("execute_request", content, { ...options, onOutput });
    return result;
  });
}

/**
 * An object that stays in Python, such as a fitted model; it goes when no value of TypeScript's names it any more.
 *
 * @example
 * const third = await python.call<podium.python.PythonObject>("fractions.Fraction", 1, 3);
 * await third.get("denominator"); // 3
 */
export class PythonObject {
  /** Its class in Python, such as `"sklearn.decomposition._pca.PCA"`. */
  readonly type: string;
  /** What Python prints of it. */
  readonly text: string;
  readonly #id: number;
  readonly #generation = session.generation;
  #isReleased = false;

  constructor(id: number, type: string, text: string) {
    this.type = type;
    this.text = text;
    this.#id = id;
    objects.register(this, { id, generation: this.#generation }, this);
  }

  /**
   * Calls one of its methods.
   *
   * @param name the method; `""` calls the object itself
   * @param args values, as {@link call} takes them
   * @throws {PythonError} with Python's traceback
   */
  async call<T = unknown>(name: string, ...args: unknown[]): Promise<T> {
    return ask(name, { object: this, args }) as Promise<T>;
  }

  /** The value of one of its attributes, such as `"explained_variance_ratio_"`. */
  async get<T = unknown>(name: string): Promise<T> {
    return ask(name, { object: this }) as Promise<T>;
  }

  /** Whether the process that holds it still runs, and it was not let go. */
  get isAlive(): boolean {
    return !this.#isReleased && this.#generation === session.generation && session.isAlive;
  }

  /** Lets it go now, and not when it is found that nothing names it. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    objects.unregister(this);
    if (this.#generation === session.generation) session.released.push(this.#id);
  }

  [sentKey](): unknown {
    if (!this.isAlive) {
      throw new ReferenceError(
        `Cannot use ${this.text}: the Python process that held it must still run, got one that has ended`,
      );
    }
    return { [tag]: "object", id: this.#id, text: this.text };
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.text };
  }
}

const objects = new FinalizationRegistry<{ id: number; generation: number }>(({ id, generation }) => {
  if (generation === session.generation) session.released.push(id);
});

/**
 * Keyword arguments, made by {@link keywords}.
 *
 * @example
 * await python.call("round", 2.567, new python.Keywords({ ndigits: 1 })); // 2.6
 */
export class Keywords {
  constructor(readonly values: Readonly<Record<string, unknown>>) {}
}

/**
 * Keyword arguments of a call, as its last argument.
 *
 * @param values by name
 * @example
 * await python.call("sorted", [2, 3, 1], python.keywords({ reverse: true })); // [3, 2, 1]
 */
export function keywords(values: Readonly<Record<string, unknown>>): Keywords {
  return new Keywords(values);
}

function read(
  answer: { content: Record<string, unknown>; buffers: readonly Uint8Array[] },
  filled: { id: number }[],
) {
  return receive(answer.content.value, {
    buffers: answer.buffers,
    segments: session.segments,
    filled,
    reference: (id, type, text) => new PythonObject(id, type, text),
  });
}

/** Asks for a value, within `session.alone`: large arrays are copied into memory that both sides map. */
async function fetchValue(
  content: Record<string, unknown>,
  options: PythonOptions & { buffers?: readonly Uint8Array[] },
): Promise<unknown> {
  const answer = await session.ask(content, options);
  const bytes = waitingBytes(answer.content.value);
  if (bytes.length === 0) return read(answer, []);
  const segments: ReturnType<typeof session.segments.take>[] = [];
  let isFilled = false;
  try {
    for (const size of bytes) segments.push(session.segments.take(size, true));
    await session.ask({ action: "fill", segments }, { signal: options.signal });
    isFilled = true;
    return read(answer, segments);
  } finally {
    for (const { id } of segments) session.segments.release(id);
    if (!isFilled) await session.ask({ action: "drop" }, { signal: undefined }).catch(() => {});
  }
}

const provided = new Set<string>();

/** Installs packages whose modules are lacking, within `session.alone`. */
async function provide(what: string, packages: Readonly<Record<string, string>>): Promise<void> {
  const known = (name: string): string => `${session.generation} ${name}`;
  const modules = Object.keys(packages).filter((name) => !provided.has(known(name)));
  if (modules.length === 0) return;
  const asked = Object.fromEntries(modules.map((name) => [name, packages[name]]));
  const { content } = await session.ask({ action: "has", packages: asked });
  const missing = modules.filter((_, i) => !(content.value as boolean[])[i]);
  if (missing.length > 0) {
    const names = missing.map((name) => packages[name]);
    console.log(`${what}: installing ${names.join(", ")}, this once`);
    await install(names);
  }
  for (const name of modules) provided.add(known(name));
}

/**
 * Installs packages at their first use, saying so; what is there costs nothing.
 *
 * @param what needs them, as the line says it, such as `"LightGBM"`
 * @param packages by the name of the module that tells whether a package is there
 * @throws {Error} if they cannot be installed, as where there is no network
 * @example
 * await python.requirePackages("Trees", { sklearn: "scikit-learn" });
 */
export async function requirePackages(
  what: string,
  packages: Readonly<Record<string, string>>,
): Promise<void> {
  await session.alone(() => provide(what, packages));
}

/** What arrays and tables need. */
function provideFor(needs: ReadonlySet<string>): Promise<void> {
  return provide("Values for Python", Object.fromEntries([...needs].map((name) => [name, name])));
}

/**
 * Calls a function of Python's as `call` does, for stages that listen to a signal of their own.
 *
 * @param given `object`: whose method or attribute it is; `args`: none for an attribute
 */
export async function ask(
  name: string,
  given: { object?: PythonObject; args?: readonly unknown[]; signal?: AbortSignal },
): Promise<unknown> {
  const { object, args, signal } = given;
  const last = args?.at(-1);
  const named = last instanceof Keywords ? last.values : {};
  const plain = last instanceof Keywords ? args?.slice(0, -1) : args;
  const place = (words: string): string => `${words} of ${name || object?.text}`;
  return session.alone(async () => {
    const sender = new Sender(session.segments);
    const content = {
      action: "call",
      name,
      called: args !== undefined,
      ...(object && { object: object[sentKey]() }),
      args: (plain ?? []).map((value, i) => sender.send(value, place(`argument ${i + 1}`))),
      keywords: sender.send(named, place("keywords")),
    };
    await provideFor(sender.needs);
    return fetchValue(content, { buffers: sender.buffers, signal });
  });
}

/**
 * Calls a function of Python's by its name: one that the notebook's Python code defined, a builtin, or one of a module,
 * which is imported. Calling a class makes an object, which stays in Python as a {@link PythonObject}.
 *
 * Values pass by what they are: whole numbers as `int`, others as `float`, NaN and infinities included; `bigint` as
 * `int`; `null` and `undefined` as `None`; dates as `datetime` in UTC; typed arrays and `{ data, shape }` as NumPy arrays
 * of the same type; danfojs tables as pandas'; lists, plain objects, maps and sets as Python's. The same the other way:
 * arrays come as {@link PythonArray} with their dtype (int64 as int32 where every value fits, else as bigint), arrays
 * of texts and of dates as lists, `NaT` as `null`, missing values of tables as NaN, whole numbers beyond 2^53 as `bigint`,
 * tuples as lists. Everything is a copy.
 *
 * @param name such as `"numpy.quantile"`
 * @param args values; the last may be `python.keywords({ … })`
 * @returns the value; its type is what the caller says that it is (default `unknown`)
 * @throws {PythonError} with Python's traceback
 * @throws {PythonEnded} if the process dies
 * @throws {TypeError} for a value that has no counterpart in Python
 * @example
 * await python.requirePackages("PCA", { sklearn: "scikit-learn" });
 * const options = python.keywords({ n_components: 1 });
 * const pca = await python.call<podium.python.PythonObject>("sklearn.decomposition.PCA", options);
 * const points = await pca.call("fit_transform", [[1, 2], [3, 5], [5, 6]]);
 */
export async function call<T = unknown>(name: string, ...args: unknown[]): Promise<T> {
  return ask(name, { args }) as Promise<T>;
}

/**
 * Gives names in Python values: copies of TypeScript's. Arrays of 64 KiB and more travel through shared memory.
 *
 * @param values by name; what passes how is said at {@link call}
 * @param options `share`: arrays that lie in shared memory (see {@link get}) become Python's without a copy: both see what
 *   either changes (default false)
 * @throws {TypeError} for a name that Python does not allow, or a value that has no counterpart there
 * @example
 * await python.set({ labels: Int32Array.of(0, 1, 1), names: ["walk", "run"] });
 */
export async function set(
  values: Readonly<Record<string, unknown>>,
  options: PythonOptions & { share?: boolean } = {},
): Promise<void> {
  const wrong = Object.keys(values).find((name) => !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name));
  if (wrong !== undefined)
    throw new TypeError(`Cannot set ${wrong}: a name of Python's must be of letters, digits and _`);
  const { share, signal } = options;
  await session.alone(async () => {
    const sender = new Sender(session.segments, share);
    const sent = Object.entries(values).map(([name, value]) => [name, sender.send(value, name)]);
    await provideFor(sender.needs);
    await session.ask(
      { action: "set", values: Object.fromEntries(sent) },
      { signal, buffers: sender.buffers },
    );
  });
}

/**
 * The value of a name of Python's, or of any expression: a copy.
 *
 * @param expression such as `"scores"` or `"model.coef_[0]"`
 * @param options `share`: an array that Python holds in shared memory, as those of {@link set} of 64 KiB and more are,
 *   comes without a copy: both see what either changes (default false)
 * @returns what passes how is said at {@link call}
 * @throws {PythonError} with Python's traceback, as for a name that is not there
 * @example
 * await python.set({ scores: Float32Array.of(1, 2, 6) });
 * (await python.get("scores.mean()")); // 3
 */
export async function get<T = unknown>(
  expression: string,
  options: PythonOptions & { share?: boolean } = {},
): Promise<T> {
  const { share = false, signal } = options;
  return session.alone(() => fetchValue({ action: "get", expression, share }, { signal })) as Promise<T>;
}

/**
 * Ends the Python process, whatever it does; names and objects that it held are gone. The next call starts a new one.
 *
 * @example
 * await python.restart();
 */
export async function restart(): Promise<void> {
  await session.end();
}

export type { PythonArray };
