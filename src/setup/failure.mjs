/** What stops a set-up: what went wrong, why, and what to do about it. */
export class SetupError extends Error {
  name = "SetupError";

  /**
   * @param {string} message what could not be done: "Cannot <action>: <requirement>, got <value>"
   * @param {{ mend?: string, detail?: string, exitCode?: number }} [options] `mend`: what the person can do; `detail`:
   *   the last words of the program that failed; `exitCode`: the status to leave with (default 1)
   */
  constructor(message, { mend = "", detail = "", exitCode = 1 } = {}) {
    super(message);
    this.mend = mend;
    this.detail = detail;
    this.exitCode = exitCode;
  }
}

/**
 * Words that programs say when they fail, what they mean, and what helps. The first that matches counts; `$1` is what
 * its first group matched.
 */
const knownCauses = [
  {
    words: /ENOSPC|No space left on device|errno 28|Disk quota exceeded/i,
    cause: "the disk is full",
    mend: "Free some space (df -h shows how much is left) and run the same command again: it goes on where it stopped.",
  },
  {
    words: /ensurepip is not available|No module named '?(venv|ensurepip)/i,
    cause: "Python has no venv module",
    mend: "Install it (Debian, Ubuntu: sudo apt install python3-venv) and run the same command again.",
  },
  {
    words: /node_api\.h: No such file|tensorflow\/c\/[\w/]+\.h: No such file/i,
    cause: "a header file is missing",
    mend: "Remove node_modules and .venv and run the same command again.",
  },
  {
    words: /DO NOT MATCH THE HASHES[\s\S]*?\n\s+(\S+==\S+|\S+) from/i,
    cause: "the file of $1 is not the one that Podium was tested with",
    mend: "Ask whoever runs the mirror (PIP_INDEX_URL) for the original files, or clear pip's cache (pip cache purge).",
  },
  {
    words:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET|ERR_SOCKET_TIMEOUT|NewConnectionError|ConnectTimeout|Max retries exceeded|Temporary failure in name resolution|Name or service not known/i,
    cause: "the network or the package registry could not be reached",
    mend: "Check the network and the proxy (HTTPS_PROXY), or set a mirror (npm config set registry …, PIP_INDEX_URL, PIP_FIND_LINKS), and run the same command again.",
  },
  {
    words: /No matching distribution found for (\S+)/i,
    cause: "the Python package index has no $1 for this Python and platform",
    mend: "Name another Python (3.10 to 3.13) in PODIUM_PYTHON; behind a mirror that lacks the package set PIP_INDEX_URL, without a network PIP_FIND_LINKS to a folder of wheels.",
  },
  {
    words: /CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT|SSLError/i,
    cause: "the registry's certificate is not trusted here",
    mend: "Give the network's own certificate to both: NODE_EXTRA_CA_CERTS for npm, PIP_CERT for pip.",
  },
  {
    words: /EACCES|EPERM|Permission denied/i,
    cause: "a file may not be read or written",
    mend: "Give this folder to the user who runs the command (sudo chown -R $USER .).",
  },
  {
    words: /EROFS|Read-only file system/i,
    cause: "the folder is read-only",
    mend: "Clone Podium into a folder that may be written.",
  },
  {
    words: /npm (error|ERR!) (code EUSAGE|.*package-lock)/i,
    cause: "package.json and package-lock.json disagree",
    mend: "Run npm install --ignore-scripts, which brings the lock file up to date.",
  },
];

/**
 * Why a program failed, as far as its words tell.
 *
 * @param {string} output what the program said, or an error's code and message
 * @returns {{ cause: string, mend: string } | undefined}
 */
export function explain(output) {
  for (const { words, cause, mend } of knownCauses) {
    const match = words.exec(output);
    if (match) return { cause: cause.replace("$1", () => match[1]), mend };
  }
  return undefined;
}

/**
 * Turns what was thrown into an error that tells cause and mend.
 *
 * @param {string} action what was being done: "set up TensorFlow"
 * @param {unknown} error
 * @returns {SetupError}
 */
export function asSetupError(action, error) {
  if (error instanceof SetupError) return error;
  const text = error instanceof Error ? `${error.code ?? ""} ${error.message}` : String(error);
  const known = explain(text);
  const cause = known?.cause ?? (error instanceof Error ? error.message : String(error));
  return new SetupError(`Cannot ${action}: ${cause}`, {
    mend: known?.mend,
    detail: known ? text.trim() : error instanceof Error ? (error.stack ?? "") : "",
  });
}
