/** The code of a refusal that is none of TypeScript's own. */
export const ownCode = 0;

/** A line that is no TypeScript, and what to write instead. */
export interface ForeignLine {
  /** Counted from 0. */
  readonly line: number;
  readonly text: string;
  readonly message: string;
}

const magics: Record<string, string> = {
  time: 'put `console.time("cell")` before and `console.timeEnd("cell")` after what is measured',
  timeit:
    'put `console.time("cell")` before and `console.timeEnd("cell")` after a loop over what is measured',
  html: "use `display.html(…)`",
  markdown: "use `display.markdown(…)`",
  latex: "use `display.latex(…)`",
  matplotlib: "leave it out: figures of `plot` show themselves",
  load_ext: "leave it out",
  autoreload: "leave it out: local files are read again when an import runs after they changed",
  cd: "use `process.chdir(…)`",
  pwd: "use `process.cwd()`",
  env: "use `process.env`",
  who: "press Tab on an empty line",
  whos: "press Tab on an empty line",
  run: "import the file by its path, which begins with `./`",
  writefile: 'use `import { writeFileSync } from "node:fs"`',
  bash: "use `execSync` of node:child_process, or a terminal",
  sh: "use `execSync` of node:child_process, or a terminal",
};

/**
 * Lines of IPython and Python in a cell, as people write them out of habit. Only for a cell that TypeScript refuses:
 * some are TypeScript too.
 */
export function foreignLines(source: string): ForeignLine[] {
  return source.split("\n").flatMap((whole, line) => {
    const text = whole.trim();
    const message = describe(text);
    return message ? [{ line, text, message }] : [];
  });
}

function describe(text: string): string | undefined {
  const magic = /^%%?([A-Za-z_]\w*)/.exec(text)?.[1];
  const command = /^(?:!{1,2}|%pip\s|%conda\s|%npm\s)\s*([A-Za-z.~/].*)$/.exec(
    text.replace(/^%(pip|conda|npm)/, "!$1"),
  )?.[1];
  if (command) {
    const isInstall = /^(pip3?|conda|npm|yarn|pnpm|uv)\b/.test(command);
    const instead = isInstall
      ? `run \`${command}\` in a terminal`
      : `use \`import { execSync } from "node:child_process"\` and \`execSync(${JSON.stringify(command)}, { encoding: "utf8" })\`, or a terminal`;
    return `A line of IPython that starts a command is no TypeScript: ${instead}`;
  }
  if (magic) {
    return `A magic of IPython is no TypeScript: ${magics[magic] ?? "this kernel knows none, and a cell is TypeScript"}`;
  }
  const asked = /^\?{1,2}\s*([\w$.]+)$|^([\w$.]+)\?{1,2}$/.exec(text);
  if (asked)
    return `A question of IPython is no TypeScript: press Shift+Tab behind \`${asked[1] ?? asked[2]}\``;
  if (/^from\s+[\w.]+\s+import\s|^import\s+[\w.]+(\s+as\s+\w+)?(\s*,.*)?$/.test(text)) {
    return 'An import of Python is no TypeScript: write `import * as name from "package"` or `import { name } from "package"`, or begin the cell with `%%python`';
  }
  if (/^(def|class|for|while|if|elif|else|try|except|with)\b.*:\s*(#.*)?$/.test(text)) {
    return "A line of Python is no TypeScript: blocks stand in braces, `if (…) { … }`, and functions begin with `function`; a cell that begins with `%%python` is one of Python";
  }
  return undefined;
}
