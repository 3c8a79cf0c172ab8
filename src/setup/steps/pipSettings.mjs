import os from "node:os";

/** Where packages come from. What else a person may have set (user, target, constraint …) is for their own environments. */
const kept =
  /^(no-)?(index(-url)?|extra-index-url|find-links|trusted-host|cert|client-cert|proxy|timeout|default-timeout|retries|cache-dir|keyring-provider)$/;

/** A string as Python writes it. */
function unquoted(text) {
  return text.slice(1, -1).replace(/\\(.)/g, (_, letter) => (letter === "n" ? "\n" : letter));
}

/**
 * The variables that leave pip only those of a person's settings that say where packages come from.
 *
 * @param {string} listed what `pip config list` says
 * @returns {Record<string, string | undefined>} for pip's process, beside the present ones
 */
export function pipSettings(listed) {
  const set = Object.keys(process.env).filter((name) => name.startsWith("PIP_"));
  const variables = Object.fromEntries(set.map((name) => [name, undefined]));
  // The later one counts: a command's own section above the general one, a variable above both.
  for (const section of ["global", "install", ":env:"]) {
    for (const line of listed.split("\n")) {
      const [, where, name, value] = /^(global|install|:env:)\.([\w-]+)=(.*)$/.exec(line) ?? [];
      if (where !== section || !kept.test(name)) continue;
      variables[`PIP_${name.toUpperCase().replaceAll("-", "_")}`] = unquoted(value);
    }
  }
  return { ...variables, PIP_CONFIG_FILE: os.devNull };
}
