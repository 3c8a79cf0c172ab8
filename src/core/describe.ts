import { createHash } from "node:crypto";

/** Words of a function of one's own, or of what made it, by which two of them are told apart. */
function describeFunction(
  value: ((...given: never) => unknown) & { config?: unknown; lossName?: string },
): unknown {
  const { config, lossName } = value;
  if (config === undefined) return lossName ?? value.toString();
  return { of: lossName ?? value.toString(), config: describeValue(config) };
}

/**
 * A function with what it was made with: its source text is the same whatever that is.
 *
 * @example
 * const double = withConfig((x) => x * factor, { factor: 2 });
 */
export function withConfig<F extends object>(made: F, config: unknown): F & { readonly config: unknown } {
  return Object.assign(made, { config });
}

/** A short checksum of JSON or bytes. */
export function shortHash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

/**
 * A value as JSON that differs where the value does: functions by their source text, or by the `config` that they carry;
 * arrays of numbers by a checksum.
 *
 * @example
 * describeValue({ rate: 0.1, of: (x) => x + 1 }); // { rate: 0.1, of: "(x) => x + 1" }
 */
export function describeValue(value: unknown, above: readonly unknown[] = []): unknown {
  if (typeof value === "function") return describeFunction(value as (...given: never) => unknown);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) return "itself";
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return `${value.constructor.name}, checksum ${shortHash(bytes)}`;
  }
  const within = [...above, value];
  if (Array.isArray(value)) return value.map((each) => describeValue(each, within));
  if ("config" in value && value.config !== undefined) {
    const { name, config } = value as { name?: unknown; config: unknown };
    return { ...(name !== undefined && { name }), ...(describeValue(config ?? {}, within) as object) };
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name, describeValue(each, within)]),
  );
}
