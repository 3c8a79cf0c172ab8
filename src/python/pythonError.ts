/** Where the kernel looks for how an error of another language is shown. */
const foreignKey = Symbol.for("podium.foreignError");

/** How an error of another language is shown. */
interface ForeignError {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const colours = /\x1b\[[\d;]*m/g;

/** Packages by the modules that they are imported as, where these differ. */
const packages: Readonly<Record<string, string>> = {
  bs4: "beautifulsoup4",
  cv2: "opencv-python-headless",
  PIL: "pillow",
  skimage: "scikit-image",
  sklearn: "scikit-learn",
  xgboost: "xgboost-cpu",
  yaml: "PyYAML",
};

/** What Python says, and where a package is missing what installs it. */
function withHint(ename: string, evalue: string): string {
  const [, name] = /^No module named '([^'.]+)'$/.exec(evalue) ?? [];
  if (ename !== "ModuleNotFoundError" || name === undefined) return evalue;
  return `${evalue}; await python.install("${packages[name] ?? name}") installs it, if it is a package of that name`;
}

/**
 * An exception of Python's: `ename` is its class, the message says what it says and where.
 *
 * @example
 * await python.run("1 / 0").catch((error) => error.ename); // "ZeroDivisionError"
 */
export class PythonError extends Error {
  override readonly name = "PythonError";
  /** The exception's class in Python, such as `"ValueError"`. */
  readonly ename: string;
  /** What the exception says. */
  readonly evalue: string;
  /** The traceback as IPython prints it, coloured. */
  readonly traceback: readonly string[];

  constructor({ ename, evalue: said, traceback: told }: ForeignError) {
    const evalue = withHint(ename, said);
    const traceback = evalue === said ? told : [...told, evalue.slice(said.length + 2)];
    const plain = traceback.join("\n").replace(colours, "");
    super(`${ename}: ${evalue}${traceback.length > 1 ? `\n\n${plain}` : ""}`);
    this.ename = ename;
    this.evalue = evalue;
    this.traceback = traceback;
    Object.defineProperty(this, foreignKey, { value: { ename, evalue, traceback }, enumerable: false });
  }
}

/**
 * The Python process ended by itself: a segmentation fault, or the system killed it where memory ran out. Names that it
 * held are gone; the next call starts a new one.
 *
 * @example
 * const kill = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)";
 * await python.run(kill).catch((error) => error instanceof python.PythonEnded); // true
 */
export class PythonEnded extends Error {
  override readonly name = "PythonEnded";
}
